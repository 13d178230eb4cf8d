import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import { MAX_COUNTED, WINDOW_MS } from '../../core/member/counted-window.ts';
import type { Ledger, MemberStore } from '../../core/ports.ts';
import { HOUR_MS } from '../../core/time.ts';
import { rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import { MAX_ATTEMPTS } from '../../core/use-cases/write-member.ts';
import { redelivering } from '../support/redelivery.ts';
import { CUSTOMER_ID, sendWebhook, shopifyOrder, shopifyRefund } from '../support/shopify.ts';
import { canMeet, intercept, slippingIn, TROUBLES, type TroubleKind, troubleAt } from '../support/trouble.ts';
import { makeWorld, type Reach, type World } from '../support/world.ts';

const ORDER = { id: 'order-1', points: 1300, amount: '1300.00', occurredAt: '2026-05-02T09:00:00Z' };

/** A world with a member, and the stream record of an order of 1300 points. */
async function orderOnItsWay(reach?: Reach): Promise<{ world: World; record: LedgerEntry }> {
  const world = makeWorld(reach ? { reach } : {});
  await world.enrol('m-1');
  await world.post('m-1', ORDER);
  return { world, record: world.ledgerStream.splice(0)[0]! };
}

async function expectSilverOnce(world: World, points = 1300) {
  await world.deliver();
  expect(await world.read('m-1')).toMatchObject({
    tier: { id: 'silver' },
    points: { current: points, carry: points, lifetime: points, balance: points },
  });
  expect(await world.changes('m-1')).toHaveLength(1);
  expect(world.ports.mailer.sent).toHaveLength(1);
  expect(world.ports.texter.sent).toHaveLength(1);
}

describe('a duplicate post', () => {
  test('posted again at any later time gets the same answer, and the order counts once', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    expect(await world.post('m-1', ORDER)).toMatchObject({ status: 202, body: { status: 'accepted' } });
    await world.deliver();
    for (const later of [0, HOUR_MS, 3 * 365 * 24 * HOUR_MS]) {
      world.pass(later);
      expect(await world.post('m-1', ORDER)).toMatchObject({ status: 200, body: { status: 'duplicate' } });
      await world.deliver();
    }
    expect(await world.changes('m-1')).toHaveLength(1);
    expect((await world.read('m-1')).points.lifetime).toBe(1300);
  });

  test('posted in parallel is accepted once', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.post('m-1', ORDER)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    await expectSilverOnce(world);
  });

  test('in another notation is still a duplicate: zeros, offsets, the currency, the source, an empty list of fields', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', ORDER);
    const same = {
      ...ORDER,
      amount: '1300',
      currency: 'EUR',
      source: 'api',
      occurredAt: '2026-05-02T11:00:00.000+02:00',
      fields: {},
    };
    expect((await world.post('m-1', same)).status).toBe(200);
    await expectSilverOnce(world);
  });

  test.each([
    ['type', { type: 'bonus', amount: undefined }],
    ['points', { points: 1301 }],
    ['amount', { amount: '1300.01' }],
    ['currency', { currency: 'USD', exchangeRate: '1' }],
    ['moment', { occurredAt: '2026-05-02T09:00:01Z' }],
    ['order', { orderId: 'order-9' }],
    ['fields', { fields: { kind: 'flight' } }],
    ['reason', { reason: 'because' }],
  ])('with another %s is a conflict: 409, and nothing changes', async (_, difference) => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.post('m-1', ORDER);
    await world.deliver();
    const before = [await world.read('m-1'), await world.ports.ledger.entriesOf('m-1')];

    const { status, body } = await world.post('m-1', { ...ORDER, ...difference });
    expect([status, body.status]).toEqual([409, 409]);
    await world.deliver();
    expect([await world.read('m-1'), await world.ports.ledger.entriesOf('m-1')]).toEqual(before);
  });

  test('for another source or another member is another transaction', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    await world.enrol('m-2');
    expect((await world.post('m-1', ORDER)).status).toBe(202);
    expect((await world.post('m-1', { ...ORDER, source: 'pos' })).status).toBe(202);
    expect((await world.post('m-2', ORDER)).status).toBe(202);
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(2600);
    expect((await world.read('m-2')).points.current).toBe(1300);
  });
});

