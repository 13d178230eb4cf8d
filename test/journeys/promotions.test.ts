import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { PromotionFile } from '../../core/program/brand.ts';
import { HOUR_MS } from '../../core/time.ts';
import { rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import { forget, heard, NOTHING } from '../support/heard.ts';
import { redelivering } from '../support/redelivery.ts';
import { storesOf } from '../support/same-stores.ts';
import { canMeet, TROUBLES, troubleAt } from '../support/trouble.ts';
import { makeWorld, type Reach, type World } from '../support/world.ts';

const NOW = '2026-06-10T10:00:00Z';

/** A hotel guest has Gold until 30 days after check-out. */
const STAY: PromotionFile = {
  id: 'stay',
  trigger: { on: 'transaction', where: { all: [{ type: 'purchase' }, { field: 'CheckOutDate', exists: true }] } },
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'gold' },
  expiry: { type: 'fieldDate', field: 'CheckOutDate', plus: { amount: 30, unit: 'days' } },
  notify: { channels: ['email', 'sms'], atEnd: true },
};
const STAY_ENDS = '2026-07-14T22:00:00Z';

/** A partner's customers try Platinum for as many days as the partner paid for. */
const PARTNER: PromotionFile = {
  id: 'partner-trial',
  trigger: { on: 'transaction', where: { field: 'partner', oneOf: ['airline', 'bank'] } },
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'platinum' },
  expiry: { type: 'fieldNumber', field: 'TrialPeriodDays', unit: 'days' },
};

/** A purchase of 100 before the holidays gives Silver until Epiphany. */
const HOLIDAY: PromotionFile = {
  id: 'holiday',
  trigger: {
    on: 'transaction',
    where: {
      all: [
        { type: 'purchase' },
        { field: 'amount', atLeast: 100 },
        { field: 'occurredAt', after: '2026-11-30T23:00:00Z' },
        { field: 'occurredAt', before: '2026-12-25' },
      ],
    },
  },
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'silver' },
  expiry: { type: 'date', date: '2027-01-07' },
};

const WELCOME: PromotionFile = {
  id: 'welcome',
  trigger: { on: 'enrolment' },
  action: 'upgrade',
  strategy: { type: 'specific', tier: 'silver' },
  expiry: { type: 'duration', amount: 1, unit: 'months' },
  notify: { channels: ['email'] },
};

const ORDER = {
  id: 'order-1',
  points: 120,
  amount: '120.00',
  occurredAt: '2026-06-10T10:00:00Z',
  fields: { CheckOutDate: '2026-06-15' },
};

const to = (tier: string) => ({ strategy: { type: 'specific', tier } });

function worldWith(promotions: PromotionFile[], options: { now?: string; reach?: Reach } = {}): World {
  return makeWorld({ now: NOW, ...options, program: { promotions } });
}

async function memberWith(promotions: PromotionFile[], options: { now?: string; reach?: Reach } = {}): Promise<World> {
  const world = worldWith(promotions, options);
  await world.enrol('m-1');
  await world.deliver();
  forget(world);
  world.pass(1000);
  return world;
}

async function buy(world: World, transaction: Record<string, unknown>) {
  await world.post('m-1', transaction);
  await world.deliver();
}

const tierOf = async (world: World, at?: string) => (await world.read('m-1', at)).tier.id;

/** Everything that a client can see of a member, and everything that is stored, except the write counters. */
async function endOf(world: World) {
  const { version: _, counted: __, ...stored } = (await world.ports.members.load('m-1'))!;
  return {
    member: await world.read('m-1'),
    changes: await world.changes('m-1'),
    explanation: await world.explanation('m-1'),
    actions: await world.ports.members.actionsOf('m-1'),
    stored,
  };
}

