import type { MemberRecords } from '../core/member/audit/audit-member.ts';
import type { Ledger, MemberStore, Runs, WakeUpTimers } from '../core/ports.ts';
import { compileProgram } from '../core/program/program.ts';
import { type AuditRun, NO_COUNTS } from '../core/runs/run.ts';
import { AUDIT_PAGE_SIZE, auditPage } from '../core/use-cases/audit-page.ts';
import { auditTotals } from '../core/use-cases/finish-audit.ts';
import type { PagePlace } from '../core/use-cases/recalculate-page.ts';
import { demoBrand } from './demo-program.ts';
import type { Limit } from './limit.ts';
import { CountedRun } from './members-on-the-fly.ts';
import { ENTRIES_OF_A_MEMBER, NIGHT } from './year-end.ts';
import { YearEndOnTheWire } from './year-end-on-the-wire.ts';

export interface AuditRate {
  what: string;
  /** Members a second of one core. */
  perSecond: number;
  /** The same items merely read and decoded, by turns with the audit. */
  decodedPerSecond: number;
}

/** Comparing must not cost several times what it takes to read what is compared. */
export const SHARE_AT_LEAST = 0.4;

const MEMBERS = 20_000;
const WARM_UP_MEMBERS = 2000;
const SEGMENT = { kind: 'everyone', part: 0, of: 1 } as const;

export const HOW_AUDITS = [
  `auditPage over pages of ${AUDIT_PAGE_SIZE} members on the night after a cycle’s end, each with ${ENTRIES_OF_A_MEMBER} purchases and the changes of its tier; text as DynamoDB`,
  'sends it, decoded as the adapters do it. Decoded: the same text and nothing more, page by page in turn with the audit. One in a hundred is',
  'spoilt in the second line: the figure counts only if all of them were found, and nobody else. A second is one of processor time.',
];

export async function measureAudits(onProgress: (what: string) => void): Promise<AuditRate[]> {
  const rates: AuditRate[] = [];
  await audit(WARM_UP_MEMBERS, 100);
  for (const [what, spoilt] of [
    ['every member right', 0],
    ['one in a hundred spoilt', 100],
  ] as const) {
    onProgress(what);
    const { decodeMs, auditMs } = await audit(MEMBERS, spoilt);
    const perSecond = (ms: number) => Math.round(MEMBERS / (ms / 1000));
    rates.push({ what, perSecond: perSecond(auditMs), decodedPerSecond: perSecond(decodeMs) });
  }
  return rates;
}

/** @param oneOf so many is spoilt; 0 for none */
async function audit(size: number, oneOf: number): Promise<{ decodeMs: number; auditMs: number }> {
  const program = compileProgram(demoBrand());
  const members = new YearEndOnTheWire(program, size, 3);
  const isSpoilt = (memberId: string) => oneOf > 0 && Number(memberId.slice('m-'.length)) % oneOf === 0;
  const spoiling: Partial<MemberStore> = {
    inSegment: members.inSegment.bind(members),
    async recordsOf(memberId): Promise<MemberRecords> {
      const records = await members.recordsOf(memberId);
      const { member } = records;
      if (!isSpoilt(memberId)) return records;
      return { ...records, member: { ...member, tally: { ...member.tally, balance: member.tally.balance + 1 } } };
    },
  };
  const told: AuditRun = {
    ...{ runId: 'audit-1', kind: 'audit', heal: false, programVersion: program.version, startedAt: NIGHT },
    ...{ segments: [SEGMENT], counts: NO_COUNTS },
  };
  const run = new CountedRun(told);
  const ports = {
    ledger: members as Partial<Ledger> as Ledger,
    members: spoiling as MemberStore,
    runs: run as Partial<Runs> as Runs,
    timers: { wakeAt: async () => {} } satisfies WakeUpTimers,
  };
  const working = { pause: async () => {}, isTransient: () => true, givesUp: false };
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
      const rules = { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } };
      const page = await auditPage(ports, rules, at, () => NIGHT, working);
      place = page.next === undefined ? undefined : { ...at, page: at.page + 1, after: page.next };
    });
  }
  const { provedEqual, differing } = auditTotals(run.counts);
  const meant = oneOf === 0 ? 0 : size / oneOf;
  if (differing !== meant || provedEqual !== size - meant) {
    throw new Error(`Of ${size} members ${meant} were spoilt, and ${differing} found; ${provedEqual} were proved.`);
  }
  return { decodeMs, auditMs };
}

async function processorMs(work: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

export function limitsOfAudits(rates: readonly AuditRate[]): Limit[] {
  return rates.map(({ what, perSecond, decodedPerSecond }) => ({
    ...{ what: `audit, ${what}`, unit: '% of the rate of decoding', sense: 'at least' },
    ...{ measured: (100 * perSecond) / decodedPerSecond, bound: 100 * SHARE_AT_LEAST },
  }));
}
