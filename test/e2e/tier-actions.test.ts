import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { depthOf } from '../../local/observations.ts';
import { waitFor } from '../../local/wait-for.ts';
import {
  act,
  actOn,
  allThatWasTold,
  aNewGroup,
  aNewMember,
  anUpgrade,
  aPurchase,
  call,
  cloud,
  explain,
  isScheduled,
  join,
  leave,
  post,
  read,
  secondsAhead,
  tierChangesOf,
  untilMail,
  untilPoints,
  untilQuiet,
  untilRunEnds,
} from './setup/shop.ts';

const SECOND = 1000;

/** Returns the start of a day in the program's time zone, in the API's format. */
function startOf(date: Temporal.PlainDate): string {
  return date.toZonedDateTime('Europe/Madrid').toInstant().toString();
}

function today(): Temporal.PlainDate {
  return Temporal.Now.plainDateISO('Europe/Madrid');
}

// Concurrent, because one of the tests waits for its schedule.
describe.concurrent('Tier actions, on the deployed stack', () => {
  test('E36: Gold by staff ends by its own schedule, with one message, in the Silver reached meanwhile', async () => {
    const member = await aNewMember();
    const until = secondsAhead(60);
    const gold = anUpgrade('gold-tonight', 'gold', {
      expiry: { type: 'instant', at: until },
      reason: 'Gold tonight',
      notify: { channels: ['email'], atEnd: true },
    });
    const applied = { outcome: 'APPLIED', visibleTier: 'gold', until };
    expect(await act(member, gold)).toMatchObject({ status: 200, body: applied });
    expect((await read(member)).body).toMatchObject({
      tier: { id: 'gold', expiresAt: until, source: 'floor' },
      earnedTier: 'bronze',
      grants: [{ id: 'gold-tonight', kind: 'floor', tier: 'gold', until }],
    });
    expect((await read(member, `?at=${until}`)).body.tier.id).toBe('bronze');
    expect(await isScheduled(until)).toBe(true);

    await post(member, { id: 'b-1', type: 'bonus', points: 1000, occurredAt: new Date().toISOString() });
    expect(await untilPoints(member, 1000)).toMatchObject({ tier: { id: 'gold' }, earnedTier: 'silver' });
    expect((await read(member, `?at=${until}`)).body.tier).toMatchObject({ id: 'silver', source: 'earned' });
    expect(await tierChangesOf(member)).toHaveLength(1);

    expect(await act(member, gold)).toMatchObject({ status: 200, body: applied });
    const conflict = await act(member, { ...gold, reason: 'Another reason' });
    expect(conflict).toMatchObject({ status: 409, contentType: expect.stringContaining('application/problem+json') });
    expect(conflict.body).toMatchObject({ status: 409, detail: expect.stringContaining('gold-tonight') });

    const end = await waitFor(
      'Gold to end',
      async () => (await tierChangesOf(member)).find(({ cause }) => cause === 'grantEnd'),
      { withinMs: Date.parse(until) - Date.now() + 30 * SECOND, everyMs: 500 },
    );
    expect(end).toMatchObject({
      from: { id: 'gold' },
      to: { id: 'silver' },
      direction: 'down',
      occurredAt: until,
      expiresAt: null,
      actionId: 'gold-tonight',
    });
    // Early enough that the schedule ended it, not the sweep.
    expect(Date.parse(end.recordedAt) - Date.parse(until)).toBeLessThan(25 * SECOND);
    await waitFor('the mail about the end', async () => (await allThatWasTold(member)).mails[1]);
    await untilQuiet();

    expect((await read(member)).body).toMatchObject({ tier: { id: 'silver', since: until }, grants: [] });
    expect((await tierChangesOf(member)).map(({ from, to }) => `${from.id} → ${to.id}`)).toEqual([
      'gold → silver',
      'bronze → gold',
    ]);
    const { mails, texts, events } = await allThatWasTold(member);
    expect(events.map(({ type }) => type)).toEqual(['tier.upgraded', 'tier.downgraded']);
    expect(events[1]?.detail).toMatchObject({ cause: 'grantEnd', occurredAt: until, to: { id: 'silver' } });
    expect(mails.map(({ subject }) => subject)).toEqual(['Welcome to Gold', 'Your Gold status has ended']);
    expect(texts).toEqual([]);
    expect(await isScheduled(until)).toBe(false);
    for (const id of ['DueQueue', 'DueDeadLetters']) expect(await depthOf(cloud.outputs[id]!, cloud)).toBe(0);
    expect(await act(member, gold)).toMatchObject({ status: 200, body: applied });
  });

  test('R15, R18: an action that cannot be done has an outcome, and a renewed tier ends later', async () => {
    const member = await aNewMember();
    const days = (amount: number) => ({ type: 'duration', amount, unit: 'days' });
    const outcomeOf = async (action: Record<string, unknown>) => (await act(member, action)).body.outcome;

    expect(await outcomeOf(anUpgrade('a-1', 'palladium'))).toBe('UNKNOWN_TIER');
    expect(await outcomeOf(anUpgrade('a-2', 'gold', { expiry: { type: 'date', date: '2020-01-31' } }))).toBe(
      'EXPIRY_IN_PAST',
    );
    expect(await outcomeOf({ ...anUpgrade('a-3', 'bronze'), action: 'downgrade' })).toBe('ALREADY_BASE');
    expect((await read(member)).body).toMatchObject({ tier: { id: 'bronze' }, grants: [] });

    expect(await outcomeOf(anUpgrade('a-4', 'gold', { expiry: days(30) }))).toBe('APPLIED');
    expect(await outcomeOf(anUpgrade('a-5', 'silver', { expiry: days(10) }))).toBe('TARGET_NOT_HIGHER');
    const renewed = await act(member, { ...anUpgrade('a-6', 'gold', { expiry: days(90) }), action: 'renew' });
    const until = startOf(today().add({ days: 90 }));
    expect(renewed.body).toMatchObject({ outcome: 'EXTENDED', visibleTier: 'gold', until });
    expect((await read(member)).body.tier).toMatchObject({ id: 'gold', expiresAt: until });

    await untilQuiet();
    const { mails, texts, events } = await allThatWasTold(member);
    expect(events.map(({ type }) => type)).toEqual(['tier.upgraded', 'tier.renewed']);
    expect([...mails, ...texts]).toEqual([]);
  });

  test('E40: a run changes a group’s tier, once for each member and with an outcome for each', async () => {
    const [ada, bea, cid] = [await aNewMember(), await aNewMember(), await aNewMember({ blocked: true })];
    const [gone, late] = [await aNewMember(), await aNewMember()];
    const group = aNewGroup();
    const nobody = `nobody-${ada.memberId}`;
    for (const memberId of [ada.memberId, bea.memberId, cid.memberId, gone.memberId, nobody]) {
      expect((await join(group, memberId)).status).toBe(204);
    }
    expect((await leave(group, gone.memberId)).status).toBe(204);

    const action = anUpgrade('spring', 'gold', {
      expiry: { type: 'duration', amount: 30, unit: 'days' },
      notify: { channels: ['email'] },
    });
    const started = await actOn(group, action);
    expect(started).toMatchObject({ status: 202, body: { runId: expect.any(String) } });
    const { runId } = started.body;
    const counted = { processed: 4, total: 4, up: 2, down: 0, unchanged: 2, failed: 0 };
    const run = await untilRunEnds(runId);
    expect(run).toMatchObject({
      ...counted,
      kind: 'groupAction',
      actionId: 'spring',
      status: 'completed',
      dryRun: false,
      matrix: { bronze: { gold: 2 } },
      outcomes: { APPLIED: 2, MEMBER_BLOCKED: 1, MEMBER_NOT_FOUND: 1 },
    });

    const list = async (name: string) =>
      (await call('GET', `/v1/runs/${runId}/${name}?limit=10`, { role: 'read' })).body.items;
    const changes = await list('changes');
    expect(changes).toHaveLength(2);
    for (const { memberId } of [ada, bea]) {
      expect(changes).toContainEqual({ memberId, from: 'bronze', to: 'gold', cause: 'tierAction' });
    }
    const until = startOf(today().add({ days: 30 }));
    const outcomes = await list('outcomes');
    expect(outcomes).toHaveLength(4);
    expect(outcomes).toEqual(
      expect.arrayContaining([
        { memberId: ada.memberId, outcome: 'APPLIED', visibleTier: 'gold', until },
        { memberId: bea.memberId, outcome: 'APPLIED', visibleTier: 'gold', until },
        expect.objectContaining({ memberId: cid.memberId, outcome: 'MEMBER_BLOCKED', visibleTier: 'bronze' }),
        expect.objectContaining({ memberId: nobody, outcome: 'MEMBER_NOT_FOUND', visibleTier: null }),
      ]),
    );

    await join(group, late.memberId);
    expect(await actOn(group, action)).toMatchObject({ status: 202, body: { runId } });
    expect((await actOn(group, { ...action, reason: 'Another reason' })).status).toBe(409);
    await Promise.all([untilMail(ada), untilMail(bea)]);
    await untilQuiet();
    expect(await untilRunEnds(runId)).toEqual(run);
    for (const member of [ada, bea]) {
      expect(await tierChangesOf(member)).toHaveLength(1);
      const { mails, events } = await allThatWasTold(member);
      expect([mails.length, events.length]).toEqual([1, 1]);
    }
    for (const member of [cid, gone, late]) {
      expect((await read(member)).body.tier.id).toBe('bronze');
      expect(await allThatWasTold(member)).toEqual({ mails: [], texts: [], events: [] });
    }
  });

  test('an action on a group larger than a page reaches all its members', async () => {
    const ada = await aNewMember();
    const group = aNewGroup();
    const strangers = Array.from({ length: 120 }, (_, place) => `stranger-${ada.memberId}-${place}`);
    // The last in the order of ids, so on the second page.
    const vip = { ...ada, memberId: `vip-${ada.memberId}`, path: `/v1/members/vip-${ada.memberId}` };
    expect((await call('PUT', vip.path, { role: 'intake', body: {} })).status).toBe(201);
    // The local cloud starts a process for each concurrent call; a hundred of them would time out.
    const everybody = [...strangers, vip.memberId];
    while (everybody.length > 0) {
      const joined = await Promise.all(everybody.splice(0, 4).map((memberId) => join(group, memberId)));
      expect(joined.map(({ status }) => status)).toEqual(joined.map(() => 204));
    }

    const { runId } = (await actOn(group, anUpgrade('spring', 'silver'))).body;
    expect(await untilRunEnds(runId)).toMatchObject({
      status: 'completed',
      total: 121,
      processed: 121,
      up: 1,
      outcomes: { APPLIED: 1, MEMBER_NOT_FOUND: 120 },
    });
    expect((await read(vip)).body.tier).toMatchObject({ id: 'silver', source: 'floor', expiresAt: null });

    const list = `/v1/runs/${runId}/outcomes?limit=100`;
    const first = (await call('GET', list, { role: 'read' })).body;
    const cursor = encodeURIComponent(first.nextCursor);
    const second = (await call('GET', `${list}&cursor=${cursor}`, { role: 'read' })).body;
    const listed = [...first.items, ...second.items].map(({ memberId }) => memberId);
    expect(listed).toEqual([...strangers, vip.memberId].sort());
    expect(second.nextCursor).toBeUndefined();
  });

  test('E27, E28: an order fires its promotions once, and its fields set the ends', async () => {
    const [guest, trier] = [await aNewMember(), await aNewMember()];
    const checkOut = today().add({ days: 3 });
    const stay = aPurchase('stay', '40.00', { fields: { partner: 'hotel', CheckOutDate: checkOut.toString() } });
    const trial = aPurchase('trial', '10.00', { source: 'partner-shop', fields: { TrialPeriodDays: 60 } });
    expect((await post(guest, stay)).status).toBe(202);
    expect((await post(trier, trial)).status).toBe(202);

    const platinum = await untilPoints(guest, 400);
    const stayEnds = startOf(checkOut.add({ days: 30 }));
    expect(platinum).toMatchObject({
      tier: { id: 'platinum', expiresAt: stayEnds, source: 'floor' },
      earnedTier: 'bronze',
      grants: [{ kind: 'floor', tier: 'platinum', until: stayEnds, promotion: 'hotel-stay' }],
    });
    expect((await read(guest, `?at=${stayEnds}`)).body.tier.id).toBe('bronze');
    const lastMoment = new Date(Date.parse(stayEnds) - SECOND).toISOString();
    expect((await read(guest, `?at=${lastMoment}`)).body.tier.id).toBe('platinum');

    const trialEnds = startOf(today().add({ days: 60 }));
    expect((await untilPoints(trier, 100)).tier).toMatchObject({ id: 'gold', expiresAt: trialEnds, source: 'floor' });

    await untilMail(guest);
    expect((await post(guest, stay)).status).toBe(200);
    expect((await post(trier, trial)).status).toBe(200);
    await untilQuiet();
    for (const [member, tier, promotion] of [
      [guest, 'platinum', 'hotel-stay'],
      [trier, 'gold', 'partner-trial'],
    ] as const) {
      expect((await read(member)).body.tier.id).toBe(tier);
      expect(await tierChangesOf(member)).toHaveLength(1);
      expect((await explain(member)).actions).toMatchObject([{ by: 'promotion', promotion, outcome: 'APPLIED' }]);
      const { mails, events } = await allThatWasTold(member);
      expect([mails.length, events.length]).toEqual([1, 1]);
      expect(events[0]?.detail).toMatchObject({ cause: 'tierAction', to: { id: tier } });
    }
    expect((await allThatWasTold(guest)).texts).toHaveLength(1);
  });

  test('E34: a field that is not a number gives no tier, and the order counts', async () => {
    const member = await aNewMember();
    const fields = { TrialPeriodDays: 'abc' };
    expect((await post(member, aPurchase('trial', '10.00', { source: 'partner-shop', fields }))).status).toBe(202);
    expect(await untilPoints(member, 100)).toMatchObject({ tier: { id: 'bronze' }, grants: [] });

    const { actions, transactions } = await explain(member);
    expect(actions).toMatchObject([
      { outcome: 'FIELD_INVALID', promotion: 'partner-trial', visibleTier: 'bronze', why: expect.any(String) },
    ]);
    expect(transactions).toMatchObject([{ id: 'trial', counted: true, tierPoints: 100 }]);
    expect(await tierChangesOf(member)).toEqual([]);
  });
});
