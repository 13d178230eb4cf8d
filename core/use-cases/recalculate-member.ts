import type { ActionRecord } from '../actions/action-record.ts';
import type { Member } from '../member/member.ts';
import type { MemberUpdate, WrittenUpdate } from '../member/member-update.ts';
import { type MoveReason, reasonForMove } from '../member/reason-for-move.ts';
import {
  isOfRecalculation,
  previewFromHistory,
  previewMember,
  recalculateFromHistory,
} from '../member/recalculation.ts';
import type { TierChange, TierMove, TierTransition } from '../member/tier-change.ts';
import type { AnnouncementPolicy } from '../notifications/announcement-table.ts';
import type { Program } from '../program/program.ts';
import { cycleAt } from '../rules/cycle.ts';
import { anniversaryOf } from '../rules/cycle-ends.ts';
import type { RecalculationRun } from '../runs/run.ts';
import type { Segment } from '../runs/segment.ts';
import type { Instant } from '../time.ts';
import { loadHistory } from './load-history.ts';
import type { Rules } from './rules.ts';
import { type MemberPorts, writeMember } from './write-member.ts';

/** A run's own changes are among the newest of a member: nobody has more changes in the hours of a run. */
const NEWEST_CHANGES = 20;

/** The tiers before and after the run, and the figures that decide; the same tier twice if the member stays. */
export interface Judged extends Partial<MoveReason> {
  memberId: string;
  from: string;
  to: string;
  cause?: TierChange['cause'];
}

type ByItem =
  | { status: 'judged'; judged: Judged }
  /** The run is about other members: this one has another anniversary. */
  | { status: 'unconcerned' }
  /** The member moves, or the item cannot tell. */
  | { status: 'open' };

/** What a run does to one member. The item judges the member if it can, otherwise the ledger. A member is written if the tier moves. */
export class MemberRecalculation {
  readonly promotions: ActionRecord[] = [];
  readonly #ports: MemberPorts;
  readonly #program: Program;
  readonly #announcementPolicy: AnnouncementPolicy;
  readonly #run: RecalculationRun;
  readonly #segment: Segment;

  constructor(ports: MemberPorts, { program, announcementPolicy }: Rules, run: RecalculationRun, segment: Segment) {
    this.#ports = ports;
    this.#program = program;
    this.#announcementPolicy = { ...announcementPolicy, notifyOnBulkRecalculation: run.notify };
    this.#run = run;
    this.#segment = segment;
  }

  byItsItem(member: Member, now: Instant): ByItem {
    const update = previewMember(member, this.#run, this.#program, now);
    if (!update) return { status: 'open' };
    const { transitions } = update;
    if (!this.#run.dryRun && (this.#moves(transitions, now) || this.#movedIt(member))) return { status: 'open' };
    if (!this.#concerns(member, transitions, now)) return { status: 'unconcerned' };
    return { status: 'judged', judged: this.#judgedBy(update.member, transitions, now) };
  }

  /** @returns undefined if the run is about other members */
  async byTheLedger(member: Member, now: Instant): Promise<Judged | undefined> {
    const update =
      previewMember(member, this.#run, this.#program, now) ?? (await this.#previewFromHistory(member, now));
    const { transitions } = update;
    if (!this.#concerns(member, transitions, now)) return undefined;
    if (this.#run.dryRun) return this.#judgedBy(update.member, transitions, now);
    const { written, found } = this.#moves(transitions, now) ? await this.#write(member.memberId, now) : {};
    if (written) return this.#judgedBy(written.member, written.changes, now);
    // An earlier attempt of this run may have moved the member. If another writer did, there is nothing to report.
    const movedIt = this.#movedIt(member) || (found && this.#movedIt(found));
    const changes = movedIt ? await this.#changesOfRun(member.memberId) : [];
    // The ledger knows better than a preview by the item.
    return this.#judgedBy(found ?? update.member, changes, now);
  }

  async #previewFromHistory(member: Member, now: Instant): Promise<MemberUpdate> {
    const history = await loadHistory(this.#ports, member.memberId);
    return previewFromHistory(member, history, this.#run, this.#program, now);
  }

  /** @returns only the member that was found if nothing was to be written: the ledger knew better than the item, or a writer came first */
  async #write(memberId: string, now: Instant): Promise<{ written?: WrittenUpdate; found?: Member }> {
    let found: Member | undefined;
    const written = await writeMember(this.#ports, this.#announcementPolicy, memberId, async (member) => {
      if (!member) return undefined;
      const history = await loadHistory(this.#ports, memberId);
      const update = recalculateFromHistory(member, history, this.#run, this.#program, now);
      found = update.member;
      if (update.transitions.length === 0) return undefined;
      const transitions = update.transitions.map((transition) => this.#signed(transition, now));
      const movedBy = transitions.some(({ runId }) => runId !== undefined) && { movedBy: this.#run.runId };
      return { ...update, member: { ...update.member, ...movedBy }, transitions };
    });
    this.promotions.push(...(written?.actions ?? []));
    return { ...(written && { written }), ...(found && { found }) };
  }

  /** The transition with the id of its run. A silent run of a cycle's end silences that end's transitions only. */
  #signed(transition: TierTransition, now: Instant): TierTransition {
    if (!isOfRecalculation(transition, this.#run, now)) return transition;
    const { runId, occasion, notify } = this.#run;
    const silenced = occasion === 'cycleEnd' && transition.cause === 'recalculation' && !notify;
    return { ...transition, runId, silenced };
  }

  async #changesOfRun(memberId: string): Promise<TierChange[]> {
    const newest = await this.#ports.members.changesOf(memberId, { limit: NEWEST_CHANGES });
    return newest.filter(({ runId }) => runId === this.#run.runId).reverse();
  }

  #moves(moves: readonly TierMove[], now: Instant): boolean {
    return moves.some((move) => isOfRecalculation(move, this.#run, now));
  }

  /** Whether an earlier attempt of this run wrote the member. Then its changes say what the run did. */
  #movedIt({ movedBy }: Member): boolean {
    return movedBy === this.#run.runId;
  }

  /** The days beside an anniversary are searched for members who are stored under the day of a former time zone. */
  #concerns({ enrolledAt, anniversary }: Member, moves: readonly TierMove[], now: Instant): boolean {
    const { cycle, timeZone } = this.#program;
    if (this.#segment.kind === 'everyone') return true;
    if (cycleAt(cycle, timeZone, enrolledAt, this.#run.at).start === this.#run.at) return true;
    return anniversaryOf(enrolledAt, this.#program).anniversary !== anniversary && this.#moves(moves, now);
  }

  #judgedBy(member: Member, moves: readonly TierMove[], now: Instant): Judged {
    const own = moves.filter((move) => isOfRecalculation(move, this.#run, now));
    const [first, last] = [own[0], own.at(-1)];
    const { memberId, tier } = member;
    if (!first || !last) return { memberId, from: tier.id, to: tier.id };
    const reason = reasonForMove(first, last, member, this.#program);
    return { memberId, from: first.from.id, to: last.to.id, cause: last.cause, ...reason };
  }
}
