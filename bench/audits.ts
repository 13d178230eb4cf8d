import type { MemberRecords } from '../core/member/audit/audit-member.ts';
import type { Ledger, MemberStore, Runs, WakeUpTimers } from '../core/ports.ts';
import { compileProgram } from '../core/program/program.ts';
import { type AuditRun, NO_COUNTS } from '../core/runs/run.ts';
import { AUDIT_PAGE_SIZE, auditPage } from '../core/use-cases/audit-page.ts';
import { auditTotals } from '../core/use-cases/finish-audit.ts';
import type { PagePlace } from '../core/use-cases/recalculate-page.ts';
import { CountedRun } from './counted-run.ts';
import { demoBrand } from './demo-program.ts';
import { atLeast, type OnProgress, percent, processorMs, type Report, table, whole } from './report.ts';
import { ENTRIES_OF_A_MEMBER, NIGHT, numberOf } from './year-end.ts';
import { YearEndOnTheWire } from './year-end-on-the-wire.ts';

/** Comparing may cost as much as reading what is compared, and half as much again. */
const SHARE_AT_LEAST = 0.4;
const MEMBERS = 20_000;
const WARM_UP_MEMBERS = 2000;
const SEGMENT = { kind: 'everyone', part: 0, of: 1 } as const;
const ANNOUNCEMENT_POLICY = { notifyOnRealtimeDowngrade: false };
const WORKING = { pause: async () => {}, isTransient: () => true, givesUp: false };

const HOW = [
  `auditPage over pages of ${AUDIT_PAGE_SIZE} members on the night after a cycle’s end. Each member has ${ENTRIES_OF_A_MEMBER} purchases and the changes of its tier, as text like`,
  'DynamoDB’s, decoded like the adapters do it. “Decoded” is the same text, only decoded, in turn with the audit, page by page. In the second line',
  'one member in a hundred is wrong. The figure counts only if the audit finds exactly these. A second is a second of processor time.',
];

export async function measureAudits(onProgress: OnProgress): Promise<Report> {
  await audit(WARM_UP_MEMBERS, 100);
  const rates: { what: string; perSecond: number; decodedPerSecond: number }[] = [];
  for (const [what, oneOf] of [
    ['every member right', 0],
    ['one in a hundred wrong', 100],
  ] as const) {
    onProgress(what);
    const { decodeMs, auditMs } = await audit(MEMBERS, oneOf);
    rates.push({ what, perSecond: MEMBERS / (auditMs / 1000), decodedPerSecond: MEMBERS / (decodeMs / 1000) });
  }
  const rows = rates.map(({ what, perSecond, decodedPerSecond }) => [
    ...[what, whole(perSecond), whole(decodedPerSecond), percent(perSecond / decodedPerSecond)],
    `≥ ${percent(SHARE_AT_LEAST)}`,
  ]);
  return {
    title: 'The drift audit',
    how: HOW,
    lines: [table(['in memory\n', 'members\nper second', 'decoded\nper second', 'share\n', '\nlimit'], rows)],
    limits: rates.map(({ what, perSecond, decodedPerSecond }) =>
      atLeast(
        100 * SHARE_AT_LEAST,
        (100 * perSecond) / decodedPerSecond,
        '% of the rate of decoding',
        `audit, ${what}`,
      ),
    ),
    figures: rates,
  };
}

/** @param oneOf one of so many members is wrong; 0 for none */
async function audit(size: number, oneOf: number): Promise<{ decodeMs: number; auditMs: number }> {
  const program = compileProgram(demoBrand());
  const members = new YearEndOnTheWire(program, size, 3);
  const withWrongOnes: Partial<MemberStore> = {
    inSegment: members.inSegment.bind(members),
    async recordsOf(memberId): Promise<MemberRecords> {
      const records = await members.recordsOf(memberId);
      const { member } = records;
      if (oneOf === 0 || numberOf(memberId) % oneOf !== 0) return records;
      return { ...records, member: { ...member, tally: { ...member.tally, balance: member.tally.balance + 1 } } };
    },
  };
  const started: AuditRun = {
    ...{ runId: 'audit-1', kind: 'audit', heal: false, programVersion: program.version, startedAt: NIGHT },
    ...{ segments: [SEGMENT], counts: NO_COUNTS },
  };
  const run = new CountedRun(started);
  const ports = {
    ledger: members as Partial<Ledger> as Ledger,
    members: withWrongOnes as MemberStore,
    runs: run as Partial<Runs> as Runs,
    timers: { wakeAt: async () => {} } satisfies WakeUpTimers,
  };
  let [decodeMs, auditMs] = [0, 0];
  let place: PagePlace | undefined = { runId: 'audit-1', segment: SEGMENT, page: 0 };
  while (place !== undefined) {
    const at: PagePlace = place;
    decodeMs += await processorMs(async () => {
      for (const { memberId } of members.page(at.page * AUDIT_PAGE_SIZE, AUDIT_PAGE_SIZE)) {
        await members.recordsOf(memberId);
        await members.entriesOf(memberId);
      }
    });
    auditMs += await processorMs(async () => {
      const { next } = await auditPage(
        ports,
        { program, announcementPolicy: ANNOUNCEMENT_POLICY },
        at,
        () => NIGHT,
        WORKING,
      );
      place = next === undefined ? undefined : { ...at, page: at.page + 1, after: next };
    });
  }
  const { provedEqual, differing } = auditTotals(run.counts);
  const wrong = oneOf === 0 ? 0 : size / oneOf;
  if (differing !== wrong || provedEqual !== size - wrong) {
    throw new Error(`Of ${size} members ${wrong} were wrong; the audit found ${differing} and proved ${provedEqual}.`);
  }
  return { decodeMs, auditMs };
}
