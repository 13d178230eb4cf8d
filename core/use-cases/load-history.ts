import type { History } from '../member/member.ts';
import type { Ledger, MemberStore } from '../ports.ts';

/** Everything that is known of a member. */
export async function loadHistory(ports: { ledger: Ledger; members: MemberStore }, memberId: string): Promise<History> {
  const [entries, actions] = await Promise.all([ports.ledger.entriesOf(memberId), ports.members.actionsOf(memberId)]);
  return { entries, actions };
}
