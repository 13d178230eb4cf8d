import type { ActionKind, Strategy } from '../../core/actions/tier-action.ts';
import { type FieldValue, TRANSACTION_TYPES } from '../../core/ledger/transaction.ts';
import type { Channel, ProgramFile } from '../../core/program/brand.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { type Dice, diceOf } from './dice.ts';
import {
  type Happening,
  type History,
  LOOKS,
  type MemberSetup,
  type Posted,
  type Step,
  type Taken,
} from './history.ts';
import { EDITIONS, RULEBOOKS, rulebookOf } from './rulebooks.ts';

/** How many steps a history is made of, more or less: with what is done at its end, about a hundred things happen. */
export const STEPS = 75;

const FIRST_DAY = Date.UTC(2025, 0, 1);

/** The history of a seed, and of about so many steps: always the same. */
export function historyOf(seed: number, about = STEPS): History {
  const dice = diceOf(seed);
  const rulebook = dice.below(RULEBOOKS);
  const { file } = rulebookOf(rulebook, 0);
  const members = Array.from({ length: dice.pick([1, 1, 1, 1, 2, 3]) }, (_, place) => memberSetup(dice, place));
  const story = new Storyteller(dice, file, members.length);
  const steps: Step[] = [];
  for (let member = 0; member < members.length; member++) {
    // Some are enrolled only after their first orders, or at the very end.
    if (!dice.oneIn(6)) steps.push({ does: 'enrol', member });
  }
  const length = Math.ceil(about * (2 / 3)) + dice.below(Math.ceil(about * (2 / 3)));
  while (steps.length < length) steps.push(story.step());
  const startsAt = FIRST_DAY + dice.below(700) * DAY_MS + dice.below(DAY_MS);
  const looks = LOOKS.filter(() => dice.oneIn(3));
  return { seed, rulebook, startsAt, members, steps, looks };
}

function memberSetup(dice: Dice, place: number): MemberSetup {
  const optOut: Channel[] = dice.oneIn(6) ? [dice.pick(['email', 'sms', 'push'] as const)] : [];
  return { memberId: `m-${place + 1}`, email: !dice.oneIn(5), phone: !dice.oneIn(3), optOut, pass: dice.oneIn(12) };
}

const ORDERS = ['o1', 'o2', 'o3', 't1', 't2', 't3', 't5', 'lost'];
const SKEWS = [-2000, -1, 1, 2000];

class Storyteller {
  readonly #dice: Dice;
  readonly #file: ProgramFile;
  readonly #members: number;
  /** Where the way that points went decides, an edit judges the whole way anew, by design (decision 15): what comes of it is not exact. */
  readonly #edits: boolean;
  #transactions = 0;
  #actions = 0;

  constructor(dice: Dice, file: ProgramFile, members: number) {
    this.#dice = dice;
    this.#file = file;
    this.#members = members;
    this.#edits = file.downgrade === undefined && dice.oneIn(3);
  }

  step(): Step {
    const dice = this.#dice;
    const step: Step = this.#happening();
    if (dice.oneIn(7)) step.trouble = dice.seed();
    if (dice.oneIn(9)) step.skewMs = dice.pick(SKEWS);
    return step;
  }

