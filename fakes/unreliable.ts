import { OutcomeUnknown } from '../core/failures.ts';
import type {
  Announcements,
  ApplePush,
  DeliveryLog,
  EventBus,
  GooglePasses,
  GoogleWallet,
  Groups,
  Ledger,
  Mailer,
  MemberStore,
  OrderFiles,
  PassImages,
  PassPackager,
  PassRefreshes,
  PassRegistrations,
  PassTokens,
  ProfileStore,
  Pushed,
  RunEngine,
  Runs,
  Texter,
  WakeUpTimers,
} from '../core/ports.ts';

/**
 * The faults of AWS, Google and Apple that no emulator shows. Each is one call of a port, with all retries of its client.
 * - `throttled`: refused as often as it was tried; nothing was done.
 * - `conflict`: a transaction of somebody else held the item at that moment; nothing was done.
 * - `server error`, `no answer`: it failed inside, or the connection brought nothing; nothing was done.
 * - the same with `, done`: all of it was done, and the caller hears of a failure all the same.
 * - `repeated`: it was done, its answer was lost, and the client, which hides that, asked again: the second answer is what comes.
 */
export const FAULTS = [
  'throttled',
  'conflict',
  'server error',
  'server error, done',
  'no answer',
  'no answer, done',
  'repeated',
] as const;
export type Fault = (typeof FAULTS)[number];

/** The ports to external services, by the product's names for them. */
export interface UnreliablePorts {
  ledger: Ledger;
  members: MemberStore;
  timers: WakeUpTimers;
  groups: Groups;
  runs: Runs;
  engine: RunEngine;
  profiles: ProfileStore;
  registrations: PassRegistrations;
  images: PassImages;
  tokens: PassTokens;
  packager: PassPackager;
  push: ApplePush;
  deliveries: DeliveryLog;
  orderFiles: OrderFiles;
  bus: EventBus;
  announcements: Announcements;
  mailer: Mailer;
  texter: Texter;
  googlePasses: GooglePasses;
  googleWallet: GoogleWallet;
  passRefreshes: PassRefreshes;
  keys: { read(): Promise<unknown> };
  secrets: { read(): Promise<unknown> };
  /** A function, and no object with one. */
  park: { park(): Promise<void> };
}

/** Applies a fault to a call. @param call makes the call; it is skipped for faults where nothing was done */
type Effect = (call: () => Promise<unknown>, args: readonly unknown[]) => Promise<unknown>;
type Effects = Partial<Record<Fault, Effect>>;

const refused =
  (failure: () => Error): Effect =>
  async () => {
    throw failure();
  };
const doneAndFailed =
  (failure: () => Error): Effect =>
  async (call) => {
    await call();
    throw failure();
  };
const twice: Effect = async (call) => {
  await call();
  return call();
};
/** Whoever asks again is known by a token, or by what was kept: the second answer is the first. */
const recognised: Effect = async (call) => {
  const answer = await call();
  await call();
  return answer;
};
const hidden: Effect = (call) => call();
const answers =
  (answer: unknown): Effect =>
  async () =>
    answer;

/** As the SDK throws: with the service's name for it, and `$metadata` on whatever went wrong. */
function sdkError(name: string, httpStatusCode?: number): Error {
  const $metadata = { attempts: 3, ...(httpStatusCode !== undefined && { httpStatusCode }) };
  return Object.assign(new Error(`${name}, said by a fake.`), { name, $metadata });
}
const throttling = () => sdkError('ThrottlingException', 400);
const serverError = () => sdkError('InternalServerError', 500);
const timeout = () => Object.assign(sdkError('TimeoutError'), { code: 'ETIMEDOUT' });
const transactionConflict = () => sdkError('TransactionConflictException', 400);
const transactionCancelled = () =>
  Object.assign(sdkError('TransactionCanceledException', 400), {
    CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
  });

const READ: Effects = {
  throttled: refused(throttling),
  'server error': refused(serverError),
  'no answer': refused(timeout),
};
const WRITE: Effects = {
  ...READ,
  'server error, done': doneAndFailed(serverError),
  'no answer, done': doneAndFailed(timeout),
  repeated: twice,
};
/** A DynamoDB write without an answer for a conflict. */
const PUT: Effects = { ...WRITE, conflict: refused(transactionConflict) };
/** A write that reads and decides again after a conflict. */
const INSISTING: Effects = { ...WRITE, conflict: hidden };
/** A write that reports a conflict to its caller. */
const CONDITIONAL: Effects = { ...WRITE, conflict: answers('conflict') };

