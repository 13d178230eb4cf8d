import { describe, expect, test } from 'vitest';
import { OutcomeUnknown } from '../../core/failures.ts';
import type { TierChange } from '../../core/member/tier-change.ts';
import type { NotificationSettings } from '../../core/program/brand.ts';
import { MemoryDeliveryLog } from '../../fakes/memory-delivery-log.ts';
import { MemoryProfileStore } from '../../fakes/memory-profile-store.ts';
import { makeHandler as makeSendEmail } from '../../functions/send-email/make-handler.ts';
import { makeHandler as makeSendSms } from '../../functions/send-sms/make-handler.ts';
import { captureLog } from '../support/captured-log.ts';
import { exampleBrand, exampleProgram } from '../support/program.ts';
import { queueRecord } from '../support/world.ts';

const CHANNELS = ['email', 'sms'] as const;
type SentChannel = (typeof CHANNELS)[number];

const CHANGE: TierChange = {
  memberId: 'm-1',
  sequence: 1,
  from: { id: 'bronze', name: 'Bronze', rank: 0 },
  to: { id: 'silver', name: 'Silver', rank: 1 },
  direction: 'up',
  cause: 'transaction',
  occurredAt: 0,
  recordedAt: 0,
  expiresAt: null,
  programVersion: 'v',
  points: 1000,
  announced: true,
};

/** A channel's function over a provider that does what the test says. */
async function sender(channel: SentChannel, notifications: Partial<NotificationSettings> = {}) {
  const sent: string[] = [];
  const provider = { does: async () => {} };
  const send = async ({ to }: { to: string }) => {
    await provider.does();
    sent.push(to);
  };
  const profiles = new MemoryProfileStore();
  for (const memberId of ['m-1', 'm-2', 'm-3']) {
    await profiles.merge(memberId, {
      email: `${memberId}@mail.example`,
      phone: `+3460000000${memberId.slice(2)}`,
      name: 'Ana',
    });
  }
  const deliveries = new MemoryDeliveryLog();
  const brand = exampleBrand({}, notifications);
  const program = exampleProgram();
  const handler =
    channel === 'email'
      ? makeSendEmail({ profiles, deliveries, mailer: { send } }, brand, program, () => 0)
      : makeSendSms({ profiles, deliveries, texter: { send } }, brand, program, () => 0);
  return {
    handler,
    sent,
    provider,
    profiles,
    deliveries,
    deliver: (...changes: unknown[]) => handler({ Records: changes.map(queueRecord) }),
  };
}

const unsure = async () => Promise.reject(new OutcomeUnknown('No answer came.'));
const refusal = async () => Promise.reject(new Error('The provider refused it.'));