  #happening(): Happening {
    const dice = this.#dice;
    const number = dice.below(1000);
    const roll = (upTo: number) => number < upTo;
    if (roll(240)) return { does: 'post', member: this.#member(), transaction: this.#transaction() };
    if (roll(270)) return { does: 'post again', place: dice.below(1000), changed: dice.oneIn(4) };
    if (roll(290)) return { does: 'insist' };
    if (roll(440)) return { does: 'ledger stream', picks: this.#picks(4), again: dice.oneIn(3) ? this.#picks(3) : [] };
    if (roll(510)) return { does: 'members stream', picks: this.#picks(4), again: dice.oneIn(4) ? this.#picks(2) : [] };
    if (roll(600)) return this.#queue();
    if (roll(608)) {
      return { does: 'rewind', stream: dice.pick(['ledger', 'members'] as const), records: 1 + dice.below(6) };
    }
    if (roll(613)) return { does: 'poison', stream: dice.pick(['ledger', 'members'] as const) };
    if (roll(730)) return this.#wait();
    if (roll(790)) return { does: 'act', member: this.#member(), action: this.#action() };
    if (roll(805)) return { does: 'act again', place: dice.below(1000), changed: dice.oneIn(4) };
    if (roll(820)) return { does: dice.pick(['join', 'join', 'leave'] as const), member: this.#member() };
    if (roll(828)) return { does: 'act on group', action: this.#action() };
    if (roll(832)) return { does: 'recalculate', dryRun: dice.oneIn(3), notify: dice.oneIn(2) };
    if (roll(845)) return { does: 'night' };
    if (roll(890)) return { does: 'run', place: dice.below(10), tasks: 1 + dice.below(12) };
    if (roll(893)) return { does: 'run twice', place: dice.below(10) };
    if (roll(913)) {
      return { does: 'timer', place: dice.below(10), how: dice.pick(['fires', 'fires', 'fires', 'never'] as const) };
    }
    if (roll(922)) return { does: 'sweep' };
    if (roll(928)) return this.#edits ? { does: 'edit', edition: dice.below(EDITIONS) } : { does: 'sweep' };
    if (roll(933)) return { does: 'rebuild', member: this.#member() };
    if (roll(938)) return { does: 'replay' };
    if (roll(945)) return this.#enrolment();
    if (roll(970)) return { does: 'look', member: this.#member() };
    return { does: 'together', steps: [this.#work(), this.#work()], order: dice.seed() };
  }

  /** What two processes may be at, at the same time. */
  #work(): Step {
    const dice = this.#dice;
    const step: Step = this.#workOf();
    if (dice.oneIn(7)) step.trouble = dice.seed();
    if (dice.oneIn(9)) step.skewMs = dice.pick(SKEWS);
    return step;
  }

  #workOf(): Happening {
    const dice = this.#dice;
    switch (dice.below(10)) {
      case 0:
        return { does: 'post', member: this.#member(), transaction: this.#transaction() };
      case 1:
        return { does: 'act', member: this.#member(), action: this.#action() };
      case 2:
        return { does: 'sweep' };
      case 3:
        return { does: 'run', place: dice.below(10), tasks: 4 };
      case 4:
        return this.#enrolment();
      case 5:
        return { does: 'act again', place: dice.below(1000), changed: false };
      case 6:
        return this.#queue();
      default:
        return { does: 'ledger stream', picks: this.#picks(3), again: this.#picks(2) };
    }
  }

  #member(): number {
    return this.#dice.below(this.#members);
  }

  #picks(most: number): number[] {
    return Array.from({ length: 1 + this.#dice.below(most) }, () => this.#dice.below(1000));
  }

  #queue(): Happening {
    const dice = this.#dice;
    const channel = dice.pick(['email', 'email', 'sms', 'push'] as const);
    return { does: 'queue', channel, picks: this.#picks(3), again: dice.oneIn(3) ? this.#picks(2) : [] };
  }

  #enrolment(): Happening {
    const dice = this.#dice;
    const enrolment: Happening = { does: 'enrol', member: this.#member() };
    if (dice.oneIn(3)) enrolment.daysAgo = dice.below(900);
    if (dice.oneIn(3)) enrolment.blocked = dice.oneIn(2);
    return enrolment;
  }

  #wait(): Happening {
    const dice = this.#dice;
    if (dice.oneIn(4)) {
      const what = dice.pick(['cycle end', 'due', 'due'] as const);
      return { does: 'wait for', what, member: this.#member(), ms: dice.pick([-1000, -1, 0, 1, 1000, 10 * MINUTE_MS]) };
    }
    const short = [1, 1000, 5 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS];
    const long = [23 * HOUR_MS, 25 * HOUR_MS, 27 * HOUR_MS, 3 * DAY_MS, 31 * DAY_MS, 200 * DAY_MS];
    return { does: 'wait', ms: dice.pick(dice.oneIn(3) ? long : short) };
  }

  #transaction(): Posted {
    const dice = this.#dice;
    const type = dice.pick([
      ...TRANSACTION_TYPES,
      'purchase',
      'purchase',
      'purchase',
      'purchase',
      'refund',
      'refund',
    ] as const);
    const agoMs = dice.oneIn(2)
      ? 0
      : dice.pick([1, 1000, HOUR_MS, DAY_MS, 40 * DAY_MS, 200 * DAY_MS, 400 * DAY_MS, 700 * DAY_MS, -2000]);
    const posted: Posted = { id: `t${++this.#transactions}`, type, agoMs };
    if (dice.oneIn(5)) posted.source = 'pos';
    const takesAmount = type === 'purchase' || type === 'refund' || type === 'tierAdjustment';
    const sign = (type === 'adjustment' || type === 'tierAdjustment') && dice.oneIn(2) ? '-' : '';
    if (takesAmount && (this.#file.basis === 'spend' || !dice.oneIn(5))) {
      const minor = dice.pick([1, 4_999, 5_000, 5_001, 6_000, 10_000, 16_000, 30_000, 1 + dice.below(40_000)]);
      posted.amount = `${sign}${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
      if (dice.oneIn(8)) Object.assign(posted, { currency: 'USD', exchangeRate: '0.37' });
    }
    if (posted.amount === undefined || type === 'tierAdjustment' || (type === 'purchase' && dice.oneIn(3))) {
      posted.points = Number(`${sign}${dice.pick([1, 49, 50, 51, 60, 100, 160, 300, 1 + dice.below(400)])}`);
    }
    const named = dice.pick([...ORDERS, `t${1 + dice.below(this.#transactions + 3)}`]);
    if (type === 'refund') posted.orderId = named;
    else if ((type === 'purchase' || type === 'expiry') && dice.oneIn(3)) posted.orderId = named;
    if (type === 'adjustment' && dice.oneIn(4)) posted.excludeFromTier = true;
    if (dice.oneIn(4)) posted.fields = this.#fields();
    return posted;
  }

  #fields(): Record<string, FieldValue> {
    const dice = this.#dice;
    const fields: Record<string, FieldValue> = {};
    if (dice.oneIn(2)) fields.kind = dice.pick(['visit', 'visit', 'other']);
    if (dice.oneIn(3)) fields.nights = dice.pick<FieldValue>([0.1, 1, 2.5, 'two']);
    if (dice.oneIn(3)) fields.trialDays = dice.pick<FieldValue>([1, 2, 30, '60', 400, 0, 4.7, 'abc']);
    if (dice.oneIn(4)) {
      fields.checkOut = dice.pick([
        '2025-11-02',
        '2025-12-31',
        '2026-03-29',
        '2026-11-15T22:30:00Z',
        '2028-02-29',
        'soon',
      ]);
    }
    return fields;
  }

  #action(): Taken {
    const dice = this.#dice;
    const action: ActionKind = dice.pick(['upgrade', 'upgrade', 'downgrade', 'downgrade', 'renew'] as const);
    const tiers = [...this.#file.tiers.map(({ id }) => id), 'silver', 'gold', 'unknown'];
    const strategy: Strategy = dice.oneIn(4) ? { type: 'program' } : { type: 'specific', tier: dice.pick(tiers) };
    const taken: Taken = { id: `a${++this.#actions}`, action, strategy };
    const expiry = this.#expiry();
    if (expiry) taken.expiry = expiry;
    if (expiry?.type.startsWith('field')) {
      taken.transactionId = `${dice.oneIn(3) ? 'pos#' : ''}t${1 + dice.below(this.#transactions + 1)}`;
    }
    if (dice.oneIn(5)) taken.msBack = dice.pick([0, 1000, HOUR_MS, 20 * DAY_MS, 700 * DAY_MS]);
    if (action === 'downgrade' && dice.oneIn(2)) taken.reassess = true;
    if (dice.oneIn(2)) {
      taken.notify = { channels: dice.pick<Channel[]>([['email'], ['sms', 'email'], ['push']]), atEnd: dice.oneIn(2) };
    }
    return taken;
  }

  #expiry(): Taken['expiry'] {
    const dice = this.#dice;
    switch (dice.below(12)) {
      case 0:
      case 1:
      case 2:
        return { type: 'duration', amount: dice.pick([1, 2, 10, 30, 90, 200]), unit: 'days' };
      case 3:
      case 4:
        return { type: 'duration', amount: dice.pick([1, 2, 3, 14]), unit: 'months' };
      case 5:
        return { type: 'date', inDays: dice.pick([-1, 0, 1, 2, 10, 60]) };
      case 6:
      case 7:
        return { type: 'instant', inMs: dice.pick([-1, 0, 1, 1000, HOUR_MS, 3 * DAY_MS, 10 * DAY_MS, 40 * DAY_MS]) };
      case 8:
        return { type: 'fieldNumber', field: 'trialDays', unit: dice.pick(['days', 'months'] as const) };
      case 9:
        return { type: 'fieldDate', field: 'checkOut', plus: { amount: dice.pick([0, 1, 10]), unit: 'days' } };
      default:
        return undefined;
    }
  }
}
