import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The root of the repository. */
export const PROJECT_ROOT = path.resolve(import.meta.dirname, '..');
/** Everything that the local cloud keeps on disk: ignored by git, safe to delete. */
export const LOCAL_ROOT = path.join(PROJECT_ROOT, '.local');

const RUNS_KEPT = 5;
/** In each run's folder, the note of where its temporary files are. */
const TEMPORARY = 'temporary-folder';

export interface RunFolder {
  /** The folder of this run's logs. */
  path: string;
  /** Outside the project on purpose: Lambda code run from within it would find the project's own node_modules and package.json. */
  temporary: string;
  log: (name: string) => string;
  /** Removes what nobody wants to read later; the logs stay. */
  tidy: () => Promise<void>;
}

/** Makes the folder for one start of the local cloud, so that two at once never share a file, and forgets the oldest runs. */
export async function makeRunFolder(now: Date): Promise<RunFolder> {
  const runs = path.join(LOCAL_ROOT, 'runs');
  await mkdir(runs, { recursive: true });
  await forgetOldRuns(runs);
  const stamp = now.toISOString().replaceAll(':', '-').replace(/\..*/, '');
  const runPath = path.join(runs, `${stamp}-${randomBytes(3).toString('hex')}-${process.pid}`);
  await mkdir(runPath);
  const temporary = await mkdtemp(path.join(await realpath(tmpdir()), 'laurel-local-'));
  await writeFile(path.join(runPath, TEMPORARY), temporary);
  return {
    path: runPath,
    temporary,
    log: (name) => path.join(runPath, `${name}.log`),
    tidy: () => tidy(runPath),
  };
}

async function tidy(runPath: string): Promise<void> {
  const note = path.join(runPath, TEMPORARY);
  const temporary = await readFile(note, 'utf8').catch(() => undefined);
  if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  await rm(note, { force: true });
  await rm(path.join(runPath, 'cdk.out'), { recursive: true, force: true });
}

async function forgetOldRuns(runs: string): Promise<void> {
  // Their names begin with the time of the start, so they sort by age.
  const names = (await readdir(runs)).sort();
  const ended = names.filter((name) => !isAlive(Number(name.split('-').at(-1))));
  // A run that was killed could not tidy up itself.
  for (const name of ended) await tidy(path.join(runs, name));
  for (const name of ended.slice(0, Math.max(0, ended.length - RUNS_KEPT + 1))) {
    await rm(path.join(runs, name), { recursive: true, force: true });
  }
}

/** Whether a process with this id exists. It may be another one that got the same id: then something old is kept a little longer. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
