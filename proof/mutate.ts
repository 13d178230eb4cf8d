import path from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { Command } from 'commander';
import { MUTATED_ROOMS } from './mutated-rooms.ts';
import { mutationTable } from './mutation-table.ts';

const REPORTS = 'reports/mutation';

const command = new Command('npm run mutate --')
  .description(
    [
      'Changes core in one place after another, and asks each time whether a test fails: by Stryker, one run for each room of core,',
      'judged by the tests that are that room’s.',
      '',
      `${REPORTS}/<room>.html shows each change in its place. The table at the end is of all rooms that were ever run here.`,
    ].join('\n'),
  )
  .argument('[rooms...]', `rooms of core: ${Object.keys(MUTATED_ROOMS).join(', ')}; all where none is named`)
  .option('--news', 'try only what is new since the last run here: changed code, and what survived and has new tests')
  .parse();

const unknown = command.args.filter((room) => !Object.hasOwn(MUTATED_ROOMS, room));
if (unknown.length > 0)
  command.error(`No room of core: ${unknown.join(', ')}. ${Object.keys(MUTATED_ROOMS).join(', ')} are.`);

const { news = false } = command.opts<{ news?: boolean }>();
for (const room of command.args.length > 0 ? command.args : Object.keys(MUTATED_ROOMS)) {
  console.log(`\n== ${room}`);
  const { files, tests } = MUTATED_ROOMS[room]!;
  await new Stryker({
    mutate: [...files],
    testFiles: [...tests],
    incremental: true,
    force: !news,
    incrementalFile: `${REPORTS}/incremental/${room}.json`,
    jsonReporter: { fileName: `${REPORTS}/${room}.json` },
    htmlReporter: { fileName: `${REPORTS}/${room}.html` },
  }).runMutationTest();
}
console.log(mutationTable(path.join(import.meta.dirname, '..', REPORTS)));
