import { OutcomeUnknown } from '../../core/failures.ts';
import type { Reach } from './world.ts';

/**
 * How one call to the world goes wrong.
 * - `refused`: nothing happened, and the caller hears so.
 * - `answer lost`: it happened, and the caller hears of a failure.
 * - `died before`, `died after`: the process ended right before or after it happened; nothing more is done, not even clearing up.
 */
export const TROUBLES = ['refused', 'answer lost', 'died before', 'died after'] as const;
export type TroubleKind = (typeof TROUBLES)[number];

export interface Trouble {
  reach: Reach;
  /** The call that went wrong, such as `members.save`; undefined when there were fewer calls than that. */
  struck(): string | undefined;
  /** Whether the process died; a new one is started. */
  restart(): boolean;
  /** Nothing goes wrong any more: a test looks at what there is. */
  end(): void;
}

/**
 * Lets the n-th call through any port go wrong, whichever it is: walking n from 1 until nothing is struck visits every await of a flow.
 * @param nth 0 for no trouble
 */
export function troubleAt(nth: number, kind: TroubleKind): Trouble {
  let calls = 0;
  let struck: string | undefined;
  let dead = false;
  let ended = false;

  async function attempt(name: string, call: () => Promise<unknown>): Promise<unknown> {
    if (dead) throw new Error('Nothing is done by a process that died.');
    if (ended || ++calls !== nth) return call();
    struck = name;
    dead = kind.startsWith('died');
    if (kind === 'answer lost' || kind === 'died after') await call();
    // Who sends messages has to say when nobody can tell whether one left; everybody else may just fail.
    const unsure = kind === 'answer lost' && /^(mailer|texter)\./.test(name);
    const said = `${name}: ${kind}`;
    // Marked as the SDK marks what it throws.
    throw unsure ? new OutcomeUnknown(said) : Object.assign(new Error(said), { $metadata: {} });
  }

  const reach: Reach = (name, port) =>
    new Proxy(port, {
      apply: (target, _, args) =>
        attempt(name, () => (target as unknown as (...given: unknown[]) => Promise<unknown>)(...args)),
      get: (target, property) => {
        const method = Reflect.get(target, property, target);
        if (typeof method !== 'function') return method;
        const call = `${name}.${String(property)}`;
        if (!isStreaming(method)) return (...args: unknown[]) => attempt(call, () => method.apply(target, args));
        return async function* (...args: unknown[]) {
          await attempt(call, async () => {});
          yield* method.apply(target, args);
        };
      },
    });

  return {
    reach,
    struck: () => struck,
    restart() {
      const died = dead;
      dead = false;
      return died;
    },
    end() {
      ended = true;
    },
  };
}

/** Whether a method answers page by page: it is asked when the first is taken. */
function isStreaming(method: { constructor: { name: string } }): boolean {
  return method.constructor.name === 'AsyncGeneratorFunction';
}

/**
 * Stands between handlers and one method of a port.
 * @param around is given the call, to make it or not, and its arguments
 */
export function intercept(
  port: string,
  method: string,
  around: (call: () => Promise<unknown>, ...args: unknown[]) => Promise<unknown>,
): Reach {
  return (name, real) =>
    name !== port
      ? real
      : new Proxy(real, {
          get(target, property) {
            const found = Reflect.get(target, property, target);
            if (typeof found !== 'function') return found;
            if (property !== method) return found.bind(target);
            return (...args: unknown[]) => around(() => found.apply(target, args), ...args);
          },
        });
}

/** Lets something happen once, right after a call was answered and before its caller goes on. */
export function slippingIn(port: string, method: string) {
  let next: (() => Promise<unknown>) | undefined;
  return {
    happens(what: () => Promise<unknown>) {
      next = what;
    },
    reach: intercept(port, method, async (call) => {
      const answer = await call();
      const what = next;
      next = undefined;
      await what?.();
      return answer;
    }),
  };
}
