import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import { changeId, type TierChange, type TierNotice } from '../../core/member/tier-change.ts';
import type { Announcements, ApplePush, PassImages, PassPackager, PassTokens } from '../../core/ports.ts';
import type { Channel } from '../../core/program/brand.ts';
import type { Run } from '../../core/runs/run.ts';
import { formatInstant, type Instant } from '../../core/time.ts';
import { MemoryDeliveryLog } from '../../fakes/memory-delivery-log.ts';
import { MemoryGroups } from '../../fakes/memory-groups.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { MemoryPassRegistrations } from '../../fakes/memory-pass-registrations.ts';
import { MemoryProfileStore } from '../../fakes/memory-profile-store.ts';
import { MemoryRuns } from '../../fakes/memory-runs.ts';
import { MemoryWakeUpTimers } from '../../fakes/memory-wake-up-timers.ts';
import { RecordingBus } from '../../fakes/recording-world.ts';
import { itemOf } from '../../functions/adapters/dynamo-ledger.ts';
import { itemOfNews } from '../../functions/adapters/dynamo-member-store.ts';
import { type ApiKey, sha256 } from '../../functions/runtime/api-keys.ts';
import type { Parked } from '../../functions/runtime/stream.ts';
import { Bringer } from './brought.ts';
import { type Answer, callOver, type Functions, functionsOver, type Ports, type Request } from './functions.ts';
import type { History, MemberSetup, Picks } from './history.ts';
import { Process } from './process.ts';
import { type Rulebook, rulebookOf } from './rulebooks.ts';
import { SimulatedEngine } from './simulated-engine.ts';

export type News = TierChange | TierNotice;

const KEY = 'laurel_admin_of_the_simulation';
const API_KEYS: ApiKey[] = [{ id: 'k', role: 'admin', sha256: sha256(KEY), createdAt: '2025-01-01T00:00:00Z' }];

const NO_IMAGES: PassImages = { of: async () => ({}) as never };
const PLAIN_TOKENS: PassTokens = {
  tokenOf: async (serialNumber) => `the token of ${serialNumber}`,
  fits: async (serialNumber, token) => token === `the token of ${serialNumber}`,
  linkTo: async (memberId) => memberId,
  readLink: async () => undefined,
};
/** What a pass says is its contents here; nobody looks at a seal. */
const PLAIN_PACKAGER: PassPackager = {
  contentsOf: (files) => Buffer.from(files['pass.json']!).toString('latin1'),
  pack: async () => new Uint8Array(),
};

export const GROUP = 'vips';
/** As the queues are deployed: a message that fails this often waits as a dead letter. */
const MOST_RECEIVES = 5;

type Published = Parameters<Announcements['publish']>;

/**
 * The whole product in memory: the real functions over the fakes, in two processes that may be at work at the same time. Nothing runs by
 * itself: steps say what streams and queues bring, when a timer fires, and how far a run goes.
 */
export class World {
  readonly history: History;
  readonly setups: readonly MemberSetup[];
  /** How many things have happened: calls of a function, and passings of time. */
  happened = 0;
  rulebook: Rulebook;
  edition = 0;
  hasEdits = false;
  /** Since the last edit a recalculation has judged everyone. */
  wasJudgedAnew = false;
  now: Instant;

  readonly ledgerStream = new Bringer<LedgerEntry>(itemOf as (entry: LedgerEntry) => Record<string, unknown>);
  readonly membersStream = new Bringer<News>(itemOfNews);
  readonly queues: Record<Channel, Bringer<News>> = {
    email: new Bringer<News>(itemOfNews),
    sms: new Bringer<News>(itemOfNews),
    push: new Bringer<News>(itemOfNews),
  };
  readonly deadLetters: { channel: Channel; news: News }[] = [];
  readonly parked: Parked[] = [];
  readonly news: News[] = [];
  /** How often each message left: by channel and change. */
  readonly sent = new Map<string, number>();
  /** Messages of which nobody may be able to tell whether they left. */
  readonly struck = new Set<string>();
  /** The newest change that a phone was told to look for. */
  readonly pushedUpTo = new Map<string, number>();
  readonly unanswered: Request[] = [];
  /** What shops and staff posted, with the status of the first answer. */
  readonly posted: { request: Request; status: number; memberId: string; id: string }[] = [];
  readonly acted: { request: Request; answer: Record<string, unknown>; id: string; memberId: string }[] = [];
  readonly groupActions: { id: string; members: string[] }[] = [];
  readonly inGroup = new Set<string>();
  readonly log: string[] | undefined;

