import path from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { MUTATED_ROOMS, type MutatedRoom } from './mutated-rooms.ts';
import { mutationTable } from './mutation-table.ts';

const ROOT = path.join(import.meta.dirname, '..');

const HELP = `
Usage: npm run mutate [-- <room of core> …]

Changes core in one place after another, and asks each time whether a test fails: by Stryker, one run for each room of core, judged
by the tests that are that room's. All rooms, unless some are named: ${Object.keys(MUTATED_ROOMS).join(' ')}

reports/mutation/<room>.html shows each mutant in its place. The table at the end is of all rooms that were ever run here.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(HELP.trim());
    return 0;
  }
  const unknown = args.filter((room) => !Object.hasOwn(MUTATED_ROOMS, room));
  if (unknown.length > 0) {
    console.error(`No room of core: ${unknown.join(', ')}.\n${HELP.trimEnd()}`);
    return 2;
  }
  const rooms = args.length > 0 ? args : Object.keys(MUTATED_ROOMS);
  for (const room of rooms) await mutate(room, MUTATED_ROOMS[room]!);
  console.log(mutationTable(path.join(ROOT, 'reports/mutation')));
  return 0;
}

async function mutate(room: string, { files, tests }: MutatedRoom): Promise<void> {
  console.log(`\n== ${room}`);
  await new Stryker({
    mutate: [...files],
    testFiles: [...tests],
    jsonReporter: { fileName: `reports/mutation/${room}.json` },
    htmlReporter: { fileName: `reports/mutation/${room}.html` },
  }).runMutationTest();
}