describe('a duplicate stream record counts once', () => {
  test('in the same batch', async () => {
    const { world, record } = await orderOnItsWay();
    await world.recalculate([record, record, record]);
    await expectSilverOnce(world);
  });

  test('in a later batch, with new ones', async () => {
    const { world, record } = await orderOnItsWay();
    await world.recalculate([record]);
    await world.post('m-1', { id: 'order-2', points: 100 });
    await world.recalculate([record, ...world.ledgerStream.splice(0), record]);
    await expectSilverOnce(world, 1400);
  });

  test('in a batch that is replayed whole, without a write', async () => {
    const { world, record } = await orderOnItsWay();
    await world.recalculate([record]);
    const { writes } = world.ports.members;
    for (let n = 0; n < 3; n++) expect(await world.recalculate([record])).toEqual({ batchItemFailures: [] });
    expect(world.ports.members.writes).toBe(writes);
    await expectSilverOnce(world);
  });

  test('in two batches at the same time', async () => {
    const { world, record } = await orderOnItsWay();
    await Promise.all(Array.from({ length: 5 }, () => world.recalculate([record])));
    await expectSilverOnce(world);
  });

  test('if it is a tier change: the event keeps its id, and the member gets one message', async () => {
    const { world, record } = await orderOnItsWay();
    await world.recalculate([record]);
    const change = world.changeStream.splice(0)[0]!;
    await world.announce([change]);
    await world.announce([change, change]);
    await world.notify();
    expect(new Set(world.ports.bus.events.map(({ detail }) => detail.eventId))).toEqual(new Set(['m-1/1']));
    expect(world.ports.mailer.sent).toHaveLength(1);
    expect(world.ports.texter.sent).toHaveLength(1);
  });
});

describe('reordering', () => {
  test('of four entries, delivered one by one or together, always gives the same member', async () => {
    const entries = [
      { id: 'a', points: 900, amount: '900.00' },
      { id: 'b', type: 'refund', orderId: 'a', amount: '100.00' },
      { id: 'c', points: 400 },
      { id: 'd', type: 'expiry', orderId: 'c', points: 50 },
    ];
    const ends = new Set<string>();
    for (const order of permutations(entries)) {
      for (const together of [true, false]) {
        const world = makeWorld();
        await world.enrol('m-1');
        for (const entry of order) await world.post('m-1', entry);
        const records = world.ledgerStream.splice(0);
        for (const batch of together ? [records] : records.map((record) => [record])) await world.recalculate(batch);
        const { tier, ...member } = await world.read('m-1');
        ends.add(JSON.stringify({ ...member, tier: tier.id }));
        expect(await world.read('m-1', new Date(world.now()).toISOString())).toMatchObject(member);
      }
    }
    expect([...ends].map((end) => JSON.parse(end))).toMatchObject([
      { tier: 'silver', points: { current: 1150, carry: 1150, lifetime: 1150, balance: 1150 } },
    ]);
  });
});

/** A story's events. Each request is retried until it succeeds, and each stream is drained. */
type Story = (world: World, aws: ReturnType<typeof redelivering>) => Promise<void>;

const STORIES: Record<string, { member: string; story: Story }> = {
  'a purchase that makes Silver': {
    member: 'm-1',
    async story(world, { insist, drain }) {
      await insist(() => world.enrol('m-1'));
      await insist(() => world.post('m-1', { ...ORDER, points: 800 }));
      await drain();
      await insist(() => world.post('m-1', { ...ORDER, id: 'order-2', points: 500 }));
      await drain();
    },
  },
  'a refund before its order, and another after it': {
    member: 'm-1',
    async story(world, { insist, drain }) {
      await insist(() => world.enrol('m-1'));
      await insist(() =>
        world.post('m-1', {
          id: 'r-1',
          type: 'refund',
          orderId: 'order-1',
          amount: '100.00',
          occurredAt: ORDER.occurredAt,
        }),
      );
      await drain();
      await insist(() => world.post('m-1', ORDER));
      await drain();
      await insist(() =>
        world.post('m-1', {
          id: 'r-2',
          type: 'refund',
          orderId: 'order-1',
          amount: '500.00',
          occurredAt: ORDER.occurredAt,
        }),
      );
      await drain();
    },
  },
  'orders before the enrolment, and one after': {
    member: 'm-1',
    async story(world, { insist, drain }) {
      await insist(() => world.post('m-1', ORDER));
      await drain();
      await insist(() => world.enrol('m-1'));
      await drain();
      await insist(() => world.post('m-1', { ...ORDER, id: 'order-2', points: 4000 }));
      await drain();
    },
  },
  'a cycle’s end that a purchase finds': {
    member: 'm-1',
    async story(world, { insist, drain }) {
      await insist(() => world.enrol('m-1'));
      await insist(() => world.post('m-1', ORDER));
      await drain();
      world.at('2028-02-01T10:00:00Z');
      await insist(() =>
        world.post('m-1', { ...ORDER, id: 'order-2', points: 5000, occurredAt: '2028-02-01T09:00:00Z' }),
      );
      await drain();
    },
  },
  'an order of Shopify, its refund, and both again': {
    member: CUSTOMER_ID,
    async story(world, { insist, drain }) {
      const refund = { id: '7', lines: [{ subtotal: 300, tax: 52.07 }] };
      await insist(() => world.enrol(CUSTOMER_ID));
      await insist(() => sendWebhook(world, 'orders/paid', shopifyOrder()));
      await drain();
      await insist(() => sendWebhook(world, 'refunds/create', shopifyRefund(refund)));
      await insist(() => sendWebhook(world, 'orders/updated', shopifyOrder({ refunds: [refund] })));
      await drain();
    },
  },
};

