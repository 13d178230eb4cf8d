import { describe, expect, test } from 'vitest';
import type { TierAction } from '../../../core/actions/tier-action.ts';
import { expireTier } from '../../../core/use-cases/expire-tier.ts';
import { manageTier } from '../../../core/use-cases/manage-tier.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../../fakes/memory-member-store.ts';
import { MemoryWakeUpTimers } from '../../../fakes/memory-wake-up-timers.ts';
import { exampleProgram } from '../../support/program.ts';
import { MEMBER_ID } from '../histories.ts';
import { at, bonus, entry, newMember, SILENT } from '../members.ts';

/** Every bonus gives Platinum, unless that is over: so it is decided, and gives nothing. */
const PROGRAM = exampleProgram({
  promotions: [
    {
      id: 'gift',
      trigger: { on: 'transaction', where: { type: 'bonus' } },
      action: 'upgrade',
      strategy: { type: 'specific', tier: 'platinum' },
      expiry: { type: 'date', date: '2026-06-02' },
    },
  ],
});
const WARNING = '2026-07-08T10:00:00Z';
const END = '2026-07-15T10:00:00Z';
const NOTHING = { changes: [], notices: [], actions: [] };

async function portsWithMember() {
  const ports = { ledger: new MemoryLedger(), members: new MemoryMemberStore(), timers: new MemoryWakeUpTimers() };
  await ports.members.save(newMember(PROGRAM), 0, []);
  return ports;
}

/** Gold until the end, of which the member is warned a week before. */
async function portsWithGold() {
  const ports = await portsWithMember();
  const gold: TierAction = {
    id: 'gold',
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    expiry: { type: 'instant', at: at(END) },
  };
  await manageTier(
    ports,
    { program: PROGRAM, announcementPolicy: SILENT },
    MEMBER_ID,
    { action: gold, origin: { type: 'staff' } },
    at('2026-06-20T10:00:00Z'),
  );
  return ports;
}

type Ports = Awaited<ReturnType<typeof portsWithMember>>;

const expire = (ports: Ports, when: string, memberId = MEMBER_ID) =>
  expireTier(ports, { program: PROGRAM, announcementPolicy: SILENT }, memberId, at(when));

const newsOf = async ({ members }: Ports) => (await members.recordsOf(MEMBER_ID))!.news;

describe('nothing is told, and nothing written', () => {
  test.each<[string, () => Promise<Ports>, string, string]>([
    ['of somebody who is not there', portsWithMember, END, 'nobody'],
    ['where nothing ever ends', portsWithMember, END, MEMBER_ID],
    ['where a timer is early', portsWithGold, '2026-07-08T09:59:59.999Z', MEMBER_ID],
  ])('%s', async (_, made, when, memberId) => {
    const ports = await made();
    const { writes } = ports.members;
    expect(await expire(ports, when, memberId)).toEqual(NOTHING);
    expect(ports.members.writes).toBe(writes);
  });
});

test('a warning and an end are told once each, in their time', async () => {
  const ports = await portsWithGold();
  const warned = await expire(ports, WARNING);
  const ended = await expire(ports, END);
  const [, warning, end] = await newsOf(ports);
  expect(warning).toMatchObject({ kind: 'expiring', to: { id: 'gold' }, after: { id: 'bronze' } });
  expect(end).toMatchObject({ from: { id: 'gold' }, to: { id: 'bronze' }, cause: 'grantEnd' });
  expect(warned).toEqual({ ...NOTHING, notices: [warning] });
  expect(ended).toEqual({ ...NOTHING, changes: [end] });
  expect(await expire(ports, END)).toEqual(NOTHING);
});

test('an order that was taken before the end counts before it, with its promotion, and is told as an order', async () => {
  const ports = await portsWithGold();
  const order = { ...entry(bonus('b', 12_000), '2026-07-10T10:00:00Z', PROGRAM), promotions: ['gift'] };
  await ports.ledger.record(order);
  const expiring = await expire(ports, END);
  const news = await newsOf(ports);
  const gift = await ports.members.action(MEMBER_ID, 'promotion#gift#api#b');
  expect(expiring).toEqual({ changes: news.slice(-1), notices: [], actions: [gift] });
  expect(gift).toMatchObject({ outcome: 'EXPIRY_IN_PAST' });
  expect(news.at(-1)).toMatchObject({
    from: { id: 'gold' },
    to: { id: 'platinum' },
    cause: 'transaction',
    transactionId: 'b',
    announced: true,
  });
});