describe('a promotion for hotel stays', () => {
  test('gives Gold until 30 days after check-out, and tells the member by the channels that it names', async () => {
    const world = await memberWith([STAY]);
    await buy(world, ORDER);
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'gold', since: '2026-06-10T10:00:01Z', expiresAt: STAY_ENDS, source: 'floor' },
      earnedTier: 'bronze',
      points: { current: 120, balance: 120 },
      grants: [{ kind: 'floor', tier: 'gold', until: STAY_ENDS, promotion: 'stay', transactionId: 'order-1' }],
    });
    expect(await world.changes('m-1')).toMatchObject([
      { to: { id: 'gold' }, cause: 'tierAction', promotion: 'stay', transactionId: 'order-1', announced: true },
    ]);
    expect(heard(world)).toMatchObject({ events: ['tier.upgraded'], mails: ["You're now Gold"] });

    world.at(STAY_ENDS);
    await world.wake();
    await world.deliver();
    expect(await tierOf(world)).toBe('bronze');
    expect(heard(world).mails).toEqual(["You're now Gold", "You're now Bronze"]);
  });

  test('keeps the later end after a second stay; a stay with an earlier end shortens nothing', async () => {
    const world = await memberWith([STAY]);
    await buy(world, ORDER);
    world.at('2026-06-20T10:00:00Z');
    await buy(world, { id: 'order-2', points: 10, fields: { CheckOutDate: '2026-07-01' } });
    await buy(world, { id: 'order-3', points: 10, fields: { CheckOutDate: '2026-05-25' } });
    expect((await world.read('m-1')).tier).toMatchObject({
      id: 'gold',
      since: '2026-06-10T10:00:01Z',
      expiresAt: '2026-07-30T22:00:00Z',
    });
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(heard(world).events.filter((type) => type !== 'tier.expiring')).toEqual(['tier.upgraded', 'tier.renewed']);
    expect((await world.explanation('m-1')).actions.map(({ outcome }: { outcome: string }) => outcome).sort()).toEqual([
      'APPLIED',
      'EXTENDED',
      'EXTENDED',
    ]);
  });

  test('gives nothing if its end has passed: EXPIRY_IN_PAST, and the order counts', async () => {
    const world = await memberWith([STAY]);
    await buy(world, { ...ORDER, fields: { CheckOutDate: '2026-05-11' } });
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, points: { current: 120 } });
    expect((await world.explanation('m-1')).actions).toMatchObject([{ outcome: 'EXPIRY_IN_PAST' }]);
    expect(heard(world)).toEqual(NOTHING);
  });

  test('ignores an order that does not match', async () => {
    const world = await memberWith([STAY]);
    await buy(world, { ...ORDER, fields: { CheckInDate: '2026-06-15' } });
    await buy(world, { id: 'bonus', type: 'bonus', points: 5, fields: { CheckOutDate: '2026-06-15' } });
    expect(await tierOf(world)).toBe('bronze');
    expect((await world.explanation('m-1')).actions).toEqual([]);
  });
});

describe('a promotion for a partner’s customers', () => {
  test('lasts for the number of days in the transaction, from the day of the transaction', async () => {
    const world = await memberWith([PARTNER]);
    await buy(world, { type: 'bonus', points: 1, fields: { partner: 'bank', TrialPeriodDays: 60 } });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'platinum', expiresAt: '2026-08-08T22:00:00Z' });
    expect(heard(world)).toEqual({ events: ['tier.upgraded'], mails: [], texts: [] });
  });

  test('gives nothing for another partner', async () => {
    const world = await memberWith([PARTNER]);
    await buy(world, { type: 'bonus', points: 1, fields: { partner: 'baker', TrialPeriodDays: 60 } });
    expect(await tierOf(world)).toBe('bronze');
  });

  test.each([
    ['missing', {}],
    ['"abc"', { TrialPeriodDays: 'abc' }],
    ['0', { TrialPeriodDays: 0 }],
    ['-5', { TrialPeriodDays: -5 }],
    ['4.7', { TrialPeriodDays: 4.7 }],
  ])(
    'records FIELD_INVALID for the operator if the days cannot be read (%s), and the order counts',
    async (_, fields) => {
      const world = await memberWith([PARTNER]);
      await buy(world, { id: 'order-1', points: 1200, fields: { partner: 'bank', ...fields } });
      expect(await world.read('m-1')).toMatchObject({
        tier: { id: 'silver', source: 'earned' },
        points: { current: 1200 },
        grants: [],
      });
      expect(await world.changes('m-1')).toMatchObject([{ cause: 'transaction', transactionId: 'order-1' }]);
      expect((await world.explanation('m-1')).actions).toMatchObject([
        {
          by: 'promotion',
          promotion: 'partner-trial',
          transactionId: 'order-1',
          outcome: 'FIELD_INVALID',
          why: expect.stringContaining('TrialPeriodDays'),
        },
      ]);
      expect(world.parked).toEqual([]);
    },
  );
});

