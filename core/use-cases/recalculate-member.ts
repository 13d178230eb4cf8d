import type { ActionRecord } from '../actions/tier-action.ts';
import { cycleAt } from '../cycles/cycle.ts';
import { anniversaryOf } from '../cycles/cycle-ends.ts';
import type { Member, TierChange } from '../member/member.ts';
import { type MoveReason, reasonForMove } from '../member/reason-for-move.ts';
import { foresee, foreseeFromHistory, isOfRecalculation, recalculateFromHistory } from '../member/recalculation.ts';
import type { Announcing, Settled } from '../member/settle.ts';
import type { Ledger, MemberStore, TierClock } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { RecalculationRun } from '../runs/run.ts';
import type { Segment } from '../runs/segment.ts';
import type { Instant } from '../time.ts';
import { historyOf } from './history.ts';
import { writeMember } from './write-member.ts';

/** A run's own changes are among the newest of a member: nobody has more of them in the hours that a run takes. */
const NEWEST_CHANGES = 20;

/** The tiers between which a run moves a member, and by which figures; the same tier twice where the member stays. */
export interface Judged extends Partial<MoveReason> {
  memberId: string;
  from: string;
  to: string;
  cause?: TierChange['cause'];
}

type ByItem =
  | { status: 'judged'; judged: Judged }
  /** The run is about others: it stands under an anniversary that is not today. */
  | { status: 'unconcerned' }
  /** It moves, or the item cannot tell. */
  | { status: 'open' };

/** What a run does to one member: judged by the item where that tells all, else by the ledger; written where the tier moves. */
export class MemberRecalculation {
  readonly promotions: ActionRecord[] = [];
  readonly #ports: { ledger: Ledger; members: MemberStore; clock: TierClock };
  readonly #program: Program;
  readonly #announcing: Announcing;
  readonly #run: RecalculationRun;
  readonly #segment: Segment;

  constructor(
    ports: { ledger: Ledger; members: MemberStore; clock: TierClock },
    program: Program,
    announcing: Announcing,
    run: RecalculationRun,
    segment: Segment,
  ) {
    this.#ports = ports;
    this.#program = program;
    this.#announcing = { ...announcing, notifyOnBulkRecalculation: run.notify };
    this.#run = run;
    this.#segment = segment;
  }

  byItsItem(member: Member, now: Instant): ByItem {
    const settled = foresee(member, this.#run, this.#program, this.#announcing, now);
    if (!settled) return { status: 'open' };
    if (!this.#run.dryRun && (this.#moves(settled, now) || this.#movedIt(member))) return { status: 'open' };
    if (!this.#concerns(member, settled, now)) return { status: 'unconcerned' };
    return { status: 'judged', judged: this.#judgedBy(settled, now) };
  }

  /** @returns undefined where the run is about others */
  async byTheLedger(member: Member, now: Instant): Promise<Judged | undefined> {
    const settled =
      foresee(member, this.#run, this.#program, this.#announcing, now) ?? (await this.#foreseeFromHistory(member, now));
    if (!this.#concerns(member, settled, now)) return undefined;
    if (this.#run.dryRun) return this.#judgedBy(settled, now);
    const { written, found } = this.#moves(settled, now) ? await this.#write(member.memberId, now) : {};
    if (written) return this.#judgedBy(written, now);
    // An earlier attempt of this run may have moved it; or somebody else did, and then there is nothing to say.
    const movedIt = this.#movedIt(member) || (found && this.#movedIt(found.member));
    const changes = movedIt ? await this.#changesOfRun(member.memberId) : [];
    // What the item foretold is not what came of it, where the ledger knew better.
    return this.#judgedBy({ member: (found ?? settled).member, changes }, now);
  }

  async #foreseeFromHistory(member: Member, now: Instant): Promise<Settled> {
    const history = await historyOf(this.#ports, member.memberId);
    return foreseeFromHistory(member, history, this.#run, this.#program, this.#announcing, now);
  }

  /** @returns only what was found where nothing was to be written: the ledger knows better than the item, or somebody else came first */
  async #write(memberId: string, now: Instant): Promise<{ written?: Settled; found?: Settled }> {
    let found: Settled | undefined;
    const written = await writeMember<Settled>(this.#ports, memberId, async (member) => {
      if (!member) return undefined;
      const history = await historyOf(this.#ports, memberId);
      const settled = recalculateFromHistory(member, history, this.#run, this.#program, this.#announcing, now);
      found = settled;
      if (settled.changes.length === 0) return undefined;
      const changes = settled.changes.map((change) => this.#signed(change, now));
      const movedBy = changes.some(({ runId }) => runId !== undefined) && { movedBy: this.#run.runId };
      return { ...settled, member: { ...settled.member, ...movedBy }, changes };
    });
    this.promotions.push(...(written?.actions ?? []));
    return { ...(written && { written }), ...(found && { found }) };
  }

  /** The change with the name of its run. A silent run of a cycle's end keeps quiet about that, and about nothing else that it finds. */
  #signed(change: TierChange, now: Instant): TierChange {
    if (!isOfRecalculation(change, this.#run, now)) return change;
    const { runId, occasion, notify } = this.#run;
    const isSilenced = occasion === 'cycleEnd' && change.cause === 'recalculation' && !notify;
    return { ...change, runId, announced: change.announced && !isSilenced };
  }

  async #changesOfRun(memberId: string): Promise<TierChange[]> {
    const newest = await this.#ports.members.changesOf(memberId, { limit: NEWEST_CHANGES });
    return newest.filter(({ runId }) => runId === this.#run.runId).reverse();
  }

  #moves({ changes }: Pick<Settled, 'changes'>, now: Instant): boolean {
    return changes.some((change) => isOfRecalculation(change, this.#run, now));
  }

  /** Whether an earlier attempt of this run wrote the member: then its changes say what came of it. */
  #movedIt({ movedBy }: Member): boolean {
    return movedBy === this.#run.runId;
  }

  /** The days beside an anniversary are looked at for those who stand under the day of a zone that the program no longer has. */
  #concerns({ enrolledAt, anniversary }: Member, settled: Settled, now: Instant): boolean {
    const { cycle, timeZone } = this.#program;
    if (this.#segment.kind === 'everyone') return true;
    if (cycleAt(cycle, timeZone, enrolledAt, this.#run.at).start === this.#run.at) return true;
    return anniversaryOf(enrolledAt, this.#program).anniversary !== anniversary && this.#moves(settled, now);
  }

  #judgedBy({ member, changes }: Pick<Settled, 'member' | 'changes'>, now: Instant): Judged {
    const own = changes.filter((change) => isOfRecalculation(change, this.#run, now));
    const [first, last] = [own[0], own.at(-1)];
    const { memberId, tier } = member;
    if (!first || !last) return { memberId, from: tier.id, to: tier.id };
    const reason = reasonForMove(first, last, member, this.#program);
    return { memberId, from: first.from.id, to: last.to.id, cause: last.cause, ...reason };
  }
}
