import { describe, expect, test } from 'vitest';
import { CSV_HEAD, csvLine, matrixTable, summaryTable } from '../../../bin/operator/preview-report.ts';
import { NO_COUNTS, type RunOutcome } from '../../../core/runs/run.ts';
import { exampleProgram } from '../../support/program.ts';

const COUNTS = {
  ...NO_COUNTS,
  ...{ processed: 200, up: 10, down: 60, unchanged: 129, failed: 1 },
  matrix: { gold: { silver: 60, gold: 29 }, bronze: { silver: 10, bronze: 1100 } },
};

/** A table's cells, without what is drawn around them. */
const rowsOf = (table: string) =>
  table
    .split('\n')
    .filter((line) => line.includes('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('the tables of a preview', () => {
  test('say how many go up, down and stay, and which share of all that is', () => {
    expect(rowsOf(summaryTable(COUNTS))).toEqual([
      ['Members', 'Number', 'Share'],
      ['go up', '10', '5.0 %'],
      ['go down', '60', '30.0 %'],
      ['stay', '129', '64.5 %'],
      ['cannot be judged', '1', '0.5 %'],
      ['all', '200', ''],
    ]);
  });

  test('leave out who cannot be judged where everybody can, and divide nothing by nobody', () => {
    expect(rowsOf(summaryTable(NO_COUNTS)).slice(1)).toEqual([
      ['go up', '0', ''],
      ['go down', '0', ''],
      ['stay', '0', ''],
      ['all', '0', ''],
    ]);
  });

  test('say from which tier, line by line, to which, column by column, from the base tier up', () => {
    expect(rowsOf(matrixTable(COUNTS, exampleProgram()))).toEqual([
      ['from \\ to', 'Bronze', 'Silver', 'Gold'],
      ['Bronze', '1,100', '10', '·'],
      ['Silver', '·', '·', '·'],
      ['Gold', '·', '60', '29'],
    ]);
  });
});

describe('the list of a preview', () => {
  const outcome: RunOutcome = {
    ...{ memberId: 'm-1', outcome: 'MOVED', from: 'gold', to: 'silver', direction: 'down', cause: 'recalculation' },
  };

  test('has a line for each who moves', () => {
    expect(CSV_HEAD + csvLine(outcome)).toBe(
      'memberId,from,to,direction,cause,why\r\nm-1,gold,silver,down,recalculation,\r\n',
    );
  });

  test('says why somebody cannot be judged, in one field whatever the reason holds', () => {
    const failed: RunOutcome = {
      ...{ memberId: 'm-2', outcome: 'FAILED', from: null, to: null, direction: 'none' },
      why: 'Error: "x", and\nmore',
    };
    expect(csvLine(failed)).toBe('m-2,,,none,,"Error: ""x"", and\nmore"\r\n');
  });

  test('holds nothing that a spreadsheet would take for a formula', () => {
    expect(csvLine({ ...outcome, why: '=HYPERLINK("http://x")' })).toContain(`"'=HYPERLINK(""http://x"")"`);
  });
});
