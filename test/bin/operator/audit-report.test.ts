import { expect, test } from 'vitest';
import { AuditReport } from '../../../bin/operator/audit-report.ts';
import type { AuditCause, Finding } from '../../../core/member/audit/findings.ts';

const finding = (cause: AuditCause, figure = 'tally.balance'): Finding => ({ figure, stored: 1, ledger: 2, cause });

test('an audit without differences is one line', () => {
  const report = new AuditReport();
  for (let n = 0; n < 1200; n++) report.add({ status: 'proved' });
  expect(report.table()).toBeUndefined();
  expect(report.lastLine()).toBe('1,200 members: 1,200 proved equal to the ledger.');
  expect([report.differing, report.failed]).toEqual([0, 0]);
});

test('each cause has its number of members, differences come first, and a member with several figures counts once', () => {
  const report = new AuditReport();
  const tier = 'silver';
  report.add({ status: 'proved' });
  report.add({ status: 'waits', tier, findings: [finding('rulebookEdited', 'tier.id')] });
  report.add({ status: 'waits', tier, findings: [finding('rulebookEdited', 'tier.id')] });
  report.add({ status: 'differs', tier, findings: [finding('figure'), finding('figure', 'tally.orders')] });
  report.add({ status: 'healed', tier, findings: [finding('figure'), finding('timer', 'nextDueAt')], changes: [] });
  report.add({ status: 'failed', error: new Error('unreadable') });
  const rows = report
    .table()!
    .split('\n')
    .filter((line) => /[a-z]/.test(line));
  expect(
    rows.map((row) =>
      row
        .split('│')
        .map((cell) => cell.trim())
        .filter(Boolean),
    ),
  ).toEqual([
    ['Cause', 'Members', 'Put right'],
    ['figure', '2', '1'],
    ['timer', '1', '1'],
    ['rulebookEdited', '2', '0', 'nothing is wrong'],
  ]);
  expect(report.lastLine()).toBe(
    '6 members: 1 proved equal to the ledger, 1 different and put right, 1 different, 1 could not be audited, 2 cannot be proved today.',
  );
  expect(report.progress()).toBe('6 members compared, 2 different');
  expect([report.members, report.differing, report.failed]).toEqual([6, 1, 1]);
});

test('an audit of one member counts one member', () => {
  const report = new AuditReport();
  report.add({ status: 'proved' });
  expect([report.lastLine(), report.progress()]).toEqual([
    '1 member: 1 proved equal to the ledger.',
    '1 member compared, 0 different',
  ]);
});
