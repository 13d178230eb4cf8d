import { describe, expect, test } from 'vitest';
import {
  describePlan,
  holdToCloudThatRestores,
  type PlannedTable,
  type RestorePlan,
  restoredName,
} from '../../../bin/operator/restore-plan.ts';

const AT = Date.UTC(2026, 10, 20, 10);
const GB = 1024 ** 3;

function aTable(kind: PlannedTable['kind'], facts: Partial<PlannedTable> = {}): PlannedTable {
  const size = { bytes: GB, items: 1_000_000 };
  return {
    kind,
    from: `the-${kind}`,
    to: restoredName('acme', kind, AT),
    size,
    isRestored: false,
    isInUse: false,
    ...facts,
  };
}

function describePlanOf(facts: Partial<RestorePlan> = {}): string {
  const tables = [aTable('points'), aTable('members')];
  return describePlan({ brand: 'acme', at: AT, tables, bringsForward: true, ...facts });
}

test('a repeated restore gives tables the same valid names', () => {
  expect(restoredName('acme', 'points', AT)).toBe('laurel-acme-points-20261120T100000Z');
  expect(restoredName('acme', 'members', AT + 1000)).toBe('laurel-acme-members-20261120T100001Z');
});

describe('on the local cloud, which cannot restore a table', () => {
  const LOCAL = 'http://127.0.0.1:4566';
  const restored = (kind: PlannedTable['kind']) => aTable(kind, { isRestored: true });

  test.each<[string, PlannedTable[]]>([
    ['both tables', [aTable('points'), aTable('members')]],
    ['one of them', [restored('points'), aTable('members')]],
    ['one that is gone', [aTable('members', { size: undefined })]],
  ])('restoring %s is refused before anything is done', (_, tables) => {
    expect(() => holdToCloudThatRestores(tables, LOCAL)).toThrow(
      /cannot be tried on the local cloud at http:\/\/127\.0\.0\.1:4566.*no point-in-time restore\. Nothing was done\./,
    );
    expect(() => holdToCloudThatRestores(tables, undefined)).not.toThrow();
  });

  test('the steps after the restore accept existing tables', () => {
    expect(() => holdToCloudThatRestores([restored('points'), restored('members')], LOCAL)).not.toThrow();
    expect(() => holdToCloudThatRestores([aTable('points', { from: undefined })], LOCAL)).not.toThrow();
  });
});

describe('the plan', () => {
  test('names each table, its restored table, and the newer items to copy', () => {
    const plan = describePlanOf();
    expect(plan).toContain(
      'restore the-points as of 2026-11-20T10:00:00Z beside it, as laurel-acme-points-20261120T100000Z',
    );
    expect(plan).toContain(
      'restore the-members as of 2026-11-20T10:00:00Z beside it, as laurel-acme-members-20261120T100000Z',
    );
    expect(plan).toMatch(/bring forward what came after 2026-11-20T10:00:00Z: transactions; enrolments, tier actions/);
    expect(plan).toContain('brands/acme/restored-tables.json');
    expect(plan).not.toContain('✔');
  });

  test('marks the steps that are done', () => {
    const done = (text: string) => text.split('\n').filter((line) => line.startsWith('✔')).length;
    const [points, members] = [aTable('points', { isRestored: true }), aTable('members')];
    expect(done(describePlanOf({ tables: [points, members] }))).toBe(1);
    const inUse = { isRestored: true, isInUse: true };
    // Two tables, the copied items, the rebuild and the deployment.
    expect(done(describePlanOf({ tables: [aTable('points', inUse), aTable('members', inUse)] }))).toBe(5);
  });

  test('restores a deleted table as it was at its deletion, and copies no newer items from it', () => {
    const plan = describePlanOf({ tables: [aTable('points', { size: undefined })] });
    expect(plan).toContain('restore the-points, which is gone, as it was when it was deleted');
    expect(plan).toContain('nothing, as nothing is left to read');
    expect(plan).toContain('points not counted');
  });

  test('changes no member before the stack uses the new table, where only the ledger is restored', () => {
    const plan = describePlanOf({ tables: [aTable('points')] });
    expect(plan).not.toContain('before anybody sees them');
    expect(plan).toContain('rebuild every member once more');
    expect(plan).not.toContain('enrolments');
  });

  test('names the items that are not copied, and says that erasures are repeated all the same', () => {
    expect(describePlanOf({ bringsForward: false })).toMatch(/nothing but who was erased since/);
  });

  test('shows the costs: restoring by the gigabyte, reading by the unit, and storing both tables', () => {
    // Two gigabytes at $0.15; three times 524,288 units at $0.125 a million; $0.45 a gigabyte and month.
    expect(describePlanOf()).toContain('about $0.50 once, and $0.90 a month');
    expect(describePlanOf({ tables: [aTable('points', { size: { bytes: 0, items: 0 } })] })).toContain(
      'about less than $0.01 once',
    );
  });
});
