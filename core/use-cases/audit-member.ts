import type { LedgerEntry } from '../ledger/transaction.ts';
import { type Audit, auditMember, type MemberRecords } from '../member/audit.ts';
import { type Finding, isDrift } from '../member/audit-causes.ts';
import { rebuildMember } from '../member/count-entries.ts';
import type { TierChange } from '../member/member.ts';
import type { Announcing, Settled } from '../member/settle.ts';
import type { Ledger, MemberStore, TierClock } from '../ports.ts';
import { hasSameContent } from '../program/fingerprint.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { writeMember } from './write-member.ts';

export type MemberAudit =
  | { status: 'noMember' }
  /** Every figure is what the ledger gives. */
  | { status: 'proved' }
  /** It can't be proved today, and nothing is wrong. */
  | { status: 'waits'; findings: Finding[]; tier: string }
  /** `unhealed`: what a heal could not put right, where one was tried. */
  | { status: 'differs'; findings: Finding[]; tier: string; unhealed?: Finding[] }
  | { status: 'healed'; findings: Finding[]; tier: string; changes: TierChange[] };

interface Ports {
  ledger: Ledger;
  members: MemberStore;
  clock: TierClock;
}

export interface AuditOptions {
  heal: boolean;
  inForceSince?: Instant | undefined;
  /** As long as a write takes that was half seen. */
  pause: () => Promise<void>;
}

/** Of a member that is written all the time, no two looks say the same. */
const MAX_LOOKS = 5;

interface Look {
  records: MemberRecords;
  entries: LedgerEntry[];
  audit: Audit;
}

/**
 * Compares a stored member with its history. A member is read item by item, and somebody may write it meanwhile: a difference is one that
 * was seen twice, with no write in between.
 */
export async function auditStoredMember(
  ports: Ports,
  program: Program,
  announcing: Announcing,
  memberId: string,
  options: AuditOptions,
  clock: () => Instant,
): Promise<MemberAudit> {
  const look = () => lookAt(ports, program, memberId, options.inForceSince, clock());
  let before: Look | undefined;
  for (let looks = 1; looks <= MAX_LOOKS; looks++) {
    const seen = await look();
    if (!seen) return { status: 'noMember' };
    const { findings } = seen.audit;
    if (findings.length === 0) return { status: 'proved' };
    const tier = seen.records.member.tier.id;
    // Of an edit it does not matter who writes meanwhile.
    if (findings.every(({ cause }) => cause === 'rulebookEdited')) return { status: 'waits', findings, tier };
    if (before && isSame(before, seen)) {
      if (!findings.some(isDrift)) return { status: 'waits', findings, tier };
      return options.heal
        ? heal(ports, program, announcing, memberId, findings, tier, look, clock)
        : { status: 'differs', findings, tier };
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

async function lookAt(
  ports: Ports,
  program: Program,
  memberId: string,
  inForceSince: Instant | undefined,
  now: Instant,
): Promise<Look | undefined> {
  const records = await ports.members.recordsOf(memberId);
  if (!records) return undefined;
  // After the records: what they counted was in the ledger by then.
  const entries = await ports.ledger.entriesOf(memberId);
  return { records, entries, audit: auditMember(records, entries, program, { now, inForceSince }) };
}

/**
 * Makes the member what its history says, as the rebuild does, with the cause `rebuild`, which is told to nobody. From the item as it should
 * have been: nothing that was wrong decides anything. A tier that an edit of the rules left is kept (R10).
 */
async function heal(
  ports: Ports,
  program: Program,
  announcing: Announcing,
  memberId: string,
  findings: Finding[],
  tier: string,
  look: () => Promise<Look | undefined>,
  clock: () => Instant,
): Promise<MemberAudit> {
  // The member that is loaded first is the one that is looked at, or the write is refused: so nothing was half seen.
  const written = await writeMember<Settled>(ports, memberId, async () => {
    const seen = await look();
    if (!seen?.audit.findings.some(isDrift)) return undefined;
    const { records, entries, audit } = seen;
    const because = { cause: 'rebuild' as const, keepsEdited: audit.isOfEdit };
    const history = { entries, actions: records.actions };
    const healed = rebuildMember(audit.expected, history, program, announcing, because, clock());
    const after: MemberRecords = {
      member: healed.member,
      actions: [...records.actions, ...healed.actions],
      news: [...records.news, ...healed.changes, ...healed.notices].sort((a, b) => a.sequence - b.sequence),
      strays: [],
    };
    const left = auditMember(after, entries, program, { now: clock() }).findings.filter(isDrift);
    // A change that is missing in the history stays so, however often the member is written.
    return left.length < audit.findings.filter(isDrift).length ? healed : undefined;
  });
  const unhealed = (await look())?.audit.findings.filter(isDrift) ?? [];
  return unhealed.length === 0
    ? { status: 'healed', findings, tier, changes: written?.changes ?? [] }
    : { status: 'differs', findings, tier, unhealed };
}
