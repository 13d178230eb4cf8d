import { type Program, tierById } from '../../program/program.ts';
import type { Member } from '../member.ts';
import { isNotice, type TierChange, type TierNotice } from '../tier-change.ts';
import type { Difference } from './findings.ts';

/** What the records of changes and notices say of a member, and where the member says something else. */
export interface RecordedHistory {
  differences: Difference[];
  facts: Pick<Member, 'tier' | 'changes' | 'movedBy'>;
  lastChange: TierChange | undefined;
}

/**
 * Reads the changes as a chain from the first tier to the one that the member has.
 * @param news changes and notices, in the order of their sequence
 */
export function recordedHistory(
  member: Member,
  news: readonly (TierChange | TierNotice)[],
  program: Program,
): RecordedHistory {
  const changes = news.filter((one): one is TierChange => !isNotice(one));
  const differences: Difference[] = [];
  const compare = (figure: string, stored: unknown, ledger: unknown) => {
    if (stored !== ledger) differences.push({ figure, stored, ledger });
  };
  const sequences = new Set(news.map(({ sequence }) => sequence));
  const highest = Math.max(0, ...sequences);
  for (let sequence = 1; sequence <= highest; sequence++) {
    if (!sequences.has(sequence)) compare(`change ${sequence}`, null, 'a change or a notice');
  }
  compare('changes', member.changes, highest);
  for (let place = 1; place < changes.length; place++) {
    const [before, change] = [changes[place - 1]!, changes[place]!];
    // A missing change in between was listed above.
    const between = news.filter(({ sequence }) => sequence > before.sequence && sequence < change.sequence).length;
    if (before.sequence + between + 1 !== change.sequence) continue;
    compare(`change ${change.sequence}.from`, change.from.id, before.to.id);
  }
  const lastChange = changes.at(-1);
  const id = lastChange?.to.id ?? firstTierOf(member, program);
  compare('tier.id', member.tier.id, id);
  const since = lastChange?.occurredAt ?? member.enrolledAt;
  compare('tier.since', member.tier.since, since);
  const movedBy = changes.findLast(({ runId }) => runId !== undefined)?.runId;
  compare('movedBy', member.movedBy, movedBy);
  if (!Number.isSafeInteger(member.version) || member.version < 1)
    compare('version', member.version, 'a count of writes');
  const facts = { tier: { id, since }, changes: highest, ...(movedBy !== undefined && { movedBy }) };
  return { differences, facts, lastChange };
}

/** The tier of a member without changes: the base tier, or a former base tier that the program no longer has. */
function firstTierOf({ tier }: Member, program: Program): string {
  return tierById(program, tier.id) ? program.tiers[0].id : tier.id;
}
