import { describe, expect, test } from 'vitest';
import { csvHead, csvLine, matrixTable, summaryTable } from '../../../bin/operator/preview-report.ts';
import { NO_COUNTS, type RunOutcome } from '../../../core/runs/run.ts';
import { exampleProgram } from '../../support/program.ts';

const COUNTS = {
  ...NO_COUNTS,
  ...{ processed: 200, up: 10, down: 60, unchanged: 129, failed: 1 },
  matrix: { gold: { silver: 60, gold: 29 }, bronze: { silver: 10, bronze: 1100 } },
};

/** A table's cells, without borders. */
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
  test('show how many members go up, go down and stay, with their share of all members', () => {
    expect(rowsOf(summaryTable(COUNTS, 'all members'))).toEqual([
      ['Members', 'Number', 'Share'],
      ['go up', '10', '5.0 %'],
      ['go down', '60', '30.0 %'],
      ['stay', '129', '64.5 %'],
      ['cannot be judged', '1', '0.5 %'],
      ['all members', '200', ''],
    ]);
  });

  test('omit the line of unjudged members where there are none, and show no share without members', () => {
    expect(rowsOf(summaryTable(NO_COUNTS, 'all whose cycle ends then')).slice(1)).toEqual([
      ['go up', '0', ''],
      ['go down', '0', ''],
      ['stay', '0', ''],
      ['all whose cycle ends then', '0', ''],
    ]);
  });

  test('have a line for each tier before and a column for each tier after, from the base tier up', () => {
    expect(rowsOf(matrixTable(COUNTS, exampleProgram()))).toEqual([
      ['from \\ to', 'Bronze', 'Silver', 'Gold'],
      ['Bronze', '1,100', '10', '·'],
      ['Silver', '·', '·', '·'],
      ['Gold', '·', '60', '29'],
    ]);
  });
});

describe('the list of a preview', () => {
  const PROGRAM = exampleProgram();
  const SPEND = exampleProgram({ basis: 'spend', currency: 'GBP', pointsPerUnit: undefined });
  const outcome: RunOutcome = {
    ...{ memberId: 'm-1', outcome: 'MOVED', from: 'gold', to: 'silver', direction: 'down', cause: 'recalculation' },
    ...{ points: 4200, missing: 800, missingFor: 'gold', why: 'For Gold the member has 4,200 of 5,000 points.' },
  };
  const cells = (line: string) => line.trimEnd().split(',');

  test('has the columns that people need to write to the members', () => {
    expect(csvHead(PROGRAM)).toBe(
      '\ufeffMember,Moves,Tier before,Tier after,Points,Points missing,Missing for,Why,Cause\r\n',
    );
    expect(csvLine(outcome, PROGRAM)).toBe(
      'm-1,down,Gold,Silver,4200,800,Gold,"For Gold the member has 4,200 of 5,000 points.",recalculation\r\n',
    );
  });

  test('has amounts with the digits of the currency where tiers count spend', () => {
    expect(csvHead(SPEND)).toContain('Tier after,Spend (GBP),Missing (GBP),Missing for');
    const spent = { ...outcome, points: 690, missing: 310.5, why: '' };
    expect(csvLine(spent, SPEND)).toBe('m-1,down,Gold,Silver,690.00,310.50,Gold,,recalculation\r\n');
  });

  test('leaves a field empty where points do not lead to the tier, or no tier is above', () => {
    const { missing: _, missingFor: __, why: ___, ...highest } = outcome;
    expect(cells(csvLine(highest, PROGRAM)).slice(4)).toEqual(['4200', '', '', '', 'recalculation']);
    expect(cells(csvLine({ ...highest, missing: null, missingFor: 'gold' }, PROGRAM)).slice(4, 7)).toEqual([
      ...['4200', '', 'Gold'],
    ]);
    expect(cells(csvLine({ ...highest, points: 0 }, PROGRAM))[4]).toBe('0');
  });

  test('names a tier that the program no longer has by its id', () => {
    expect(cells(csvLine({ ...outcome, from: 'amber' }, PROGRAM))[2]).toBe('amber');
  });

  test('gives the reason why a member cannot be judged in one field, for any text', () => {
    const failed: RunOutcome = {
      ...{ memberId: 'm-2', outcome: 'FAILED', from: null, to: null, direction: 'none' },
      why: 'Error: "x", and\nmore',
    };
    expect(csvLine(failed, PROGRAM)).toBe('m-2,cannot be judged,,,,,,"Error: ""x"", and\nmore",\r\n');
  });

  test('has no field that a spreadsheet would run as a formula', () => {
    expect(csvLine({ ...outcome, why: '=HYPERLINK("http://x")' }, PROGRAM)).toContain(`"'=HYPERLINK(""http://x"")"`);
  });
});