/** A message must not leave twice, so its client tries once; what it throws holds nothing of what the provider said. */
const notTaken = () => new Error('The provider did not take the message: ThrottlingException, HTTP 400.');
const unsure = (said: string) => () =>
  new OutcomeUnknown(`The provider did not say whether it took the message: ${said}.`);
const MESSAGE: Effects = {
  throttled: refused(notTaken),
  'server error': refused(unsure('InternalFailure, HTTP 500')),
  'server error, done': doneAndFailed(unsure('InternalFailure, HTTP 500')),
  'no answer': refused(unsure('TimeoutError')),
  'no answer, done': doneAndFailed(unsure('TimeoutError')),
};

const ofGoogle = (status: number) => () => new Error(`Google Wallet answered with ${status}.`);
const noAnswerOfGoogle = () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const cause = new TypeError('fetch failed', { cause: reset });
  const failure = new Error('Google Wallet gave no answer: TypeError, ECONNRESET.', { cause });
  return Object.assign(failure, { name: 'Unanswered' });
};
const GOOGLE: Effects = {
  throttled: refused(ofGoogle(429)),
  'server error': refused(ofGoogle(503)),
  'server error, done': doneAndFailed(ofGoogle(503)),
  'no answer': refused(noAnswerOfGoogle),
  'no answer, done': doneAndFailed(noAnswerOfGoogle),
  repeated: twice,
};
const unsureOfGoogle = () => new OutcomeUnknown('Google did not say whether it took the message.');
const GOOGLE_MESSAGE: Effects = {
  throttled: refused(ofGoogle(429)),
  'server error': refused(unsureOfGoogle),
  'server error, done': doneAndFailed(unsureOfGoogle),
  'no answer': refused(unsureOfGoogle),
  'no answer, done': doneAndFailed(unsureOfGoogle),
};

/** Apple's failures are answers, one for each token. */
const notPushed = (reason: string, isDone: boolean): Effect => {
  const failed: Pushed = { status: 'failed', reason };
  return async (call, [pushTokens]) => {
    if (isDone) await call();
    return (pushTokens as readonly string[]).map(() => failed);
  };
};
const PUSH: Effects = {
  throttled: notPushed('HTTP 429 TooManyRequests', false),
  'server error': notPushed('HTTP 503 ServiceUnavailable', false),
  'server error, done': notPushed('HTTP 503 ServiceUnavailable', true),
  'no answer': notPushed('ERR_HTTP2_STREAM_ERROR', false),
  'no answer, done': notPushed('ERR_HTTP2_STREAM_ERROR', true),
  repeated: twice,
};

/** No external call, so no fault. */
const LOCAL: Effects = {};

/** Every method of every port, so that the compiler reports a missing one. */
const EFFECTS: { [Name in keyof UnreliablePorts]: { [Method in keyof UnreliablePorts[Name]]: Effects } } = {
  ledger: { record: PUT, entriesOf: READ },
  members: {
    load: READ,
    save: {
      ...CONDITIONAL,
      // A transaction carries a token by which DynamoDB knows it again; a plain write finds its own item in its way.
      repeated: (call, args) => ((args[2] as readonly unknown[]).length > 0 ? recognised : twice)(call, args),
    },
    changesOf: READ,
    change: READ,
    notice: READ,
    recordAction: PUT,
    action: READ,
    actionsOf: READ,
    recordsOf: READ,
    due: READ,
    inSegment: READ,
    everyId: READ,
  },
  timers: { wakeAt: WRITE },
  groups: { join: PUT, leave: PUT, exists: READ, membersAt: READ },
  runs: {
    create: PUT,
    load: READ,
    recordPage: INSISTING,
    page: READ,
    finish: PUT,
    amend: PUT,
    pages: READ,
  },
  engine: { start: WRITE, stateOf: READ },
  profiles: { load: READ, merge: PUT, erase: PUT },
  registrations: {
    version: READ,
    saveVersion: CONDITIONAL,
    register: { ...INSISTING, repeated: recognised },
    unregister: { ...WRITE, conflict: refused(transactionCancelled) },
    devicesOf: READ,
    passesOf: READ,
    forget: { ...WRITE, conflict: refused(transactionCancelled) },
  },
  images: { of: LOCAL },
  // The secret, and the certificates, are read when they are asked for.
  tokens: { tokenOf: READ, fits: READ, linkTo: READ, readLink: READ },
  packager: { contentsOf: LOCAL, pack: READ },
  push: { push: PUSH },
  deliveries: { claim: { ...PUT, repeated: recognised }, markSent: PUT, release: PUT },
  orderFiles: { load: READ, save: CONDITIONAL },
  bus: { publish: WRITE },
  announcements: { publish: WRITE },
  mailer: { send: MESSAGE },
  texter: { send: MESSAGE },
  googlePasses: { load: READ, move: CONDITIONAL, takeNotice: INSISTING },
  googleWallet: {
    upsertClass: GOOGLE,
    upsertObject: GOOGLE,
    closeObject: GOOGLE,
    addMessage: GOOGLE_MESSAGE,
    saveUrl: READ,
  },
  passRefreshes: { ask: WRITE },
  keys: { read: READ },
  secrets: { read: READ },
  park: { park: WRITE },
};