describe('a promotion with one end date for all', () => {
  test.each([
    ['2026-12-01T10:00:00Z', 'silver'],
    ['2026-12-24T22:59:59Z', 'silver'],
    ['2026-12-24T23:00:00Z', 'bronze'],
    ['2026-11-30T22:00:00Z', 'bronze'],
  ])('on a purchase at %s gives %s at once, and every grant ends on the same day', async (occurredAt, tier) => {
    const world = await memberWith([HOLIDAY], { now: occurredAt });
    world.at(occurredAt);
    await buy(world, { points: 100, amount: '100.00', occurredAt });
    expect((await world.read('m-1')).tier).toMatchObject({
      id: tier,
      expiresAt: tier === 'silver' ? '2027-01-06T23:00:00Z' : null,
    });
  });

  test('gives nothing if the amount is one cent too low', async () => {
    const world = await memberWith([HOLIDAY], { now: '2026-12-05T10:00:00Z' });
    await buy(world, { points: 99, amount: '99.99' });
    expect(await tierOf(world)).toBe('bronze');
  });
});

describe('a promotion fires once for each transaction', () => {
  async function fired(): Promise<{ world: World; record: LedgerEntry }> {
    const world = await memberWith([STAY]);
    await world.post('m-1', ORDER);
    const record = world.ledgerStream.splice(0)[0]!;
    await world.recalculate([record]);
    await world.deliver();
    return { world, record };
  }

  async function expectGoldOnce(world: World) {
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'gold', since: '2026-06-10T10:00:01Z', expiresAt: STAY_ENDS },
      points: { lifetime: 120 },
    });
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(1);
    expect(heard(world)).toMatchObject({ events: ['tier.upgraded'], mails: ["You're now Gold"] });
  }

  test('in the same write as the points, the tier, the change and the action', async () => {
    const world = await memberWith([STAY]);
    await world.post('m-1', ORDER);
    const { writes } = world.ports.members;
    await world.recalculate(world.ledgerStream.splice(0));
    expect(world.ports.members.writes).toBe(writes + 1);
    await expectGoldOnce(world);
  });

  test('when the transaction is posted again, one after another or in parallel', async () => {
    const world = await memberWith([STAY]);
    await Promise.all(Array.from({ length: 5 }, () => world.post('m-1', ORDER)));
    await world.deliver();
    await world.post('m-1', ORDER);
    await expectGoldOnce(world);
  });

  test('when the stream delivers it again: in the same batch, in a later batch, in two batches at once', async () => {
    const { world, record } = await fired();
    await world.recalculate([record, record]);
    await Promise.all([world.recalculate([record]), world.recalculate([record])]);
    await expectGoldOnce(world);
  });

  test('when the stream delivers it out of order, between older and newer transactions', async () => {
    const world = await memberWith([STAY]);
    const before = { id: 'before', points: 1, occurredAt: '2026-06-09T10:00:00Z' };
    for (const order of [before, ORDER, { id: 'after', points: 1 }]) {
      await world.post('m-1', order);
      world.pass(1000);
    }
    const [first, second, third] = world.ledgerStream.splice(0);
    for (const batch of [[third!], [second!, third!], [first!, second!], [third!, second!, first!]]) {
      await world.recalculate(batch);
    }
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'gold' }, points: { current: 122 } });
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(1);
  });

  test('when the stream replays it after 27 hours', async () => {
    const { world, record } = await fired();
    world.pass(27 * HOUR_MS);
    await buy(world, { id: 'order-2', type: 'adjustment', points: 1 });
    await buy(world, { id: 'order-3', type: 'adjustment', points: -1 });
    await world.recalculate([record]);
    await expectGoldOnce(world);
  });

  test('when the stream replays it after its grant has ended: nothing is granted again', async () => {
    const { world, record } = await fired();
    world.at('2026-08-01T10:00:00Z');
    await world.recalculate([record]);
    await world.wake();
    await world.recalculate([record]);
    await world.deliver();
    expect(await tierOf(world)).toBe('bronze');
    expect(await world.changes('m-1')).toHaveLength(2);
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(1);
  });

  test('when the stream first delivers it after its grant has ended: the grant keeps its dates, and is over', async () => {
    const world = await memberWith([STAY]);
    await world.post('m-1', ORDER);
    world.at('2026-08-01T10:00:00Z');
    await world.deliver();
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, grants: [], points: { current: 120 } });
    expect(await tierOf(world, '2026-07-01T10:00:00Z')).toBe('gold');
    expect((await world.explanation('m-1')).actions).toMatchObject([{ outcome: 'APPLIED', until: STAY_ENDS }]);
  });

  test.each(['rebuild', 'transaction'] as const)('when an operator rebuilds the member (%s)', async (cause) => {
    const { world, record } = await fired();
    const rebuild = () => rebuildStoredMember(world.ports, world.rules, 'm-1', { write: true, cause }, world.now());
    expect(await rebuild()).toEqual({ status: 'equal' });
    const member = (await world.ports.members.load('m-1'))!;
    const { grants: _, nextDueAt: __, ...damaged } = member;
    const tally = { ...member.tally, current: { ...member.tally.current, tier: 1 } };
    await world.ports.members.save({ ...damaged, tally, version: member.version + 1 }, member.version, []);
    expect(await rebuild()).toMatchObject({ status: 'differs' });
    await world.recalculate([record]);
    await expectGoldOnce(world);
    expect((await world.ports.members.load('m-1'))!.nextDueAt).toBe(member.nextDueAt);
  });

  test('when the member is rebuilt before the stream delivers it', async () => {
    const world = await memberWith([STAY]);
    await world.post('m-1', ORDER);
    const options = { write: true, cause: 'transaction' } as const;
    await rebuildStoredMember(world.ports, world.rules, 'm-1', options, world.now());
    await expectGoldOnce(world);
  });

  test('and again for the same id from another source, which is another transaction', async () => {
    const world = await memberWith([STAY]);
    await buy(world, ORDER);
    await buy(world, { ...ORDER, source: 'pos' });
    expect((await world.explanation('m-1')).actions).toHaveLength(2);
  });

  test('and two promotions of one transaction both fire: one change to the higher tier', async () => {
    const world = await memberWith([STAY, PARTNER]);
    await buy(world, { ...ORDER, fields: { ...ORDER.fields, partner: 'bank', TrialPeriodDays: 10 } });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'platinum', expiresAt: '2026-06-19T22:00:00Z' });
    expect(await world.changes('m-1')).toMatchObject([{ to: { id: 'platinum' }, promotion: 'partner-trial' }]);
    expect(await tierOf(world, '2026-06-19T22:00:00Z')).toBe('gold');
    expect(await tierOf(world, STAY_ENDS)).toBe('bronze');
  });

  test('for each of sixty transactions from before the enrollment', async () => {
    const world = worldWith([STAY]);
    for (let n = 0; n < 60; n++) await world.post('m-1', { ...ORDER, id: `order-${n}`, points: 1 });
    await world.recalculate(world.ledgerStream.splice(0));
    await world.enrol('m-1');
    await world.deliver();
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(60);
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'gold', expiresAt: STAY_ENDS },
      points: { current: 60 },
    });
    expect(await world.changes('m-1')).toHaveLength(1);
  });

  test.each(TROUBLES)('after any failed call: a call %s', { timeout: 60_000 }, async (kind) => {
    const tell = async (nth: number) => {
      const trouble = troubleAt(nth, kind);
      const world = worldWith([STAY], { reach: trouble.reach });
      const aws = redelivering(world, trouble);
      await aws.insist(() => world.enrol('m-1'));
      await aws.drain();
      world.pass(1000);
      await aws.insist(() => world.post('m-1', ORDER));
      await aws.drain();
      world.at(STAY_ENDS);
      for (let turn = 0; turn < 3; turn++) {
        await world.wake();
        trouble.restart();
      }
      await aws.drain();
      await aws.again();
      trouble.end();
      return {
        struck: trouble.struck(),
        events: new Set(world.ports.bus.events.map(({ detail }) => detail.eventId)),
        end: await endOf(world),
      };
    };
    const undisturbed = await tell(0);
    expect(undisturbed.end.changes).toHaveLength(2);
    const visited = [];
    for (let nth = 1; ; nth++) {
      const { struck, events, end } = await tell(nth);
      if (struck === undefined) break;
      visited.push(struck);
      expect(end, `call ${nth}, ${struck}, ${kind}`).toEqual(undisturbed.end);
      expect(events).toEqual(undisturbed.events);
    }
    expect(visited).toEqual(
      expect.arrayContaining(
        ['timers.wakeAt', 'members.actionsOf', 'members.save', 'members.due'].filter(canMeet(kind)),
      ),
    );
  });
});

