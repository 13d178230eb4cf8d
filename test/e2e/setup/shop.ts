import { randomInt, randomUUID } from 'node:crypto';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { inject } from 'vitest';
import {
  type BusEvent,
  depthOf,
  eventsAbout,
  type Mail,
  mailsTo,
  type TextMessage,
  textMessagesTo,
} from '../../../local/observations.ts';
import { waitFor } from '../../../local/wait-for.ts';

export const cloud = inject('localCloud');

const PATIENCE = { withinMs: 45_000 };

export interface Answer {
  status: number;
  contentType: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every kind
  body: any;
}

interface Request {
  role?: keyof typeof cloud.keys;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Calls the API as a client does. A string body is sent unchanged, any other body as JSON. */
export async function call(method: string, path: string, { role, headers, body }: Request = {}): Promise<Answer> {
  const answer = await fetch(`${cloud.url}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(role && { authorization: `Bearer ${cloud.keys[role]}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const contentType = answer.headers.get('content-type');
  return {
    status: answer.status,
    contentType,
    body: contentType?.includes('json') && text !== '' ? JSON.parse(text) : text,
  };
}

/** Enrolls a member that no other test uses. The id could be a Shopify customer id. */
export async function aNewMember(profile: Record<string, unknown> = {}): Promise<NewMember> {
  const customerId = randomInt(6_000_000_000_000, 7_000_000_000_000);
  const memberId = String(customerId);
  const email = `member.${memberId}@example.com`;
  const phone = `+346${memberId.slice(-8)}`;
  const path = `/v1/members/${memberId}`;
  const answer = await call('PUT', path, { role: 'intake', body: { name: 'Ada', email, phone, ...profile } });
  if (answer.status !== 201) throw new Error(`A new member got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return { customerId, memberId, email, phone, path };
}

export interface NewMember {
  customerId: number;
  memberId: string;
  email: string;
  phone: string;
  path: string;
}

export function aPurchase(id: string, amount: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { id, type: 'purchase', amount, currency: 'EUR', occurredAt: new Date().toISOString(), ...more };
}

export async function post(member: NewMember, transaction: unknown): Promise<Answer> {
  return call('POST', `${member.path}/transactions`, { role: 'intake', body: transaction });
}

export async function read(member: NewMember, query = ''): Promise<Answer> {
  return call('GET', `${member.path}${query}`, { role: 'read' });
}

export async function untilPoints(member: NewMember, points: number): Promise<Answer['body']> {
  let last: unknown;
  return waitFor(
    `${points} current points`,
    async () => {
      const { body } = await read(member);
      last = body.points;
      return body.points?.current === points ? body : undefined;
    },
    { ...PATIENCE, seen: () => last },
  );
}

export async function tierChangesOf(member: NewMember): Promise<Answer['body'][]> {
  const { body } = await call('GET', `${member.path}/tier-changes`, { role: 'read' });
  return body.items;
}

/** Posts a staff action for one member. */
export async function act(member: NewMember, action: unknown): Promise<Answer> {
  return call('POST', `${member.path}/tier-actions`, { role: 'admin', body: action });
}

export function anUpgrade(id: string, tier: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { id, action: 'upgrade', strategy: { type: 'specific', tier }, ...more };
}

/** Returns an instant that many seconds ahead, in the API's format. */
export function secondsAhead(seconds: number): string {
  const at = Math.ceil(Date.now() / 1000 + seconds) * 1000;
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

export async function explain(member: NewMember): Promise<Answer['body']> {
  return (await call('GET', `${member.path}/explanation`, { role: 'read' })).body;
}

/** Names a group that no other test uses. The group exists from its first member on. */
export function aNewGroup(): NewGroup {
  return { path: `/v1/groups/group-${randomUUID()}` };
}

export interface NewGroup {
  path: string;
}

export async function join(group: NewGroup, memberId: string): Promise<Answer> {
  return call('PUT', `${group.path}/members/${memberId}`, { role: 'intake' });
}

export async function leave(group: NewGroup, memberId: string): Promise<Answer> {
  return call('DELETE', `${group.path}/members/${memberId}`, { role: 'intake' });
}

export async function actOn(group: NewGroup, action: unknown): Promise<Answer> {
  return call('POST', `${group.path}/tier-actions`, { role: 'admin', body: action });
}

/** Waits until the run has ended, and returns it. */
export async function untilRunEnds(runId: string): Promise<Answer['body']> {
  let last: unknown;
  return waitFor(
    `the run ${runId} to end`,
    async () => {
      const { body } = await call('GET', `/v1/runs/${runId}`, { role: 'read' });
      last = body;
      return ['completed', 'failed', 'aborted'].includes(body.status) ? body : undefined;
    },
    { ...PATIENCE, seen: () => last },
  );
}

/** Starts a recalculation, and returns its run at the end. */
export async function recalculate(body: unknown): Promise<Answer['body']> {
  const answer = await call('POST', '/v1/recalculations', { role: 'admin', body });
  if (answer.status !== 202) throw new Error(`A recalculation got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return untilRunEnds(answer.body.runId);
}

/** Returns every page of a run's moves. */
export async function movesOf(runId: string): Promise<Answer['body'][]> {
  const moves: Answer['body'][] = [];
  for (let query = '?limit=100'; ; ) {
    const { body } = await call('GET', `/v1/runs/${runId}/changes${query}`, { role: 'read' });
    moves.push(...body.items);
    if (body.nextCursor === undefined) return moves;
    query = `?limit=100&cursor=${encodeURIComponent(body.nextCursor)}`;
  }
}

/** Whether a moment still has its schedule. */
export async function isScheduled(moment: string): Promise<boolean> {
  const scheduler = new SchedulerClient(structuredClone(cloud.client));
  const schedule = { GroupName: cloud.outputs.ScheduleGroup, Name: `due-${moment.replaceAll(':', '.')}` };
  return scheduler.send(new GetScheduleCommand(schedule)).then(
    () => true,
    (error: Error) => {
      if (error.name === 'ResourceNotFoundException') return false;
      throw error;
    },
  );
}

export async function untilEvent(member: NewMember): Promise<BusEvent> {
  return waitFor('an event on the bus', async () => (await eventsAbout(member.memberId, cloud))[0], PATIENCE);
}

export async function untilMail(member: NewMember): Promise<Mail> {
  return waitFor('a mail', async () => (await mailsTo(member.email, cloud))[0], PATIENCE);
}

export async function untilTextMessage(member: NewMember): Promise<TextMessage> {
  return waitFor('a text message', async () => (await textMessagesTo(member.phone, cloud))[0], PATIENCE);
}

/**
 * Waits until earlier posts can cause no more messages: a later member's change was announced, and the channels' queues
 * are empty. Then "exactly one" and "none" differ from "not yet".
 */
export async function untilQuiet(): Promise<void> {
  const later = await aNewMember();
  await post(later, aPurchase('later', '100.00'));
  await Promise.all([untilMail(later), untilTextMessage(later), untilEvent(later)]);
  await waitFor(
    'the queues of the channels to be empty',
    async () => {
      const queues = ['EmailQueue', 'SmsQueue'].map((id) => depthOf(cloud.outputs[id]!, cloud));
      return (await Promise.all(queues)).every((depth) => depth === 0) || undefined;
    },
    PATIENCE,
  );
}

/** Returns every message to a member, and every event about the member. */
export async function allThatWasTold(member: NewMember) {
  const [mails, texts, events] = await Promise.all([
    mailsTo(member.email, cloud),
    textMessagesTo(member.phone, cloud),
    eventsAbout(member.memberId, cloud),
  ]);
  return { mails, texts, events };
}
