import { OutcomeUnknown } from '../../core/failures.ts';
import { type Dice, diceOf } from './dice.ts';

/**
 * How one call to the world goes wrong.
 * - `refused`: throttled, or the cloud broke; nothing happened, and the caller hears so.
 * - `answer lost`: it happened, and the caller hears of a failure.
 * - `killed before`, `killed after`: the process ended right before or after it happened, and nothing more is done.
 * - `conflict`: somebody else was at the same item; only where a write is conditional.
 * - `unsure`: nobody can tell whether the message left; it did not.
 */
const STRIKES = ['refused', 'answer lost', 'killed before', 'killed after'] as const;
type Strike = (typeof STRIKES)[number] | 'conflict' | 'unsure';

/** In a step with trouble, one call in so many goes wrong, until so many have. */
const ONE_CALL_IN = 5;
const MOST_STRIKES = 2;

/** Between two calls to the world, work takes fewer turns of the event loop's own queue than this. */
const MOST_TICKS = 100;

const CONDITIONAL = new Set(['members.save', 'registrations.saveVersion']);
const SENDING = new Set(['mailer.send', 'texter.send']);

/** Lets those who are at work at the same time go on in an order that dice decide: one call to the world at a time. */
export class Turns {
  readonly #dice: Dice;
  #waiting: (() => void)[] = [];

  constructor(seed: number) {
    this.#dice = diceOf(seed);
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async untilDone(work: readonly Promise<unknown>[]): Promise<void> {
    let open = work.length;
    for (const one of work) {
      one.then(
        () => open--,
        () => open--,
      );
    }
    while (open > 0) {
      // Whoever can go on by itself does so first: then all that are at work wait for their turn.
      for (let ticks = 0; this.#waiting.length < open && ticks < MOST_TICKS; ticks++) await undefined;
      if (this.#waiting.length > 0) this.#waiting.splice(this.#dice.below(this.#waiting.length), 1)[0]!();
    }
  }
}

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** A running copy of every function: what it keeps in memory dies with it, and each of its calls to the world may go wrong. */
export class Process {
  skewMs = 0;
  turns: Turns | undefined;
  /** The message that it is at, for whoever counts what is sent. */
  delivering: string | undefined;
  #dice: Dice | undefined;
  #strikes = 0;
  #isDead = false;
  readonly #onStrike: (call: string, strike: Strike) => void;

  constructor(onStrike: (call: string, strike: Strike) => void) {
    this.#onStrike = onStrike;
  }

  /** Begins a piece of work, in such weather. */
  begin(trouble: number | undefined, skewMs = 0): void {
    this.#dice = trouble === undefined ? undefined : diceOf(trouble);
    this.#strikes = 0;
    this.#isDead = false;
    this.skewMs = skewMs;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** The same port, as this process reaches it. */
  reach<Port extends object>(name: string, port: Port): Port {
    const reached: Methods = {};
    for (const method of methodsOf(port)) {
      const call = `${name}.${method}`;
      const real = (port as unknown as Methods)[method]!;
      reached[method] = isStreaming(real)
        ? (...args) => this.#pages(call, () => real.apply(port, args) as AsyncIterable<unknown>)
        : (...args) => {
            if (this.#isCalm) return real.apply(port, args);
            return this.#attempt(call, () => real.apply(port, args) as Promise<unknown>);
          };
    }
    return reached as Port;
  }

  /** Nothing can go wrong, and nobody else is at work. */
  get #isCalm(): boolean {
    return this.#dice === undefined && this.turns === undefined && !this.#isDead;
  }

  async #attempt(call: string, make: () => Promise<unknown>): Promise<unknown> {
    if (this.turns) await this.turns.next();
    if (this.#isDead) throw new Error('Nothing is done by a process that died.');
    const strike = this.#dice && this.#strike(call, this.#dice);
    switch (strike) {
      case undefined:
        return make();
      case 'conflict':
        return 'conflict';
      case 'unsure':
        throw new OutcomeUnknown(`${call}: unsure`);
      case 'answer lost':
        await make();
        break;
      case 'killed after':
        this.#isDead = true;
        await make();
        break;
      case 'killed before':
        this.#isDead = true;
        break;
      case 'refused':
    }
    // Who sends messages says when nobody can tell whether one left. What else fails is marked as the SDK marks it.
    if (SENDING.has(call) && strike === 'answer lost') throw new OutcomeUnknown(`${call}: ${strike}`);
    throw Object.assign(new Error(`${call}: ${strike}`), { $metadata: {} });
  }

  async *#pages(call: string, make: () => AsyncIterable<unknown>): AsyncIterable<unknown> {
    await this.#attempt(call, async () => undefined);
    yield* make();
  }

  #strike(call: string, dice: Dice): Strike | undefined {
    if (this.#strikes >= MOST_STRIKES || !dice.oneIn(ONE_CALL_IN)) return undefined;
    const choices: readonly Strike[] = CONDITIONAL.has(call)
      ? [...STRIKES, 'conflict', 'conflict']
      : SENDING.has(call)
        ? [...STRIKES, 'unsure']
        : STRIKES;
    const strike = dice.pick(choices);
    this.#strikes++;
    this.#onStrike(call, strike);
    return strike;
  }
}

/** Whether a method answers page by page: the call is made when the first is asked for. */
function isStreaming(method: object): boolean {
  return method.constructor.name === 'AsyncGeneratorFunction';
}

const known = new Map<object, string[]>();

/** The names of a port's methods: those of its class, or its own where it is an object of functions. */
function methodsOf(port: object): string[] {
  const prototype = Object.getPrototypeOf(port);
  const holder = prototype === Object.prototype ? port : prototype;
  const found = known.get(holder);
  if (found) return found;
  const names = Object.getOwnPropertyNames(holder).filter(
    (name) => name !== 'constructor' && typeof Object.getOwnPropertyDescriptor(holder, name)?.value === 'function',
  );
  if (holder !== port) known.set(holder, names);
  return names;
}