describe('an order from before the enrollment', () => {
  test('fires its promotion once, silently, at the enrollment', async () => {
    const world = worldWith([STAY]);
    await world.post('m-1', ORDER);
    const record = world.ledgerStream.splice(0)[0]!;
    await world.recalculate([record]);
    expect(heard(world)).toEqual(NOTHING);

    world.at('2026-06-12T10:00:00Z');
    const { body } = await world.enrol('m-1');
    expect(body).toMatchObject({ tier: { id: 'gold', expiresAt: STAY_ENDS }, points: { current: 120 } });
    await world.recalculate([record]);
    await world.enrol('m-1', { name: 'Ana' });
    await world.deliver();
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(1);
    expect(await tierOf(world, STAY_ENDS)).toBe('bronze');
  });
});

describe('a promotion on enrollment', () => {
  test('gives a new member Silver for a month, and tells the member as the promotion says', async () => {
    const world = worldWith([WELCOME]);
    const { status, body } = await world.enrol('m-1');
    await world.deliver();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      tier: { id: 'silver', since: NOW, expiresAt: '2026-07-09T22:00:00Z', source: 'floor' },
      grants: [{ promotion: 'welcome' }],
    });
    expect(await world.read('m-1')).toEqual(body);
    expect(await world.changes('m-1')).toMatchObject([{ cause: 'tierAction', promotion: 'welcome' }]);
    expect(heard(world)).toEqual({ events: ['tier.upgraded'], mails: ["You're now Silver"], texts: [] });
  });

  test('fires once: not on a later PUT, not with another enrollment date, not after its end', async () => {
    const world = worldWith([WELCOME]);
    await world.enrol('m-1');
    world.at('2026-06-20T10:00:00Z');
    await world.enrol('m-1', { name: 'Ana' });
    await world.enrol('m-1', { enrolledAt: '2026-05-01T10:00:00Z' });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'silver', expiresAt: '2026-07-09T22:00:00Z' });
    world.at('2026-08-01T10:00:00Z');
    await world.enrol('m-1', { enrolledAt: '2026-05-02T10:00:00Z' });
    await world.enrol('m-1', { blocked: true });
    await world.enrol('m-1', { blocked: false });
    await world.deliver();
    expect(await tierOf(world)).toBe('bronze');
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(1);
    expect(heard(world).mails).toHaveLength(1);
  });

  test('fires once for five enrollments at once', async () => {
    const world = worldWith([WELCOME]);
    await Promise.all(Array.from({ length: 5 }, () => world.enrol('m-1')));
    await world.deliver();
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(1);
    expect(heard(world).mails).toHaveLength(1);
  });

  test('together with an order from before the enrollment makes one change, to the higher tier', async () => {
    const world = worldWith([WELCOME, STAY]);
    await world.post('m-1', ORDER);
    world.pass(1000);
    await world.enrol('m-1');
    await world.deliver();
    expect(await tierOf(world)).toBe('gold');
    expect(await world.changes('m-1')).toHaveLength(1);
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(2);
  });

  test('does not fire for a member who enrolled before the promotion was published', async () => {
    const before = await memberWith([]);
    const after = later(before, [WELCOME]);
    after.at('2026-06-20T10:00:00Z');
    await after.call('PUT member', { params: { memberId: 'm-1' }, body: { name: 'Ana' } });
    expect(await tierOf(after)).toBe('bronze');
  });
});

