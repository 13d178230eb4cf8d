import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mutationTable } from '../../proof/mutation-table.ts';

const FOLDER = mkdtempSync(path.join(tmpdir(), 'laurel-mutation-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** A report of files, each with its mutants, `K` killed, `T` timed out, `S` survived, `N` not reached, `E` failed otherwise, `I` static. */
function report(room: string, files: Record<string, string>): void {
  const status = { K: 'Killed', T: 'Timeout', S: 'Survived', N: 'NoCoverage', E: 'RuntimeError', I: 'Ignored' };
  const mutants = (letters: string) =>
    [...letters].map((letter) => ({ status: status[letter as keyof typeof status] }));
  writeFileSync(
    path.join(FOLDER, `${room}.json`),
    JSON.stringify({
      files: Object.fromEntries(Object.entries(files).map(([name, letters]) => [name, { mutants: mutants(letters) }])),
    }),
  );
}

test('has a row for each room and one for all rooms, and scores neither static mutants nor invalid ones', () => {
  report('tiers', { 'core/tiers/a.ts': 'KKKKKKT', 'core/tiers/b.ts': 'KKSNI' });
  report('cycles', { 'core/cycles/a.ts': 'KKKE' });
  report('ports', { 'core/ports.ts': '' });
  expect(mutationTable(FOLDER).split('\n').slice(2)).toEqual([
    '| `cycles` | 3 | 3 | 0 | 0 | 0 | 0 | 100.0 % |',
    '| `ports` | 0 | 0 | 0 | 0 | 0 | 0 | none |',
    '| `tiers` | 12 | 8 | 1 | 1 | 1 | 1 | 81.8 % |',
    '| all | 15 | 11 | 1 | 1 | 1 | 1 | 85.7 % |',
  ]);
});