  readonly ledger = new MemoryLedger((entry) => this.ledgerStream.add(entry, entry.recordedAt));
  readonly members = new MemoryMemberStore((news) => {
    this.news.push(news);
    this.membersStream.add(news, news.recordedAt);
  });
  readonly timers = new MemoryWakeUpTimers();
  readonly groups = new MemoryGroups();
  readonly runs = new MemoryRuns();
  readonly engine = new SimulatedEngine((run) => this.#concernsSomebody(run));
  readonly profiles = new MemoryProfileStore();
  readonly registrations = new MemoryPassRegistrations();
  readonly deliveries = new MemoryDeliveryLog();
  readonly bus = new RecordingBus();

  readonly processes: readonly [Process, Process];
  readonly #ports: readonly [Ports, Ports];
  readonly #functions: (Functions | undefined)[] = [undefined, undefined];
  #ids = 0;

  constructor(history: History, isLogging: boolean) {
    this.history = history;
    this.setups = history.members;
    this.rulebook = rulebookOf(history.rulebook, 0);
    this.now = history.startsAt;
    this.log = isLogging ? [] : undefined;
    const process = (): Process => {
      const made = new Process((call, strike) => {
        this.note(() => `    ${call}: ${strike}`);
        // What was refused certainly did not happen, and is done again; but whoever could not take back a claim leaves it.
        const isUnsure = strike !== 'refused' || call.startsWith('deliveries.');
        if (made.delivering !== undefined && isUnsure) this.struck.add(made.delivering);
      });
      return made;
    };
    this.processes = [process(), process()];
    this.#ports = [this.portsOf(this.processes[0]), this.portsOf(this.processes[1])];
  }

  /** Writes a line, if anybody reads it. */
  note(line: () => string): void {
    this.log?.push(line());
  }

  portsOf(process: Process): Ports {
    const send = async () => {
      const message = process.delivering!;
      this.sent.set(message, (this.sent.get(message) ?? 0) + 1);
    };
    const push: ApplePush = {
      push: async (tokens) =>
        Promise.all(
          tokens.map(async (memberId) => {
            const member = await this.members.load(memberId);
            this.pushedUpTo.set(memberId, member?.changes ?? 0);
            return { status: 'taken' as const };
          }),
        ),
    };
    const announcements: Announcements = { publish: async (...published) => this.#fanOut(published) };
    const ports = {
      ledger: this.ledger,
      members: this.members,
      timers: this.timers,
      groups: this.groups,
      runs: this.runs,
      engine: this.engine,
      profiles: this.profiles,
      registrations: this.registrations,
      deliveries: this.deliveries,
      bus: this.bus,
      announcements,
      mailer: { send },
      texter: { send },
      push,
    };
    const reached = Object.fromEntries(
      Object.entries(ports).map(([name, port]) => [name, process.reach(name, port)]),
    ) as unknown as typeof ports;
    const parking = process.reach('parking', { park: async (record: Parked) => void this.parked.push(record) });
    return {
      ...reached,
      images: NO_IMAGES,
      tokens: PLAIN_TOKENS,
      packager: PLAIN_PACKAGER,
      keys: { read: async () => API_KEYS },
      park: parking.park,
    };
  }

  async #concernsSomebody(run: Run): Promise<boolean> {
    if (run.kind !== 'recalculation') return true;
    for (const segment of run.segments) {
      if (segment.kind === 'everyone') return true;
      const { members } = await this.members.inSegment(segment, { limit: 1 });
      if (members.length > 0) return true;
    }
    return false;
  }

  /** What a process runs; a new one starts where the last one died, and where another edition was deployed. */
  functions(process: 0 | 1): Functions {
    this.happened++;
    const clock = () => this.now + this.processes[process].skewMs;
    const around = {
      clock,
      newId: () => `simulated-${++this.#ids}`,
      pause: async (ms: number) => {
        this.now += ms;
      },
      random: () => (this.now % 8) / 8,
    };
    const functions = this.#functions[process] ?? functionsOver(this.#ports[process], this.rulebook, around);
    this.#functions[process] = functions;
    return functions;
  }

  /** Ends a piece of work: whoever died is started anew. */
  rest(process: 0 | 1): void {
    if (this.processes[process].isDead) this.#functions[process] = undefined;
    this.processes[process].begin(undefined);
  }

  deploy(edition: number): void {
    if (edition === this.edition) return;
    this.edition = edition;
    this.hasEdits = true;
    this.rulebook = rulebookOf(this.history.rulebook, edition);
    this.#functions.fill(undefined);
  }

  async call(process: 0 | 1, request: Request): Promise<Answer | undefined> {
    const answer = await callOver(this.functions(process), KEY, request);
    return this.processes[process].isDead ? undefined : answer;
  }

  /** The topic: every change refreshes the pass; the other channels take what is meant for them. */
  #fanOut([news, channels]: Published): void {
    for (const channel of ['push', ...channels.filter((channel) => channel !== 'push')] as const) {
      this.queues[channel].add(news, this.now);
    }
  }