describe('one order that earns a tier and fires a promotion', () => {
  test('makes one change to the promotion’s tier if that is higher', async () => {
    const world = await memberWith([STAY]);
    await buy(world, { ...ORDER, points: 1300 });
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'gold', expiresAt: STAY_ENDS }, earnedTier: 'silver' });
    expect(await world.changes('m-1')).toMatchObject([
      { sequence: 1, from: { id: 'bronze' }, to: { id: 'gold' }, announced: true },
    ]);
    expect(heard(world)).toMatchObject({ events: ['tier.upgraded'], mails: ["You're now Gold"] });
    expect(await tierOf(world, STAY_ENDS)).toBe('silver');
  });

  test('makes one change to the earned tier if that is higher; the promotion’s outcome is TARGET_NOT_HIGHER', async () => {
    const world = await memberWith([STAY]);
    await buy(world, { ...ORDER, points: 12_000 });
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'platinum', source: 'earned' }, grants: [] });
    expect(await world.changes('m-1')).toMatchObject([{ cause: 'transaction', transactionId: 'order-1' }]);
    expect((await world.explanation('m-1')).actions).toMatchObject([{ outcome: 'TARGET_NOT_HIGHER' }]);
  });

  test('tells the member of the order’s change even if the promotion is silent', async () => {
    const { notify: _, ...silent } = STAY;
    const world = await memberWith([silent]);
    await buy(world, { ...ORDER, points: 1300 });
    expect(heard(world)).toMatchObject({ mails: ["You're now Gold"] });
  });

  test('loses its points by a refund, and keeps the promotion’s grant', async () => {
    const world = await memberWith([STAY]);
    await buy(world, { ...ORDER, points: 1300 });
    await buy(world, { type: 'refund', orderId: 'order-1', amount: '120.00' });
    expect(await world.read('m-1')).toMatchObject({
      tier: { id: 'gold' },
      earnedTier: 'bronze',
      points: { current: 0 },
    });
    expect(await world.ports.members.actionsOf('m-1')).toHaveLength(1);
  });
});

