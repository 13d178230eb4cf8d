import { type ChildProcess, spawnSync } from 'node:child_process';

/** POSIX lets a child lead a process group, so that it and its own children can be ended at once. Windows has no such groups. */
export const ownsProcessGroups = process.platform !== 'win32';

/** Ends a child that was spawned with `detached: ownsProcessGroups`, and everything it started. Does nothing when it is gone. */
export function endProcessGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (!ownsProcessGroups) {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
