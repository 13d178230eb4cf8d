import { type Finding, isDrift } from '../member/audit/findings.ts';
import type { Runs } from '../ports.ts';
import { directionOf, type Program } from '../program/program.ts';
import { counted } from '../quantity.ts';
import { NO_COUNTS, nextOf, type RunCounts, type RunDifference, type RunOutcome } from '../runs/run.ts';
import { pageName } from '../runs/segment.ts';
import type { Instant } from '../time.ts';
import { type AuditOptions, auditStoredMember, type MemberAudit } from './audit-member.ts';
import { eachMember, type FailedMember, type FailureHandling, outcomesWithFailures } from './each-member.ts';
import type { PagePlace } from './recalculate-page.ts';
import type { Rules } from './rules.ts';
import type { MemberPorts } from './write-member.ts';

/** The most members of a page: its outcomes fit into an item of 400 KB, even if every member differs. */
export const AUDIT_PAGE_SIZE = 200;

/** The most differences that are kept of one member. */
const MAX_DIFFERENCES = 6;
const MAX_TEXT = 80;

export interface AuditedPage {
  /** The page was done before, and nothing was done now. */
  wasKept: boolean;
  processed: number;
  /** The members that could not be proved. */
  outcomes: RunOutcome[];
  /** Where the next page begins; left out with the last. */
  next?: string;
}

/**
 * Compares a page of members with their ledgers, and heals what differs if the run says so. Idempotent: the page is counted once, and what
 * was healed does not differ again. One member that cannot be read stops no other.
 * @throws a transient failure, after all others of the page are done. The page has to be retried
 */
export async function auditPage(
  ports: MemberPorts & { runs: Runs },
  rules: Rules,
  { runId, segment, page, after }: PagePlace,
  clock: () => Instant,
  working: FailureHandling & Pick<AuditOptions, 'pause'>,
): Promise<AuditedPage> {
  const name = pageName(segment, page);
  const [run, kept] = await Promise.all([ports.runs.load(runId), ports.runs.page(runId, name)]);
  if (run?.kind !== 'audit') throw new Error(`There is no audit ${runId}.`);
  if (kept) return { wasKept: true, processed: 0, outcomes: [], ...nextOf(kept) };

  const found = await ports.members.inSegment(segment, {
    limit: AUDIT_PAGE_SIZE,
    ...(after !== undefined && { after }),
  });
  const options = { heal: run.heal, inForceSince: run.inForceSince, pause: working.pause };
  const audits: { memberId: string; audit: MemberAudit }[] = [];
  const failed: FailedMember[] = [];
  await eachMember(found.members, failed, async ({ memberId }) => {
    audits.push({ memberId, audit: await auditStoredMember(ports, rules, memberId, options, clock) });
  });
  const unproved = audits.flatMap(({ memberId, audit }) => outcomeOf(memberId, audit, rules.program) ?? []);
  const outcomes = outcomesWithFailures(unproved, failed, working);
  const counts = countsOfAudited(
    audits.map(({ audit }) => audit),
    outcomes,
  );
  const recorded = await ports.runs.recordPage(runId, { name, outcomes, ...nextOf(found) }, counts);
  return { wasKept: false, processed: counts.processed, outcomes, ...nextOf(recorded) };
}

/** The outcome of a member; undefined for a member that was proved. */
export function outcomeOf(memberId: string, audit: MemberAudit, program: Program): RunOutcome | undefined {
  if (audit.status === 'proved' || audit.status === 'noMember') return undefined;
  const { findings, tier: from } = audit;
  const to = (audit.status === 'healed' && audit.changes.at(-1)?.to.id) || from;
  const isMoved = to !== from;
  const hidden = findings.length - MAX_DIFFERENCES;
  const unhealed = audit.status === 'differs' ? audit.unhealed : undefined;
  const why = [
    ...(hidden > 0 ? [`Not listed: ${counted(hidden, 'more difference')}`] : []),
    ...(unhealed ? [`Not put right: ${unhealed.map(({ figure }) => figure).join(', ')}`.slice(0, 300)] : []),
  ];
  return {
    memberId,
    outcome: ({ waits: 'WAITS', differs: 'DIFFERS', healed: 'HEALED' } as const)[audit.status],
    from,
    to,
    direction: directionOf(program, from, to),
    ...(isMoved && { cause: 'rebuild' as const }),
    ...(why.length > 0 && { why: why.join('. ') }),
    // Drift comes before differences that merely wait.
    differences: [...findings]
      .sort((a, b) => Number(isDrift(b)) - Number(isDrift(a)))
      .slice(0, MAX_DIFFERENCES)
      .map(differenceOf),
  };
}

function differenceOf({ figure, stored, ledger, cause }: Finding): RunDifference {
  const text = (value: unknown) => JSON.stringify(value ?? null).slice(0, MAX_TEXT);
  return { figure: figure.slice(0, MAX_TEXT), stored: text(stored), ledger: text(ledger), cause };
}

function countsOfAudited(audits: readonly MemberAudit[], outcomes: readonly RunOutcome[]): RunCounts {
  const there = audits.filter((audit) => audit.status !== 'noMember');
  const ofAll = { proved: 'PROVED', waits: 'WAITS', differs: 'DIFFERS', healed: 'HEALED' } as const;
  const up = outcomes.filter(({ direction }) => direction === 'up').length;
  const down = outcomes.filter(({ direction }) => direction === 'down').length;
  const failed = outcomes.filter(({ outcome }) => outcome === 'FAILED').length;
  const causes = there.flatMap((audit) =>
    'findings' in audit ? [...new Set(audit.findings.map(({ cause }) => cause))] : [],
  );
  return {
    ...NO_COUNTS,
    ...{ processed: there.length + failed, up, down, unchanged: there.length - up - down, failed },
    outcomes: tallied([...there.map(({ status }) => ofAll[status]), ...Array<string>(failed).fill('FAILED')]),
    causes: tallied(causes),
  };
}

function tallied(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