describe('a promotion beside staff decisions', () => {
  test('shows its tier only after the cap ends', async () => {
    const world = await memberWith([STAY]);
    await buy(world, { id: 'first', points: 5000 });
    world.pass(1000);
    await world.act('m-1', {
      action: 'downgrade',
      ...to('silver'),
      expiry: { type: 'date', date: '2026-07-01' },
    });
    await world.deliver();
    forget(world);
    world.pass(1000);
    await buy(world, { ...ORDER, points: 1 });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'silver', source: 'cap' });
    expect(heard(world)).toEqual(NOTHING);
    expect(await tierOf(world, '2026-06-30T22:00:00Z')).toBe('gold');
  });

  test('never shows its tier if the grant ends before the cap', async () => {
    const world = await memberWith([STAY]);
    await buy(world, { id: 'first', points: 1000 });
    world.pass(1000);
    await world.act('m-1', { action: 'downgrade', ...to('bronze'), expiry: { type: 'date', date: '2026-09-01' } });
    world.pass(1000);
    await buy(world, { ...ORDER, points: 1 });
    for (const moment of ['2026-07-01T10:00:00Z', STAY_ENDS, '2026-08-31T21:59:59Z']) {
      expect(await tierOf(world, moment)).toBe('bronze');
    }
    expect(await tierOf(world, '2026-08-31T22:00:00Z')).toBe('silver');
  });

  test('is judged by the facts known when its transaction was recorded, however late the stream delivers it', async () => {
    const world = await memberWith([STAY]);
    await world.post('m-1', ORDER);
    const record = world.ledgerStream.splice(0)[0]!;
    world.at('2026-06-11T10:00:00Z');
    // Recorded a day later, effective at the member's enrollment.
    await world.act('m-1', { ...to('platinum'), effectiveAt: NOW, expiry: { type: 'date', date: '2026-06-30' } });
    world.at('2026-06-12T10:00:00Z');
    await world.recalculate([record]);
    await world.deliver();
    expect((await world.explanation('m-1')).actions).toMatchObject([
      { id: 'a-1', from: 'bronze', visibleTier: 'platinum' },
      { promotion: 'stay', from: 'bronze', visibleTier: 'gold', outcome: 'APPLIED', until: STAY_ENDS },
    ]);
    expect(await tierOf(world)).toBe('platinum');
    expect(await tierOf(world, '2026-06-29T22:00:00Z')).toBe('gold');
    expect(await tierOf(world, '2026-06-10T20:00:00Z')).toBe('platinum');
  });

  test('gives a blocked member nothing, for good, and the order counts', async () => {
    const world = await memberWith([STAY]);
    await world.enrol('m-1', { blocked: true });
    await buy(world, ORDER);
    expect(await world.read('m-1')).toMatchObject({ tier: { id: 'bronze' }, grants: [], points: { current: 120 } });
    expect((await world.explanation('m-1')).actions).toMatchObject([{ outcome: 'MEMBER_BLOCKED', promotion: 'stay' }]);
    await world.enrol('m-1', { blocked: false });
    await buy(world, { id: 'order-2', points: 1 });
    expect(await tierOf(world)).toBe('bronze');
    expect(heard(world)).toEqual(NOTHING);
  });

  test('may lower the tier too; with reassess, the next order lifts its cap', async () => {
    const returned: PromotionFile = {
      id: 'returned',
      trigger: { on: 'transaction', where: { field: 'kind', equals: 'return' } },
      action: 'downgrade',
      strategy: { type: 'specific', tier: 'bronze' },
      expiry: { type: 'duration', amount: 30, unit: 'days' },
      reassess: true,
    };
    const world = await memberWith([returned]);
    await buy(world, { id: 'first', points: 1000 });
    world.pass(1000);
    await buy(world, { id: 'back', type: 'adjustment', points: 1, fields: { kind: 'return' } });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'bronze', source: 'cap' });
    world.pass(1000);
    await buy(world, { id: 'next', points: 1 });
    expect((await world.read('m-1')).tier).toMatchObject({ id: 'silver', source: 'earned' });
    expect(await world.changes('m-1')).toHaveLength(3);
  });
});