describe.each(Object.entries(STORIES))('a crash after each await of %s', (_, { member, story }) => {
  async function tell(nth: number, kind: TroubleKind) {
    const trouble = troubleAt(nth, kind);
    const world = makeWorld({ reach: trouble.reach });
    const aws = redelivering(world, trouble);
    await story(world, aws);
    // Records redelivered by `again` were handled before, so trouble from here on loses nothing.
    const inTime = trouble.struck() !== undefined;
    await aws.again();
    trouble.end();
    return { world, aws, struck: trouble.struck(), inTime, end: await endOf(world, member) };
  }

  /** Everything that a client can see, and everything that is stored, except the version. */
  async function endOf(world: World, memberId: string) {
    const { version: _, ...stored } = (await world.ports.members.load(memberId))!;
    return {
      member: await world.read(memberId),
      changes: await world.changes(memberId),
      explanation: await world.explanation(memberId),
      ledger: (await world.ports.ledger.entriesOf(memberId)).length,
      stored,
    };
  }

  const messagesOf = ({ ports }: World) => ({
    email: ports.mailer.sent.map(({ subject }) => subject),
    sms: ports.texter.sent.map(({ text }) => text),
  });

  test.each(TROUBLES)('when the call %s', { timeout: 60_000 }, async (kind) => {
    const undisturbed = await tell(0, kind);
    expect(undisturbed.end.changes.length).toBeGreaterThan(0);
    const expected = messagesOf(undisturbed.world);

    const visited: string[] = [];
    for (let nth = 1; ; nth++) {
      const { world, aws, struck, inTime, end } = await tell(nth, kind);
      if (struck === undefined) break;
      visited.push(struck);
      const where = `call ${nth}, ${struck}, ${kind}`;

      expect(end, where).toEqual(undisturbed.end);
      expect(new Set(world.ports.bus.events.map(({ detail }) => detail.eventId)), where).toEqual(
        new Set(undisturbed.world.ports.bus.events.map(({ detail }) => detail.eventId)),
      );
      if (inTime) expect(world.parked, where).toEqual([]);

      const sent = messagesOf(world);
      const unsent = expected.email.length + expected.sms.length - sent.email.length - sent.sms.length;
      expect(unsent, where).toBe(inTime && isLeftToTheOperator(struck, kind) ? 1 : 0);
      for (const channel of ['email', 'sms'] as const) {
        expect(new Set(sent[channel]).size, where).toBe(sent[channel].length);
        expect(expected[channel], where).toEqual(expect.arrayContaining(sent[channel]));
      }
      // Each message with an unknown outcome is in the dead-letter queue.
      if (unsent > 0) expect(aws.deadLetters.length, where).toBeGreaterThan(0);
      if (!(inTime && isUnsure(struck, kind))) expect(aws.deadLetters, where).toEqual([]);
    }
    expect([...new Set(visited)]).toEqual(
      expect.arrayContaining(
        ['keys.read', 'ledger.record', 'members.load', 'members.save', 'profiles.merge'].filter(canMeet(kind)),
      ),
    );
    if (expected.email.length > 0) {
      expect(visited).toEqual(
        expect.arrayContaining(
          ['bus.publish', 'announcements.publish', 'deliveries.claim', 'mailer.send', 'deliveries.markSent'].filter(
            canMeet(kind),
          ),
        ),
      );
    }
  });

  /** The message was claimed, and nobody knows whether it was sent, so it is never sent again automatically (R21). */
  function isUnsure(struck: string, kind: TroubleKind): boolean {
    if (struck === 'deliveries.claim') return kind === 'no answer, done' || kind === 'died after';
    if (struck === 'mailer.send' || struck === 'texter.send') return kind !== 'throttled';
    return struck === 'deliveries.markSent' && ['throttled', 'conflict', 'died before'].includes(kind);
  }

  /** The unsure calls whose message was not sent. */
  function isLeftToTheOperator(struck: string, kind: TroubleKind): boolean {
    if (struck === 'deliveries.claim') return isUnsure(struck, kind);
    return (struck === 'mailer.send' || struck === 'texter.send') && kind === 'died before';
  }
});

