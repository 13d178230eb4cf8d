import { readFile } from 'node:fs/promises';
import type { ReceivedPush } from './apns-stand-in.ts';
import type { Keys } from './secrets.ts';

/** What an AWS SDK client needs to reach the local cloud. */
export interface ClientSettings {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** Everything that is needed to use a local cloud that is running; plain data, so that it can be handed to another process. */
export interface LocalCloudAddress {
  /** Where the API answers: `${url}/v1/program` */
  url: string;
  keys: Keys;
  shopifySecret: string;
  /** The outputs of the stack, by their id. */
  outputs: Record<string, string>;
  client: ClientSettings;
  /** The queue that holds a copy of every event on the bus. */
  eventsQueueUrl: string;
  /** Whom the signatures of passes lead to, in PEM; absent where the brand has no passes. */
  passRoot?: string;
  /** Where each push to a phone is written down, one a line. */
  pushLog: string;
}

export interface Mail {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
}

export interface BusEvent {
  type: string;
  source: string;
  detail: Record<string, unknown> & { memberId?: string };
}

export interface TextMessage {
  phone: string;
  text: string;
}

/** Every mail that was sent to an address, oldest first. */
export async function mailsTo(address: string, cloud: Pick<LocalCloudAddress, 'client'>): Promise<Mail[]> {
  const { messages } = await inspect<{ messages: Record<string, SentMail[]> }>(cloud, '/_ministack/ses/messages');
  return Object.values(messages)
    .flat()
    .sort((a, b) => a.Timestamp - b.Timestamp)
    .map(({ Source, To, Subject, BodyText, BodyHtml }) => ({
      from: Source,
      to: To,
      subject: Subject,
      text: BodyText ?? '',
      html: BodyHtml ?? '',
    }))
    .filter(({ to }) => to.includes(address));
}

/** Every event about a member that was seen on the bus, oldest first. */
export async function eventsAbout(memberId: string, cloud: LocalCloudAddress): Promise<BusEvent[]> {
  return (await everyEvent(cloud)).filter(({ detail }) => detail.memberId === memberId);
}

/** Every event about a run that was seen on the bus, oldest first. */
export async function eventsOfRun(runId: string, cloud: LocalCloudAddress): Promise<BusEvent[]> {
  return (await everyEvent(cloud)).filter(({ detail }) => detail.runId === runId);
}

async function everyEvent(cloud: LocalCloudAddress): Promise<BusEvent[]> {
  const messages = await messagesIn(cloud.eventsQueueUrl, cloud);
  return messages
    .map(({ Body }) => JSON.parse(Body))
    .map((event) => ({ type: event['detail-type'], source: event.source, detail: event.detail }));
}

/** Every text message to a phone number, oldest first. */
export async function textMessagesTo(phone: string, cloud: Pick<LocalCloudAddress, 'client'>): Promise<TextMessage[]> {
  const query = `/_ministack/sns/sms-messages?phoneNumber=${encodeURIComponent(phone)}`;
  const answer = await inspect<{ sms_messages: Record<string, { Message: string }[]> }>(cloud, query);
  return (answer.sms_messages[phone] ?? []).map(({ Message }) => ({ phone, text: Message }));
}

/** Every push to a phone, oldest first. */
export async function pushesTo(pushToken: string, { pushLog }: LocalCloudAddress): Promise<ReceivedPush[]> {
  const log = await readFile(pushLog, 'utf8').catch(() => '');
  const pushes: ReceivedPush[] = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return pushes.filter((push) => push.pushToken === pushToken);
}

/** How many messages wait in a queue or are being worked on. */
export async function depthOf(queueUrl: string, cloud: LocalCloudAddress): Promise<number> {
  return (await messagesIn(queueUrl, cloud)).length;
}

interface SentMail {
  Source: string;
  To: string[];
  Subject: string;
  BodyText: string | null;
  BodyHtml: string | null;
  Timestamp: number;
}

interface QueuedMessage {
  Body: string;
}

/** Looks at messages without receiving them, so that any number of onlookers see the same. */
async function messagesIn(queueUrl: string, cloud: LocalCloudAddress): Promise<QueuedMessage[]> {
  const { messages } = await inspect<{ messages: Record<string, Record<string, Record<string, QueuedMessage[]>>> }>(
    cloud,
    `/_ministack/sqs/messages`,
  );
  const wanted = new URL(queueUrl).pathname;
  return Object.values(messages)
    .flatMap((regions) => Object.values(regions))
    .flatMap((queues) => Object.entries(queues))
    .filter(([url]) => new URL(url).pathname === wanted)
    .flatMap(([, found]) => found);
}

async function inspect<T>(cloud: Pick<LocalCloudAddress, 'client'>, path: string): Promise<T> {
  const answer = await fetch(new URL(path, cloud.client.endpoint));
  if (!answer.ok) throw new Error(`GET ${path} of the local cloud answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
