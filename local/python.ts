import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LocalCloudFailure } from './local-cloud-failure.ts';

export interface Python {
  /** Absolute path of the interpreter. */
  path: string;
  version: string;
}

interface Candidate extends Python {
  supported: boolean;
  makesEnvironments: boolean;
}

const OLDEST_MINOR = 10;
const NAMES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const ASK = `
import importlib.util, sys
has = lambda name: importlib.util.find_spec(name) is not None
print(sys.executable, "%d.%d.%d" % sys.version_info[:3], has("venv") and has("ensurepip"), sep="\\t")
`;

const run = promisify(execFile);

/** Finds a Python that can make a virtual environment, or says what to install. `PYTHON` in the environment names one and overrides the search. */
export async function findPython(env: NodeJS.ProcessEnv): Promise<Python> {
  const named = env.PYTHON;
  const found: Candidate[] = [];
  for (const name of named ? [named] : NAMES) {
    const candidate = await ask(name, env);
    if (candidate?.supported && candidate.makesEnvironments) return candidate;
    if (candidate) found.push(candidate);
  }
  throw new LocalCloudFailure(whatToInstall(found, named));
}

async function ask(name: string, env: NodeJS.ProcessEnv): Promise<Candidate | undefined> {
  try {
    const { stdout } = await run(name, ['-c', ASK], { env, timeout: 20_000 });
    const [path, version, makesEnvironments] = stdout.trim().split('\t');
    if (!path || !version) return undefined;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return {
      path,
      version,
      supported: major === 3 && minor >= OLDEST_MINOR,
      makesEnvironments: makesEnvironments === 'True',
    };
  } catch {
    // Not installed, or a shim that points nowhere: the next name may do.
    return undefined;
  }
}

function whatToInstall(found: readonly Candidate[], named: string | undefined): string {
  const emulator = [
    'Or, when an emulator (MiniStack) is already running on this machine, use that one; no Python is needed then:',
    '    AWS_ENDPOINT_URL=http://127.0.0.1:4566 npm start',
  ];
  const bare = found.find((candidate) => candidate.supported);
  if (bare) {
    const minor = bare.version.split('.').slice(0, 2).join('.');
    return [
      `Python ${bare.version} (${bare.path}) is here, but its venv module is not, and the local cloud is installed into a virtual environment.`,
      '',
      '  Debian, Ubuntu    sudo apt install python3-venv',
      `                    (for this version: sudo apt install python${minor}-venv)`,
      '',
      ...emulator,
    ].join('\n');
  }
  const tooOld = found[0];
  let problem = `The local cloud runs on Python 3.${OLDEST_MINOR} or newer, and none was found.`;
  if (tooOld)
    problem = `The local cloud runs on Python 3.${OLDEST_MINOR} or newer; ${tooOld.path} is ${tooOld.version}.`;
  else if (named)
    problem = `The local cloud runs on Python 3.${OLDEST_MINOR} or newer; PYTHON=${named} does not start.`;
  return [
    `${problem} Install it, and try again:`,
    '',
    '  Debian, Ubuntu    sudo apt install python3 python3-venv',
    '  macOS             brew install python3        (or https://www.python.org/downloads/)',
    '  Windows           winget install Python.Python.3.13',
    '',
    'If it is installed elsewhere, name it:',
    '    PYTHON=/path/to/python3 npm start',
    '',
    ...emulator,
  ].join('\n');
}