describe('a conflict with another writer between load and save', () => {
  test('that counts another entry counts both', async () => {
    const race = slippingIn('members', 'load');
    const { world, record } = await orderOnItsWay(race.reach);
    await world.post('m-1', { id: 'order-2', points: 50 });
    const other = world.ledgerStream.splice(0);
    race.happens(() => world.recalculate(other));
    expect(await world.recalculate([record])).toEqual({ batchItemFailures: [] });
    await expectSilverOnce(world, 1350);
  });

  test('that counts the same entry counts it once', async () => {
    const race = slippingIn('members', 'load');
    const { world, record } = await orderOnItsWay(race.reach);
    race.happens(() => world.recalculate([record]));
    await world.recalculate([record]);
    await expectSilverOnce(world);
  });

  test('that blocks the member loses neither write', async () => {
    const race = slippingIn('members', 'load');
    const { world, record } = await orderOnItsWay(race.reach);
    race.happens(() => world.enrol('m-1', { blocked: true }));
    await world.recalculate([record]);
    expect(await world.read('m-1')).toMatchObject({ blocked: true });
    await expectSilverOnce(world);
  });

  test('that repeats until the attempts are used up reports the batch, which counts when it is redelivered', async () => {
    let attempts = 0;
    let quarrelling = false;
    const { world, record } = await orderOnItsWay(
      intercept('members', 'save', async (save) => {
        if (!quarrelling) return save();
        attempts++;
        return 'conflict';
      }),
    );
    quarrelling = true;
    expect((await world.recalculate([record])).batchItemFailures).toHaveLength(1);
    expect(attempts).toBe(MAX_ATTEMPTS);
    expect((await world.read('m-1')).points.current).toBe(0);
    quarrelling = false;
    await world.recalculate([record]);
    await expectSilverOnce(world);
  });
});