describe.each(CHANNELS)('by %s', (channel) => {
  test('a change is told once, however often it is brought', async () => {
    const { deliver, sent } = await sender(channel);
    for (let n = 0; n < 3; n++) expect(await deliver(CHANGE, CHANGE)).toEqual({ batchItemFailures: [] });
    expect(sent).toHaveLength(1);
    await deliver({ ...CHANGE, sequence: 2 });
    expect(sent).toHaveLength(2);
  });

  test('two that come at the same time send one; the other is left to the operator', async () => {
    const { deliver, sent } = await sender(channel);
    const answers = await Promise.all([deliver(CHANGE), deliver(CHANGE)]);
    expect(sent).toHaveLength(1);
    expect(answers.flatMap(({ batchItemFailures }) => batchItemFailures)).toHaveLength(1);
    expect(await deliver(CHANGE)).toEqual({ batchItemFailures: [] });
  });

  test('a certain failure gives the claim back: it is tried again, and then told', async () => {
    const { deliver, sent, provider } = await sender(channel);
    provider.does = refusal;
    expect((await deliver(CHANGE)).batchItemFailures).toHaveLength(1);
    expect((await deliver(CHANGE)).batchItemFailures).toHaveLength(1);
    provider.does = async () => {};
    expect(await deliver(CHANGE)).toEqual({ batchItemFailures: [] });
    expect(sent).toHaveLength(1);
  });

  test('where nobody knows whether it left, it is never sent again by itself: it fails until it is a dead letter', async () => {
    const { deliver, sent, provider, deliveries } = await sender(channel);
    provider.does = unsure;
    expect((await deliver(CHANGE)).batchItemFailures).toHaveLength(1);
    provider.does = async () => {};
    for (let n = 0; n < 4; n++) {
      const { result, text } = await captureLog(() => deliver(CHANGE));
      expect(result.batchItemFailures).toHaveLength(1);
      expect(text).toContain('--resend');
    }
    expect(sent).toEqual([]);
    // An operator who found that it did not arrive gives the claim back.
    await deliveries.release({ memberId: 'm-1', sequence: 1, channel });
    await deliver(CHANGE);
    expect(sent).toHaveLength(1);
  });

  test('one that fails holds up no other member, and is reported alone', async () => {
    const { handler, sent, provider } = await sender(channel);
    let calls = 0;
    provider.does = async () => (++calls === 2 ? refusal() : undefined);
    const records = ['m-1', 'm-2', 'm-3'].map((memberId) => queueRecord({ ...CHANGE, memberId })) as {
      messageId: string;
    }[];
    expect(await handler({ Records: records as never })).toEqual({
      batchItemFailures: [{ itemIdentifier: records[1]!.messageId }],
    });
    expect(sent).toHaveLength(2);
  });

  test('a message that is none is reported alone as well', async () => {
    const { handler, sent } = await sender(channel);
    const bodies = [
      'no JSON',
      'null',
      '[]',
      '{}',
      '{"memberId":"m-1"}',
      JSON.stringify({ ...CHANGE, announced: 'yes' }),
    ];
    const records = [...bodies, JSON.stringify(CHANGE)].map((body, n) => ({ messageId: `id-${n}`, body }));
    expect((await handler({ Records: records as never })).batchItemFailures).toEqual(
      bodies.map((_, n) => ({ itemIdentifier: `id-${n}` })),
    );
    expect(sent).toHaveLength(1);
  });

  test('as the topic wraps it, it is understood too', async () => {
    const { deliver, sent } = await sender(channel);
    await deliver({ Type: 'Notification', MessageId: 'x', TopicArn: 'arn', Message: JSON.stringify(CHANGE) });
    expect(sent).toHaveLength(1);
  });

  test.each<
    [
      string,
      Partial<TierChange>,
      Partial<NotificationSettings>,
      (world: Awaited<ReturnType<typeof sender>>) => Promise<void>,
    ]
  >([
    ['a change that is silent', { announced: false }, {}, async () => {}],
    [
      'a brand that has the channel off',
      {},
      { email: { enabled: false, from: 'a@shop.example' }, sms: { enabled: false } },
      async () => {},
    ],
    ['a member who opted out', {}, {}, ({ profiles }) => profiles.merge('m-1', { optOut: [channel] })],
    ['a member without an address', {}, {}, ({ profiles }) => profiles.merge('m-1', { email: null, phone: null })],
    ['a member who was erased', {}, {}, ({ profiles }) => profiles.erase('m-1')],
  ])('%s: nothing is sent, nothing is claimed, and the message is done', async (_, change, notifications, prepare) => {
    const world = await sender(channel, notifications);
    await prepare(world);
    expect(await world.deliver({ ...CHANGE, ...change })).toEqual({ batchItemFailures: [] });
    expect(world.sent).toEqual([]);
    expect(await world.deliveries.claim({ memberId: 'm-1', sequence: 1, channel }, 0)).toBe('claimed');
  });

  test('the one channel’s opt-out, claim and failure are not the other’s', async () => {
    const other = channel === 'email' ? 'sms' : 'email';
    const { deliver, sent, profiles, deliveries } = await sender(channel);
    await profiles.merge('m-1', { optOut: [other] });
    await deliveries.claim({ memberId: 'm-1', sequence: 1, channel: other }, 0);
    await deliver(CHANGE);
    expect(sent).toHaveLength(1);
  });

  test('what is logged names ids and outcomes, and nobody', async () => {
    const { deliver, provider } = await sender(channel);
    const { text } = await captureLog(async () => {
      await deliver(CHANGE);
      provider.does = refusal;
      await deliver({ ...CHANGE, sequence: 2 });
    });
    expect(text).toContain('"memberId":"m-1"');
    expect(text).toContain('"status":"sent"');
    expect(text).toContain('The provider refused it.');
    expect(text).not.toMatch(/mail\.example|\+346|Ana/);
  });
});
