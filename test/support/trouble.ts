import { type Fault, faultsOf, unreliable } from '../../fakes/unreliable.ts';
import type { Reach } from './world.ts';

/**
 * How one call to the world goes wrong: by what the world does, or because the process ended right before or after it happened. Then
 * nothing more is done, not even clearing up.
 */
export const TROUBLES = [
  'throttled',
  'conflict',
  'no answer, done',
  'repeated',
  'died before',
  'died after',
] as const satisfies (Fault | `died ${string}`)[];
export type TroubleKind = (typeof TROUBLES)[number];

export interface Trouble {
  reach: Reach;
  /** The failed call, such as `members.save`; undefined when there were fewer calls. */
  struck(): string | undefined;
  /** Whether the process died; a new one is started. */
  restart(): boolean;
  /** Ends all failures, so that a test can read the state. */
  end(): void;
}

/**
 * Lets the n-th call through any port go wrong, whichever it is: walking n from 1 until nothing is struck visits every await of a flow that
 * can meet with it.
 * @param nth 0 for no trouble
 */
export function troubleAt(nth: number, kind: TroubleKind): Trouble {
  let calls = 0;
  let struck: string | undefined;
  let dead = false;
  let ended = false;

  const strikes = (call: string): boolean => {
    if (ended || ++calls !== nth) return false;
    struck = call;
    return true;
  };

  async function attempt(name: string, call: () => Promise<unknown>): Promise<unknown> {
    if (dead) throw new Error('Nothing is done by a process that died.');
    if (!strikes(name)) return call();
    dead = true;
    if (kind === 'died after') await call();
    throw new Error(`${name}: ${kind}`);
  }

  /** Ends with the process. */
  const mortal: Reach = (name, port) =>
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
    reach: kind === 'died before' || kind === 'died after' ? mortal : unreliable(faultNow(kind)),
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

  function faultNow(wanted: Fault) {
    return (port: string, method: string) => {
      const fault = faultOf(wanted, port, method);
      return fault && strikes(`${port}.${method}`) ? fault : undefined;
    };
  }
}

/** A read changes nothing. */
function faultOf(wanted: Fault, port: string, method: string): Fault | undefined {
  const faults = faultsOf(port, method);
  if (faults.includes(wanted)) return wanted;
  return wanted === 'no answer, done' && faults.includes('no answer') ? 'no answer' : undefined;
}

/** Whether a call, such as `members.save`, can go wrong in that way. */
export function canMeet(kind: TroubleKind): (call: string) => boolean {
  if (kind === 'died before' || kind === 'died after') return () => true;
  return (call) => faultOf(kind, ...(call.split('.') as [string, string])) !== undefined;
}

/** Whether a method answers page by page: its call is made when the first page is read. */
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