describe('a record older than the window', () => {
  test('that was counted long ago is not counted again: the member is rebuilt, and nothing changes', async () => {
    const { world, record } = await orderOnItsWay();
    await world.recalculate([record]);
    world.pass(WINDOW_MS + HOUR_MS);
    await world.post('m-1', { id: 'order-2', points: 100 });
    await world.recalculate(world.ledgerStream.splice(0));
    expect((await world.ports.members.load('m-1'))!.counted.entries).not.toHaveProperty(['api#order-1']);

    expect(await world.recalculate([record])).toEqual({ batchItemFailures: [] });
    await expectSilverOnce(world, 1400);
  });

  test('that was never counted, as it waited for an operator, counts once', async () => {
    const { world, record } = await orderOnItsWay();
    await world.post('m-1', { id: 'order-2', points: 100 });
    world.pass(WINDOW_MS + HOUR_MS);
    await world.post('m-1', { id: 'order-3', points: 10 });
    await world.recalculate(world.ledgerStream.splice(1));
    expect((await world.read('m-1')).points.current).toBe(10);
    await world.recalculate([record]);
    await world.recalculate([record]);
    await expectSilverOnce(world, 1410);
  });

  test('on a busy day, which drops the oldest from the window early, still counts once', async () => {
    const { world, record } = await orderOnItsWay();
    await world.recalculate([record]);
    const records = [];
    for (let n = 0; n < 3 * MAX_COUNTED; n++) {
      world.pass(1000);
      await world.post('m-1', { id: `small-${n}`, points: 1 });
      records.push(...world.ledgerStream.splice(0));
    }
    await world.recalculate(records.slice(0, 2 * MAX_COUNTED));
    await world.recalculate([...records].reverse());
    await world.recalculate([record, ...records]);
    expect(Object.keys((await world.ports.members.load('m-1'))!.counted.entries).length).toBeLessThanOrEqual(
      MAX_COUNTED,
    );
    await expectSilverOnce(world, 1300 + 3 * MAX_COUNTED);
  });

  test('among many of the same millisecond, delivered twice and in pieces, counts once', async () => {
    const { world, record } = await orderOnItsWay();
    for (let n = 0; n < 3 * MAX_COUNTED; n++) await world.post('m-1', { id: `small-${n}`, points: 1 });
    const records = [record, ...world.ledgerStream.splice(0)];
    for (let start = 0; start < records.length; start += 5) await world.recalculate(records.slice(start, start + 7));
    await world.recalculate(records);
    await expectSilverOnce(world, 1300 + 3 * MAX_COUNTED);
  });

  test('whose intake was slow, and recorded it after a later entry was counted, counts once', async () => {
    const { world, record } = await orderOnItsWay();
    await world.recalculate([record]);
    for (let n = 0; n <= MAX_COUNTED; n++) {
      world.pass(1000);
      await world.post('m-1', { id: `small-${n}`, points: 1 });
      await world.recalculate(world.ledgerStream.splice(0));
    }
    // The slow intake took its time before all of these entries.
    const slow: LedgerEntry = { ...record, id: 'slow', points: 7, awardedPoints: 7, recordedAt: record.recordedAt - 1 };
    await world.ports.ledger.record(slow);
    await world.recalculate([slow]);
    await world.recalculate(world.ledgerStream.splice(0));
    await expectSilverOnce(world, 1300 + MAX_COUNTED + 1 + 7);
  });
});

describe('the rebuild racing with new entries', () => {
  const rebuild = (world: World, members = world.ports.members as MemberStore, ledger = world.ports.ledger as Ledger) =>
    rebuildStoredMember(
      { members, ledger, timers: world.ports.timers },
      world.rules,
      'm-1',
      { write: true, cause: 'rebuild' },
      world.now(),
    );

  /** A member whose stored points were damaged by hand. */
  async function damaged() {
    const { world, record } = await orderOnItsWay();
    await world.recalculate([record]);
    const member = (await world.ports.members.load('m-1'))!;
    const tally = { ...member.tally, current: { ...member.tally.current, tier: 1001 } };
    await world.ports.members.save({ ...member, version: member.version + 1, tally }, member.version, []);
    return { world, record };
  }

  test('that the stream delivers while the rebuild reads: the rebuild restarts, and all entries count', async () => {
    const { world, record } = await damaged();
    const race = slippingIn('ledger', 'entriesOf');
    race.happens(async () => {
      await world.post('m-1', { id: 'order-2', points: 100 });
      await world.recalculate(world.ledgerStream.splice(0));
    });
    expect(await rebuild(world, world.ports.members, race.reach('ledger', world.ports.ledger))).toMatchObject({
      status: 'differs',
    });
    expect((await world.read('m-1')).points.current).toBe(1400);
    await world.recalculate([record]);
    await expectSilverOnce(world, 1400);
  });

  test('that are in the ledger before the rebuild reads: the stream finds them counted', async () => {
    const { world, record } = await damaged();
    await world.post('m-1', { id: 'order-2', points: 100 });
    await rebuild(world);
    expect((await world.read('m-1')).points.current).toBe(1400);
    await world.recalculate([record, ...world.ledgerStream.splice(0)]);
    await expectSilverOnce(world, 1400);
  });

  test('that arrive after the rebuild reads: the stream counts them', async () => {
    const { world } = await damaged();
    const race = slippingIn('ledger', 'entriesOf');
    race.happens(() => world.post('m-1', { id: 'order-2', points: 100 }));
    await rebuild(world, world.ports.members, race.reach('ledger', world.ports.ledger));
    expect((await world.read('m-1')).points.current).toBe(1300);
    await expectSilverOnce(world, 1400);
  });

  test('as a dry run reports every difference and writes nothing; without a difference it reports that', async () => {
    const { world } = await damaged();
    const { writes } = world.ports.members;
    const dry = { write: false, cause: 'rebuild' } as const;
    const look = () => rebuildStoredMember(world.ports, world.rules, 'm-1', dry, world.now());
    expect(await look()).toMatchObject({
      status: 'differs',
      differences: [{ figure: 'current', stored: { tier: 1001 }, ledger: { tier: 1300 } }],
    });
    expect(world.ports.members.writes).toBe(writes);
    await rebuild(world);
    expect(await look()).toEqual({ status: 'equal' });
  });
});

