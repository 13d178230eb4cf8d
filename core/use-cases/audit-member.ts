import type { LedgerEntry } from '../ledger/transaction.ts';
import { type Audit, auditMember, type MemberRecords } from '../member/audit/audit-member.ts';
import { type Finding, isDrift } from '../member/audit/findings.ts';
import { announced } from '../member/member-update.ts';
import { rebuildMember } from '../member/rebuild-member.ts';
import type { TierChange } from '../member/tier-change.ts';
import { hasSameContent } from '../program/fingerprint.ts';
import type { Instant } from '../time.ts';
import type { Rules } from './rules.ts';
import { type MemberPorts, writeMember } from './write-member.ts';

export type MemberAudit =
  | { status: 'noMember' }
  /** Every figure is what the ledger gives. */
  | { status: 'proved' }
  /** It cannot be proved today, and nothing is wrong. */
  | { status: 'waits'; findings: Finding[]; tier: string }
  /** `unhealed`: what an attempted heal could not put right. */
  | { status: 'differs'; findings: Finding[]; tier: string; unhealed?: Finding[] }
  | { status: 'healed'; findings: Finding[]; tier: string; changes: TierChange[] };

export interface AuditOptions {
  heal: boolean;
  inForceSince?: Instant | undefined;
  /** Waits longer than a write takes. */
  pause: () => Promise<void>;
}

/** A member that is written all the time looks different each time. */
const MAX_LOOKS = 5;

interface Look {
  records: MemberRecords;
  entries: LedgerEntry[];
  audit: Audit;
}

type TakeLook = () => Promise<Look | undefined>;

/**
 * Compares a stored member with its history. A member is read item by item, and may be written meanwhile. So a difference counts only if it
 * is seen twice, with no write in between.
 */
export async function auditStoredMember(
  ports: MemberPorts,
  rules: Rules,
  memberId: string,
  options: AuditOptions,
  clock: () => Instant,
): Promise<MemberAudit> {
  const look: TakeLook = async () => {
    const records = await ports.members.recordsOf(memberId);
    if (!records) return undefined;
    // Read after the records: everything that they count was in the ledger by then.
    const entries = await ports.ledger.entriesOf(memberId);
    const auditing = { now: clock(), inForceSince: options.inForceSince };
    return { records, entries, audit: auditMember(records, entries, rules.program, auditing) };
  };
  let before: Look | undefined;
  for (let looks = 1; looks <= MAX_LOOKS; looks++) {
    const seen = await look();
    if (!seen) return { status: 'noMember' };
    const { findings } = seen.audit;
    if (findings.length === 0) return { status: 'proved' };
    const tier = seen.records.member.tier.id;
    // An edit stays an edit, whoever writes the member meanwhile.
    if (findings.every(({ cause }) => cause === 'rulebookEdited')) return { status: 'waits', findings, tier };
    if (before && isSame(before, seen)) {
      if (!findings.some(isDrift)) return { status: 'waits', findings, tier };
      return options.heal ? heal(ports, rules, seen, look, clock) : { status: 'differs', findings, tier };
    }
    before = seen;
    await options.pause();
  }
  const { audit, records } = before!;
  const findings = audit.findings.map((finding) => ({ ...finding, cause: 'inFlight' as const }));
  return { status: 'waits', findings, tier: records.member.tier.id };
}

function isSame(a: Look, b: Look): boolean {
  return a.records.member.version === b.records.member.version && hasSameContent(a.audit.findings, b.audit.findings);
}

/**
 * Rebuilds the member from its history, with the cause `rebuild`, which is announced to nobody. The rebuild starts from the item as it
 * should have been, so that no wrong figure decides anything. A tier that an edit of the rules left is kept (R10).
 */
async function heal(
  ports: MemberPorts,
  { program, announcementPolicy }: Rules,
  { records, audit }: Look,
  look: TakeLook,
  clock: () => Instant,
): Promise<MemberAudit> {
  const { memberId, tier } = records.member;
  const { findings } = audit;
  // The write is refused unless the member loaded first is the one that is looked at. So the look is complete.
  const written = await writeMember(ports, announcementPolicy, memberId, async () => {
    const seen = await look();
    if (!seen?.audit.findings.some(isDrift)) return undefined;
    const { records, entries, audit } = seen;
    const context = { cause: 'rebuild' as const, keepsEdited: audit.isOfEdit };
    const history = { entries, actions: records.actions };
    const update = rebuildMember(audit.expected, history, program, context, clock());
    const healed = announced(update, announcementPolicy);
    const after: MemberRecords = {
      member: healed.member,
      actions: [...records.actions, ...healed.actions],
      news: [...records.news, ...healed.changes, ...healed.notices].sort((a, b) => a.sequence - b.sequence),
      staleIndexKeys: [],
    };
    const left = auditMember(after, entries, program, { now: clock() }).findings.filter(isDrift);
    // No write brings back a change that is missing in the history.
    return left.length < audit.findings.filter(isDrift).length ? update : undefined;
  });
  const unhealed = (await look())?.audit.findings.filter(isDrift) ?? [];
  return unhealed.length === 0
    ? { status: 'healed', findings, tier: tier.id, changes: written?.changes ?? [] }
    : { status: 'differs', findings, tier: tier.id, unhealed };
}