/** The same stores under another program, as if the brand had deployed it. */
function later(world: World, promotions: PromotionFile[]): World {
  return worldWith(promotions, { reach: storesOf(world), now: new Date(world.now()).toISOString() });
}

describe('a promotion that is added later', () => {
  test('fires for no earlier transaction, even if that is redelivered or rebuilt', async () => {
    const world = await memberWith([]);
    await world.post('m-1', ORDER);
    const record = world.ledgerStream.splice(0)[0]!;
    await world.recalculate([record]);
    const next = later(world, [STAY]);
    next.pass(27 * HOUR_MS);
    await next.recalculate([record]);
    const options = { write: true, cause: 'rebuild' } as const;
    await rebuildStoredMember(next.ports, next.rules, 'm-1', options, next.now());
    await rebuildStoredMember(world.ports, next.rules, 'm-1', options, next.now());
    expect((await next.post('m-1', ORDER)).status).toBe(200);
    await next.recalculate(world.ledgerStream.splice(0));
    expect(await tierOf(next)).toBe('bronze');
    expect(await world.ports.members.actionsOf('m-1')).toEqual([]);
    await next.post('m-1', { ...ORDER, id: 'order-2' });
    await next.recalculate(world.ledgerStream.splice(0));
    expect(await tierOf(next)).toBe('gold');
  });

  test('and removed again takes back nothing that it gave', async () => {
    const world = await memberWith([STAY]);
    await buy(world, ORDER);
    const next = later(world, []);
    await next.post('m-1', { id: 'order-2', points: 1 });
    await next.recalculate(world.ledgerStream.splice(0));
    expect((await next.read('m-1')).tier).toMatchObject({ id: 'gold', expiresAt: STAY_ENDS });
    const options = { write: true, cause: 'rebuild' } as const;
    await rebuildStoredMember(world.ports, next.rules, 'm-1', options, next.now());
    expect((await next.read('m-1')).tier).toMatchObject({ id: 'gold', expiresAt: STAY_ENDS });
  });
});
