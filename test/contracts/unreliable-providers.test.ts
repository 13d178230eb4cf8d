import { randomUUID } from 'node:crypto';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateScheduleGroupCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient } from '@aws-sdk/client-ses';
import { CreateStateMachineCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../core/time.ts';
import { MemoryGoogleWallet } from '../../fakes/memory-google-wallet.ts';
import { MemoryRunEngine } from '../../fakes/memory-run-engine.ts';
import { MemoryWakeUpTimers } from '../../fakes/memory-wake-up-timers.ts';
import { RecordingApplePush } from '../../fakes/recording-apple-push.ts';
import {
  RecordingAnnouncements,
  RecordingBus,
  RecordingMailer,
  RecordingPassRefreshes,
  RecordingTexter,
} from '../../fakes/recording-world.ts';
import { type Fault, UNRELIABLE_CALLS, type UnreliablePorts } from '../../fakes/unreliable.ts';
import { CmsPassSigner } from '../../functions/adapters/cms-pass-signer.ts';
import { EventBridgeBus } from '../../functions/adapters/event-bridge-bus.ts';
import { type GoogleKey, parseGoogleKeys } from '../../functions/adapters/google-key.ts';
import { GoogleWalletClient } from '../../functions/adapters/google-wallet.ts';
import { HmacPassTokens } from '../../functions/adapters/hmac-pass-tokens.ts';
import { Http2ApplePush } from '../../functions/adapters/http2-apple-push.ts';
import { CheckedCertificates, parsePassCertificates } from '../../functions/adapters/pass-certificates.ts';
import { PkpassPress } from '../../functions/adapters/pkpass-press.ts';
import { SchedulerTierClock } from '../../functions/adapters/scheduler-tier-clock.ts';
import { SecretDocument } from '../../functions/adapters/secret-document.ts';
import { SesMailer } from '../../functions/adapters/ses-mailer.ts';
import { SnsAnnouncements } from '../../functions/adapters/sns-announcements.ts';
import { SnsTexter } from '../../functions/adapters/sns-texter.ts';
import { type ParkedRecord, SqsParking } from '../../functions/adapters/sqs-parking.ts';
import { SqsPassRefreshes } from '../../functions/adapters/sqs-pass-refreshes.ts';
import { StepFunctionsRunEngine } from '../../functions/adapters/step-functions-run-engine.ts';
import { type Answer, startApnsStandIn } from '../../local/apns-stand-in.ts';
import { GoogleWalletStandIn } from '../../local/google-wallet-stand-in.ts';
import { mailsTo, textMessagesTo } from '../../local/observations.ts';
import { verifySender } from '../../local/verify-sender.ts';
import { EXAMPLE_APPLE, exampleCertificates, exampleChain } from '../support/certificates.ts';
import { aClosedGoogleObject, aGoogleClass, aGoogleMessage, aGoogleObject, makeKeyFile } from '../support/google.ts';
import { type Befallen, befallenFakes, type StoreName, seen } from './setup/befallen.ts';
import { aChange, aRun } from './setup/examples.ts';
import { eventInbox, type Inbox, localAws, newInbox } from './setup/local-aws.ts';
import { unreliableFetch } from './setup/unreliable-fetch.ts';
import { unreliableWire } from './setup/unreliable-wire.ts';

/**
 * The fakes fail as the adapters do, for ports that tell or ask a provider. Each call meets each fault twice: over the
 * fake, and over the adapter. The caller's outcome and the messages received must be the same.
 */

/** What a provider received or holds, for the final comparison. */
interface Provider<Name extends keyof UnreliablePorts> extends Befallen<Pick<UnreliablePorts, Name>> {
  /** @param atLeast waits for this many items */
  came(atLeast: number): Promise<unknown[]>;
}

interface Case<Name extends keyof UnreliablePorts> {
  fake(): { port: UnreliablePorts[Name]; came(): unknown[] };
  real(): Promise<Provider<Name>>;
  calls: { [Method in keyof UnreliablePorts[Name]]?: (port: UnreliablePorts[Name]) => Promise<unknown> };
}

const nothing = async () => [];
const inboxed = (inbox: Inbox) => async (atLeast: number) => (await inbox.take(atLeast)).map(() => 'one');
const ones = (items: readonly unknown[]) => items.map(() => 'one');

/** Creates a secret, and a client that reads it over its own unreliable wire. */
async function aSecret(document: object) {
  const Name = `secret-${randomUUID()}`;
  const SecretString = JSON.stringify(document);
  await new SecretsManagerClient(localAws()).send(new CreateSecretCommand({ Name, SecretString }));
  const client = new SecretsManagerClient(localAws());
  const read = <T>(parse: (document: unknown) => T) => new SecretDocument(Name, parse, client);
  return { read, befall: unreliableWire(client) };
}

const NOW = Date.UTC(2026, 4, 2, 12);
const EMAIL = { to: 'ana@mail.example', subject: 's', text: 't', html: 'h' };
let phone = 700_000_000;
const token = () => randomUUID().replaceAll('-', '').repeat(2);
const LOYALTY_CLASS = aGoogleClass('3388.example.silver');
const OBJECT = aGoogleObject('3388.example.member.m-1', LOYALTY_CLASS.id);
const record: ParkedRecord = { kind: 'transaction', memberId: 'm-1', key: 'TX#api#1', reason: 'poison' };
const run = aRun('run-1', { startedAt: Date.now() - HOUR_MS });

const apns = await startApnsStandIn(exampleChain());
afterAll(() => apns.stop());

async function readsSecret<Name extends keyof UnreliablePorts>(
  name: Name,
  document: object,
  port: (read: Awaited<ReturnType<typeof aSecret>>['read']) => UnreliablePorts[Name],
): Promise<Provider<Name>> {
  const { read, befall } = await aSecret(document);
  return { ports: { [name]: port(read) } as Pick<UnreliablePorts, Name>, befall, came: nothing };
}

const keys = { keys: [] };
const tokenSecret = { secret: 'the secret of the tests, which is long enough' };
const tokensOf = (read: Awaited<ReturnType<typeof aSecret>>['read']) => {
  const document = read((held) => (held as typeof tokenSecret).secret);
  return new HmacPassTokens(() => document.read(0, 0), 'pass.example');
};

/** The port `images` calls no provider. */
const CASES: { [Name in Exclude<keyof UnreliablePorts, StoreName | 'images'>]: Case<Name> } = {
  bus: {
    fake() {
      const port = new RecordingBus();
      return { port, came: () => ones(port.events) };
    },
    async real() {
      const client = new EventBridgeClient(localAws());
      const bus = `bus-${randomUUID()}`;
      await client.send(new CreateEventBusCommand({ Name: bus }));
      const inbox = await eventInbox(bus);
      return { ports: { bus: new EventBridgeBus(bus, client) }, befall: unreliableWire(client), came: inboxed(inbox) };
    },
    calls: { publish: (port) => port.publish({ type: 'tier.upgraded', occurredAt: NOW, detail: {} }) },
  },
  announcements: {
    fake() {
      const port = new RecordingAnnouncements();
      return { port, came: () => ones(port.published) };
    },
    async real() {
      const client = new SNSClient(localAws());
      const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: `topic-${randomUUID()}` }));
      const inbox = await newInbox();
      await client.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: inbox.arn }));
      const announcements = new SnsAnnouncements(TopicArn, client);
      return { ports: { announcements }, befall: unreliableWire(client), came: inboxed(inbox) };
    },
    calls: { publish: (port) => port.publish(aChange('m-1', 1), ['email']) },
  },
  mailer: {
    fake() {
      const port = new RecordingMailer();
      return { port, came: () => ones(port.sent) };
    },
    async real() {
      const client = new SESClient({ ...localAws(), maxAttempts: 1 });
      const to = `${randomUUID()}@mail.example`;
      const from = 'hello@shop.example';
      await verifySender(client, from);
      const mailer = new SesMailer(from, client);
      return {
        ports: { mailer: { send: (email) => mailer.send({ ...email, to }) } },
        befall: unreliableWire(client),
        came: async () => ones(await mailsTo(to, { client: localAws() })),
      };
    },
    calls: { send: (port) => port.send(EMAIL) },
  },
  texter: {
    fake() {
      const port = new RecordingTexter();
      return { port, came: () => ones(port.sent) };
    },
    async real() {
      const client = new SNSClient({ ...localAws(), maxAttempts: 1 });
      const to = `+34${++phone}`;
      const texter = new SnsTexter('AURORA', client);
      return {
        ports: { texter: { send: ({ text }) => texter.send({ to, text }) } },
        befall: unreliableWire(client),
        came: async () => ones(await textMessagesTo(to, { client: localAws() })),
      };
    },
    calls: { send: (port) => port.send({ to: '+34600000001', text: 'one' }) },
  },
  timers: {
    fake() {
      const port = new MemoryWakeUpTimers();
      return { port, came: () => ones(port.moments) };
    },
    async real() {
      const client = new SchedulerClient(localAws());
      const GroupName = `clock-${randomUUID()}`;
      await client.send(new CreateScheduleGroupCommand({ Name: GroupName }));
      const [targetArn, deadLetterArn] = [
        'arn:aws:sqs:eu-west-1:000000000000:q',
        'arn:aws:sqs:eu-west-1:000000000000:d',
      ];
      const roleArn = 'arn:aws:iam::000000000000:role/clock';
      const timers = new SchedulerTierClock({ group: GroupName, targetArn, roleArn, deadLetterArn }, client);
      return {
        ports: { timers },
        befall: unreliableWire(client),
        came: async () => ones((await client.send(new ListSchedulesCommand({ GroupName }))).Schedules ?? []),
      };
    },
    calls: { wakeAt: (port) => port.wakeAt(Date.UTC(2050, 0, 1)) },
  },
  engine: {
    fake() {
      const port = new MemoryRunEngine();
      return { port, came: () => ones(port.started) };
    },
    async real() {
      const client = new SFNClient(localAws());
      const definition = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } };
      const { stateMachineArn = '' } = await client.send(
        new CreateStateMachineCommand({
          name: `runs-${randomUUID()}`,
          roleArn: 'arn:aws:iam::000000000000:role/runs',
          definition: JSON.stringify(definition),
        }),
      );
      const listing = new ListExecutionsCommand({ stateMachineArn });
      return {
        ports: { engine: new StepFunctionsRunEngine({ groupAction: stateMachineArn }, client) },
        befall: unreliableWire(client),
        came: async () => ones((await client.send(listing)).executions ?? []),
      };
    },
    calls: { start: (port) => port.start(run), stateOf: (port) => port.stateOf(run) },
  },
  passRefreshes: {
    fake() {
      const port = new RecordingPassRefreshes();
      return { port, came: () => ones(port.asked) };
    },
    async real() {
      const client = new SQSClient(localAws());
      const inbox = await newInbox();
      const passRefreshes = new SqsPassRefreshes(inbox.url, client);
      return { ports: { passRefreshes }, befall: unreliableWire(client), came: inboxed(inbox) };
    },
    calls: { ask: (port) => port.ask('m-1') },
  },
  park: {
    fake() {
      const parked: unknown[] = [];
      return { port: { park: async () => void parked.push(record) }, came: () => ones(parked) };
    },
    async real() {
      const client = new SQSClient(localAws());
      const inbox = await newInbox();
      const parking = new SqsParking(inbox.url, client);
      return {
        ports: { park: { park: () => parking.park(record) } },
        befall: unreliableWire(client),
        came: inboxed(inbox),
      };
    },
    calls: { park: (port) => port.park() },
  },
  keys: {
    fake: () => ({ port: { read: async () => keys }, came: () => [] }),
    real: () => readsSecret('keys', keys, (read) => ({ read: () => read((held) => held).read(NOW) })),
    calls: { read: (port) => port.read() },
  },
  secrets: {
    fake: () => ({ port: { read: async () => keys }, came: () => [] }),
    real: () => readsSecret('secrets', keys, (read) => ({ read: () => read((held) => held).read(NOW) })),
    calls: { read: (port) => port.read() },
  },
  tokens: {
    fake: () => ({ port: new HmacPassTokens(async () => tokenSecret.secret, 'pass.example'), came: () => [] }),
    real: () => readsSecret('tokens', tokenSecret, tokensOf),
    calls: {
      tokenOf: (port) => port.tokenOf('m-1'),
      fits: (port) => port.fits('m-1', 'token'),
      linkTo: (port) => port.linkTo('m-1', NOW),
      readLink: (port) => port.readLink('a.b'),
    },
  },
  packager: {
    fake: () => ({
      port: new PkpassPress({ sign: async () => Buffer.from('signature') }),
      came: () => [],
    }),
    real: () =>
      readsSecret('packager', { certificates: [exampleCertificates()] }, (read) => {
        return new PkpassPress(new CmsPassSigner(new CheckedCertificates(read(parsePassCertificates), EXAMPLE_APPLE)));
      }),
    calls: { pack: (port) => port.pack({ 'pass.json': Buffer.from('{}') }, NOW) },
  },
  push: {
    fake() {
      const port = new RecordingApplePush();
      return { port, came: () => ones(port.sent) };
    },
    async real() {
      const pushToken = token();
      const certificates = { ...exampleCertificates(), push: apns.push };
      const push = new Http2ApplePush({ current: async () => certificates }, EXAMPLE_APPLE.passTypeId, {
        firstWaitMs: 1,
      });
      const answering: Partial<Record<Fault, Answer[]>> = {
        throttled: often({ status: 429, reason: 'TooManyRequests' }),
        'server error': often({ status: 503, reason: 'ServiceUnavailable' }),
        'server error, done': often({ status: 503, reason: 'ServiceUnavailable' }, { isPushed: true }),
        'no answer': often({ status: 0, breaks: true }),
        'no answer, done': often({ status: 0, breaks: true }, { isPushed: true }),
        repeated: [{ status: 0, breaks: true, isPushed: true }],
      };
      return {
        ports: { push: { push: (_, now) => push.push([pushToken], now) } },
        befall(fault) {
          if (fault) apns.answer(pushToken, ...answering[fault]!);
        },
        async came() {
          push.close();
          return ones(apns.received.filter((one) => one.pushToken === pushToken));
        },
      };
    },
    calls: { push: (port) => port.push(['aa'.repeat(32)], NOW) },
  },
  googleWallet: {
    fake() {
      const port = new MemoryGoogleWallet();
      port.classes.set(LOYALTY_CLASS.id, LOYALTY_CLASS);
      port.objects.set(OBJECT.id, OBJECT);
      return { port, came: () => whatGoogleHas(port.classes, port.objects, port.told.length) };
    },
    async real() {
      const { file, publicKey } = makeKeyFile();
      const serviceAccount = { clientEmail: file.client_email, publicKey };
      const standIn = await GoogleWalletStandIn.start({ serviceAccount });
      const key = { ...file, ...standIn.addresses };
      const { read, befall } = await aSecret({ keys: [key] });
      const wire = unreliableFetch();
      const document = read<GoogleKey>(parseGoogleKeys);
      const googleWallet = new GoogleWalletClient({
        keys: document,
        requestsPerSecond: 1000,
        wait: async () => {},
        fetch: wire.fetch,
      });
      standIn.classes.set(LOYALTY_CLASS.id, { ...LOYALTY_CLASS });
      standIn.objects.set(OBJECT.id, { ...OBJECT });
      return {
        ports: {
          googleWallet: {
            upsertClass: (one) => googleWallet.upsertClass(one),
            upsertObject: (one) => googleWallet.upsertObject(one),
            closeObject: (one) => googleWallet.closeObject(one),
            addMessage: (id, message) => googleWallet.addMessage(id, message),
            saveUrl: (object, now) => {
              // This call sends nothing to Google and only reads the key.
              befall(wire.fault());
              return googleWallet.saveUrl(object, now);
            },
          },
        },
        befall: wire.befall,
        async came() {
          await standIn.stop();
          return whatGoogleHas(standIn.classes, standIn.objects, standIn.notifications.length);
        },
      };
    },
    calls: {
      upsertClass: (port) => port.upsertClass({ ...LOYALTY_CLASS, hexBackgroundColor: '#ffffff' }),
      upsertObject: (port) => port.upsertObject({ ...OBJECT, accountName: 'Bea' }),
      closeObject: (port) => port.closeObject(aClosedGoogleObject(OBJECT.id)),
      addMessage: (port) => port.addMessage(OBJECT.id, aGoogleMessage()),
      saveUrl: (port) => port.saveUrl(OBJECT, NOW),
    },
  },
};

