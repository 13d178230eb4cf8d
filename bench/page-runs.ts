import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

export interface PageRates {
  /** Members a second of one core. */
  perSecond: number;
  /** The same items, only read and decoded, in turn in the same process. */
  decodedPerSecond: number;
  liveMb: number;
}

/** @param share of every ten so many go down; of an audit, one of so many members is wrong */
export async function runPages(kind: string, members: number, share: number): Promise<PageRates> {
  const args = ['--expose-gc', path.join(import.meta.dirname, 'page-run.ts'), kind, String(members), String(share)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}