  async deliverLedger(process: 0 | 1, picks: Picks, again: readonly number[] = []): Promise<void> {
    await this.#bring(process, 'recalculateTier', this.ledgerStream, picks, again);
  }

  async deliverNews(process: 0 | 1, picks: Picks, again: readonly number[] = []): Promise<void> {
    await this.#bring(process, 'announceTierChange', this.membersStream, picks, again);
  }

  async #bring<T extends object>(
    process: 0 | 1,
    name: 'recalculateTier' | 'announceTierChange',
    stream: Bringer<T>,
    picks: Picks,
    again: readonly number[],
  ): Promise<void> {
    const batch = stream.take(picks, again);
    if (batch.length === 0) return;
    const { batchItemFailures } = await this.functions(process)(name)({ Records: batch.map((one) => one.record()) });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const { isDead } = this.processes[process];
    for (const one of batch) {
      if (isDead || failed.has(one.record().dynamodb!.SequenceNumber!)) stream.back(one);
      else stream.done(one);
    }
    this.note(() => `    ${batch.length} records, ${isDead ? 'died' : `${failed.size} failed`}`);
  }

  async deliverMessages(process: 0 | 1, channel: Channel, picks: Picks, again: readonly number[] = []): Promise<void> {
    const queue = this.queues[channel];
    const name = ({ email: 'sendEmail', sms: 'sendSms', push: 'sendPush' } as const)[channel];
    const one = this.processes[process];
    for (const message of queue.take(picks, again)) {
      if (one.isDead) {
        queue.back(message);
        continue;
      }
      const key = messageKey(channel, message.value);
      one.delivering = key;
      const body = JSON.stringify(message.value);
      const event = { Records: [{ messageId: key, body }] } as never;
      const { batchItemFailures } = await this.functions(process)(name)(event);
      if (one.isDead || batchItemFailures.length > 0) {
        if (++message.receives >= MOST_RECEIVES) this.deadLetters.push({ channel, news: message.value });
        else queue.back(message);
      } else queue.done(message);
      this.note(() => `    ${key} ${one.isDead ? 'died' : batchItemFailures.length > 0 ? 'failed' : 'handled'}`);
      one.delivering = undefined;
    }
  }

  stamp(): string {
    return formatInstant(this.now);
  }
}

export function messageKey(channel: Channel, news: { memberId: string; sequence: number }): string {
  return `${channel} ${changeId(news)}`;
}

export function enrolmentOf({ memberId, email, phone, optOut }: MemberSetup, facts: object = {}): Request {
  const body = {
    name: 'Ada',
    ...(email && { email: `${memberId}@mail.example` }),
    ...(phone && { phone: '+34600000001' }),
    optOut,
    ...facts,
  };
  return { route: 'PUT member', params: { memberId }, body };
}