export type PortName = keyof UnreliablePorts;
const PORT_NAMES = Object.keys(EFFECTS) as PortName[];

/** Every call that can fail. */
export const UNRELIABLE_CALLS: readonly { port: PortName; method: string; faults: Fault[] }[] = PORT_NAMES.flatMap(
  (port) =>
    Object.keys(EFFECTS[port])
      .map((method) => ({ port, method, faults: faultsOf(port, method) }))
      .filter(({ faults }) => faults.length > 0),
);

function effectsOf(port: string, method: string): Effects | undefined {
  return (EFFECTS as Record<string, Record<string, Effects>>)[port]?.[method];
}

/** The possible faults of a method, in the order of `FAULTS`; none for a method without an external call. */
export function faultsOf(port: string, method: string): Fault[] {
  const effects = effectsOf(port, method) ?? {};
  return FAULTS.filter((fault) => fault in effects);
}

/**
 * Puts a world between the product and its fakes that fails as the real one does. The same decisions give the same failures.
 * @param decide is called before each call that can fail. Its `call` counts the calls of all ports, from 1.
 * @returns wraps a port, once, under the name that it has in `UnreliablePorts`
 */
export function unreliable(
  decide: (port: PortName, method: string, call: number) => Fault | undefined,
): <Port extends object>(name: string, port: Port) => Port {
  let calls = 0;

  function around(name: PortName, method: string, target: object, real: (...args: unknown[]) => unknown) {
    const effects = effectsOf(name, method);
    if (effects === undefined || Object.keys(effects).length === 0) return real.bind(target);
    const faultNow = (): Effect | undefined => {
      const fault = decide(name, method, ++calls);
      if (fault === undefined) return undefined;
      const effect = effects[fault];
      if (effect) return effect;
      throw new Error(`No call of ${name}.${method} meets with "${fault}", but ${faultsOf(name, method).join(', ')}.`);
    };
    if (isStreaming(real)) {
      return async function* (...args: unknown[]) {
        // The call is made when the first page is read.
        await faultNow()?.(async () => {}, args);
        yield* real.apply(target, args) as AsyncIterable<unknown>;
      };
    }
    return async (...args: unknown[]) => {
      const call = async () => real.apply(target, args);
      const effect = faultNow();
      return effect ? effect(call, args) : call();
    };
  }

  return (name, port) => {
    if (!(name in EFFECTS)) throw new Error(`No port is called ${name}; there are ${PORT_NAMES.join(', ')}.`);
    const known = name as PortName;
    if (typeof port === 'function') return around(known, name, port, port as never) as unknown as typeof port;
    // The fake's other properties stay readable.
    const wrapped = Object.create(port);
    for (const method of methodsOf(port)) {
      const real = Reflect.get(port, method, port) as (...args: unknown[]) => unknown;
      Object.defineProperty(wrapped, method, { value: around(known, method, port, real), enumerable: true });
    }
    return wrapped;
  };
}

function methodsOf(port: object): string[] {
  const methods = new Set<string>();
  for (let level = port; level !== Object.prototype && level !== null; level = Object.getPrototypeOf(level)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (typeof value === 'function' && name !== 'constructor') methods.add(name);
    }
  }
  return [...methods];
}

/** Whether a method answers page by page. */
function isStreaming(method: object): boolean {
  return method.constructor.name === 'AsyncGeneratorFunction';
}