function whatGoogleHas(
  classes: ReadonlyMap<string, object>,
  objects: ReadonlyMap<string, object>,
  told: number,
): unknown[] {
  const { hexBackgroundColor } = classes.get(LOYALTY_CLASS.id) as typeof LOYALTY_CLASS;
  const { state, accountName = null } = objects.get(OBJECT.id) as Partial<typeof OBJECT>;
  return [hexBackgroundColor, state, accountName, told];
}

/** The same answer to each attempt, with more facts in the first. */
function often(answer: Answer, first: Partial<Answer> = {}): Answer[] {
  return [{ ...answer, ...first }, answer, answer, answer, answer];
}

const MEETINGS = UNRELIABLE_CALLS.filter(({ port }) => port in CASES).flatMap(({ port, method, faults }) =>
  faults.map((fault) => ({ of: `${port}.${method}`, port, method, fault })),
);

describe('a provider that fails like AWS, Google and Apple', () => {
  test.concurrent.each(MEETINGS)('$of: $fault', async ({ port, method, fault }) => {
    const { fake, real, calls } = CASES[port as keyof typeof CASES] as unknown as Case<'bus'>;
    const call = (calls as Record<string, (port: unknown) => Promise<unknown>>)[method]!;

    const { port: given, came } = fake();
    const overFake = befallenFakes({ [port]: given });
    overFake.befall(fault);
    const sawOfFake = await seen(() => call(overFake.ports[port]));

    const provider = await real();
    provider.befall(fault);
    const saw = await seen(() => call((provider.ports as Record<string, unknown>)[port]));
    provider.befall(undefined);

    expect({ saw: sawOfFake, came: came() }).toEqual({ saw, came: await provider.came(came().length) });
  });
});
