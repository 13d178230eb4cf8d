import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { LocalCloudFailure } from './local-cloud-failure.ts';
import { findPython } from './python.ts';
import { runCommand } from './run-command.ts';
import { isAlive, LOCAL_ROOT, PROJECT_ROOT, type RunFolder } from './run-folder.ts';

const REQUIREMENTS = path.join(PROJECT_ROOT, 'local', 'ministack-requirements.txt');

/** Imports what will run, and compares every installed version with its pin: a half-made environment fails one of the two. */
const CHECK = `
import sys
from importlib.metadata import version
import ministack.app, hypercorn.asyncio, yaml
for pin in sys.argv[1:]:
    name, wanted = pin.split("==")
    assert version(name) == wanted, pin
`;

const run = promisify(execFile);

interface Making {
  env: NodeJS.ProcessEnv;
  folder: RunFolder;
  signal: AbortSignal;
  onDetail: (text: string) => void;
}

/** The Python of the virtual environment that holds exactly what ministack-requirements.txt lists, where it was made before. */
export async function findVirtualEnvironment(): Promise<string | undefined> {
  const { home, pins } = await readRequirements();
  return (await isComplete(home, pins)) ? interpreterIn(home) : undefined;
}

/** Makes that virtual environment, in place of whatever is left of an earlier one, and returns its Python. */
export async function makeVirtualEnvironment({ env, folder, signal, onDetail }: Making): Promise<string> {
  const { home, pins } = await readRequirements();
  const python = await findPython(env);
  const logPath = folder.log('install');
  await mkdir(LOCAL_ROOT, { recursive: true });
  await removeAbandoned();
  // Made under another name and renamed when it is complete: whoever is killed in between leaves nothing that looks finished,
  // and two that start at once don't write into the same folder.
  const making = `${home}.making-${process.pid}`;
  try {
    onDetail(`a virtual environment of Python ${python.version}`);
    await mustSucceed(
      python.path,
      ['-m', 'venv', making],
      'The virtual environment for the local cloud could not be made',
    );
    await mustSucceed(
      interpreterIn(making),
      ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--no-deps', '-r', REQUIREMENTS],
      'The local cloud could not be installed. Is the network, or the package index that pip uses, within reach?',
    );
    if (!(await isComplete(making, pins))) {
      throw new LocalCloudFailure('The local cloud was installed, but does not load', { logPath });
    }
    await rename(making, home).catch(async (error: unknown) => {
      if (await isComplete(home, pins)) return; // another start was quicker
      await rename(home, `${making}.old`).catch(() => {
        throw error;
      });
      await rename(making, home);
    });
    return interpreterIn(home);
  } finally {
    await rm(making, { recursive: true, force: true });
    await rm(`${making}.old`, { recursive: true, force: true });
  }

  async function mustSucceed(file: string, args: readonly string[], otherwise: string): Promise<void> {
    const exitCode = await runCommand({
      file,
      args,
      cwd: LOCAL_ROOT,
      env: { ...withoutPythonSettings(env), TMPDIR: folder.temporary },
      logPath,
      signal,
      onLine: onDetail,
    });
    if (exitCode !== 0) throw new LocalCloudFailure(otherwise, { logPath });
  }
}

/** PYTHONPATH, or a pip that installs for the user, would put the packages somewhere else. */
function withoutPythonSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('PYTHON'));
  return { ...Object.fromEntries(kept), PIP_USER: '0' };
}

async function readRequirements(): Promise<{ home: string; pins: string[] }> {
  const lines = (await readFile(REQUIREMENTS, 'utf8')).split('\n');
  // A line with a condition holds for some versions of Python only.
  const pins = lines.filter((line) => line.includes('==') && !line.includes(';'));
  const version = pins.find((pin) => pin.startsWith('ministack=='))?.split('==')[1];
  if (version === undefined) throw new Error(`${REQUIREMENTS} does not pin ministack`);
  return { home: path.join(LOCAL_ROOT, `ministack-${version}`), pins };
}

function interpreterIn(home: string): string {
  return process.platform === 'win32' ? path.join(home, 'Scripts', 'python.exe') : path.join(home, 'bin', 'python');
}

async function isComplete(home: string, pins: readonly string[]): Promise<boolean> {
  try {
    await run(interpreterIn(home), ['-I', '-c', CHECK, ...pins], { timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(LOCAL_ROOT)) {
    const maker = /\.making-(?<pid>\d+)/.exec(name)?.groups?.pid;
    if (maker !== undefined && !isAlive(Number(maker)))
      await rm(path.join(LOCAL_ROOT, name), { recursive: true, force: true });
  }
}
