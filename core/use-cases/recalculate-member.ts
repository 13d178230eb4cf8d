import type { ActionRecord } from '../actions/tier-action.ts';
import { cycleAt } from '../cycles/cycle.ts';
import { anniversaryOf } from '../cycles/cycle-ends.ts';
import type { Member, TierChange } from '../member/member.ts';
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

/** The tiers between which a run moves a member; the same where it stays. */
export interface Judged {
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

  byItsItem(member: Member): ByItem {
    const settled = foresee(member, this.#run, this.#program, this.#announcing);
    if (!settled) return { status: 'open' };
    if (!this.#run.dryRun && (this.#moves(settled) || this.#mayBeWritten(member))) return { status: 'open' };
    if (!this.#concerns(member, settled)) return { status: 'unconcerned' };
    return { status: 'judged', judged: this.#judgedBy(settled) };
  }

  /** @returns undefined where the run is about others */
  async byTheLedger(member: Member, now: Instant): Promise<Judged | undefined> {
    const settled =
      foresee(member, this.#run, this.#program, this.#announcing) ?? (await this.#foreseeFromHistory(member, now));
    if (!this.#concerns(member, settled)) return undefined;
    if (this.#run.dryRun) return this.#judgedBy(settled);
    const { written, found } = this.#moves(settled) ? await this.#write(member.memberId, now) : {};
    if (written) return this.#judgedBy(written);
    // An earlier attempt of this run may have moved it; or somebody else did, and then there is nothing to say.
    const changes = this.#mayBeWritten(member) || this.#moves(settled) ? await this.#changesOfRun(member.memberId) : [];
    // What the item foretold is not what came of it, where the ledger knew better.
    return this.#judgedBy({ member: (found ?? settled).member, changes });
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
      return { ...settled, changes: settled.changes.map((change) => this.#signed(change)) };
    });
    this.promotions.push(...(written?.actions ?? []));
    return { ...(written && { written }), ...(found && { found }) };
  }

  /** The change with the name of its run; told only where the run may tell. */
  #signed(change: TierChange): TierChange {
    if (!isOfRecalculation(change, this.#run)) return change;
    return { ...change, runId: this.#run.runId, announced: change.announced && this.#run.notify };
  }

  async #changesOfRun(memberId: string): Promise<TierChange[]> {
    const newest = await this.#ports.members.changesOf(memberId, { limit: NEWEST_CHANGES });
    return newest.filter(({ runId }) => runId === this.#run.runId).reverse();
  }

  #moves({ changes }: Pick<Settled, 'changes'>): boolean {
    return changes.some((change) => isOfRecalculation(change, this.#run));
  }

  /** Whether an earlier attempt of this run may have written the member: then its changes say what came of it. */
  #mayBeWritten({ tier, changes }: Member): boolean {
    const { occasion, at, startedAt } = this.#run;
    return changes > 0 && tier.since >= (occasion === 'cycleEnd' ? at : startedAt);
  }

  /** The days beside an anniversary are looked at for those who stand under the day of a zone that the program no longer has. */
  #concerns({ enrolledAt, anniversary }: Member, settled: Settled): boolean {
    const { cycle, timeZone } = this.#program;
    if (this.#segment.kind === 'everyone') return true;
    if (cycleAt(cycle, timeZone, enrolledAt, this.#run.at).start === this.#run.at) return true;
    return anniversaryOf(enrolledAt, this.#program).anniversary !== anniversary && this.#moves(settled);
  }

  #judgedBy({ member, changes }: Pick<Settled, 'member' | 'changes'>): Judged {
    const own = changes.filter((change) => isOfRecalculation(change, this.#run));
    const [first, last] = [own[0], own.at(-1)];
    const { memberId, tier } = member;
    return first && last
      ? { memberId, from: first.from.id, to: last.to.id, cause: last.cause }
      : { memberId, from: tier.id, to: tier.id };
  }
}