describe('a refund before its order', () => {
  test('and its order, each delivered twice, in any mixture of batches takes its share once', async () => {
    const { world, record: order } = await orderOnItsWay();
    await world.post('m-1', { id: 'r-1', type: 'refund', orderId: 'order-1', amount: '300.00' });
    const refund = world.ledgerStream.splice(0)[0]!;
    for (const batch of [[refund], [order, refund], [refund, order], [order]]) await world.recalculate(batch);
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'silver' }, points: { current: 1000, balance: 1000 } });
    expect(await world.changes('m-1')).toHaveLength(1);
  });

  test('of an order that never arrives takes nothing, and disturbs nothing else', async () => {
    const world = makeWorld();
    await world.enrol('m-1');
    for (let n = 0; n < 12; n++) {
      await world.post('m-1', { id: `r-${n}`, type: 'refund', orderId: `lost-${n}`, amount: '10.00' });
    }
    await world.deliver();
    await world.post('m-1', ORDER);
    await world.deliver();
    await expectSilverOnce(world);
    await world.post('m-1', { id: 'lost-7', points: 100, amount: '100.00' });
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(1390);
  });
});

describe('enrolment racing with the stream', () => {
  const order = async (reach?: Reach) => {
    const world = makeWorld(reach ? { reach } : {});
    await world.post('m-1', ORDER);
    return { world, record: world.ledgerStream.splice(0)[0]! };
  };

  test('that delivers first: it finds no member, and delivers again', async () => {
    const { world, record } = await order();
    expect(await world.recalculate([record])).toEqual({ batchItemFailures: [] });
    await world.enrol('m-1');
    await world.recalculate([record]);
    expect((await world.read('m-1')).points.current).toBe(1300);
    expect(await world.changes('m-1')).toMatchObject([{ cause: 'enrolment' }]);
  });

  test('that delivers between the enrollment’s two writes: counted once, changed once, told at most once', async () => {
    for (const method of ['save', 'load']) {
      const race = slippingIn('members', method);
      const { world, record } = await order(race.reach);
      race.happens(() => world.recalculate([record]));
      expect((await world.enrol('m-1')).status).toBe(201);
      await world.recalculate([record]);
      await world.deliver();
      expect(await world.read('m-1')).toMatchObject({
        tier: { id: 'silver' },
        points: { current: 1300, balance: 1300 },
      });
      expect(await world.changes('m-1')).toHaveLength(1);
      expect(world.ports.mailer.sent.length).toBeLessThanOrEqual(1);
    }
  });

  test('and an order taken while the enrollment reads the ledger: the order counts once', async () => {
    const race = slippingIn('ledger', 'entriesOf');
    const { world } = await order(race.reach);
    race.happens(() => world.post('m-1', { id: 'order-2', points: 100 }));
    await world.enrol('m-1');
    await world.deliver();
    expect((await world.read('m-1')).points.current).toBe(1400);
  });

  test('and another enrollment of the same member: one member, and the ledger counts once', async () => {
    const { world } = await order();
    const answers = await Promise.all([world.enrol('m-1'), world.enrol('m-1'), world.enrol('m-1')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'silver' }, points: { current: 1300 } });
    expect(await world.changes('m-1')).toHaveLength(1);
  });

  test('after it died half-way is finished by the next order: earlier orders stay silent', async () => {
    let saves = 0;
    const { world } = await order(
      intercept('members', 'save', async (save) => {
        if (++saves === 2) throw new Error('The process ended here.');
        return save();
      }),
    );
    expect((await world.enrol('m-1')).status).toBe(500);
    expect((await world.read('m-1')).points.current).toBe(1300);
    await world.post('m-1', { id: 'order-2', points: 100 });
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'silver' }, points: { current: 1400 } });
    expect(await world.changes('m-1')).toMatchObject([{ cause: 'enrolment', announced: false }]);
    expect(world.ports.mailer.sent).toEqual([]);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, place) =>
    permutations([...items.slice(0, place), ...items.slice(place + 1)]).map((rest) => [item, ...rest]),
  );
}
