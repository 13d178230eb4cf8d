import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { rebuildMembers } from '../../bin/operator/rebuild-members.ts';
import { SilentMemberStore } from '../../bin/operator/silent-member-store.ts';
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import { compileProgram } from '../../core/program/program.ts';
import { countTransactions } from '../../core/use-cases/count-transactions.ts';
import { putMember } from '../../core/use-cases/put-member.ts';
import { DynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { makeTables } from '../../local/dynamodb-local.ts';
import { freshTables, sharedDynamoDb } from './setup/dynamodb.ts';
import { anEntry } from './setup/examples.ts';

const { client } = await freshTables();
const program = compileProgram(JSON.parse(readFileSync(resolve('brands/demo.json'), 'utf8')));
const stack = { rules: { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } } };
const timers = { wakeAt: async () => {} };
const UP_TO_NOW = { write: true, upToNow: true };

const YEAR = new Date().getUTCFullYear();
const LAST_YEAR = Date.parse(`${YEAR - 1}-11-01T10:00:00Z`);
const YEAR_BEFORE = Date.parse(`${YEAR - 2}-06-01T10:00:00Z`);

let tables: { points: string; members: string };
let ledger: DynamoLedger;
beforeEach(async () => {
  tables = await makeTables(sharedDynamoDb(), randomUUID());
  ledger = new DynamoLedger(client, tables.points);
});

function points(memberId: string, id: string, amount: number, at: number): LedgerEntry {
  return anEntry(memberId, { id, type: 'bonus', points: amount, occurredAt: at, recordedAt: at });
}

/** A member of last year: Silver by points of the year before, without enough points since. */
async function enrolLastYear(memberId: string): Promise<void> {
  const members = new DynamoMemberStore(client, tables.members);
  const ports = { ledger, members, timers, profiles: new DynamoProfileStore(client, tables.members) };
  const { rules } = stack;
  await putMember(ports, rules, memberId, { enrolledAt: YEAR_BEFORE, profile: {} }, YEAR_BEFORE);
  const earned = points(memberId, 'o-1', 1200, YEAR_BEFORE);
  await ledger.record(earned);
  await countTransactions(ports, rules, memberId, [earned], YEAR_BEFORE);
  expect(await members.load(memberId)).toMatchObject({ tier: { id: 'silver' }, changes: 1 });
}

function storesOf(members: DynamoMemberStore) {
  return { ledger, members, timers };
}

describe('a rebuilt member', () => {
  test('gets a message about an unrecorded cycle end, if the store is the functions’ own', async () => {
    await enrolLastYear('ana');
    const members = new DynamoMemberStore(client, tables.members);
    expect(await rebuildMembers(stack, storesOf(members), ['ana'], UP_TO_NOW)).toEqual({
      ...{ members: 1, equal: 0, different: 1, failed: [] },
    });
    const [newest] = await members.changesOf('ana', { limit: 9 });
    expect(newest).toMatchObject({ cause: 'recalculation', to: { id: 'bronze' }, announced: true });
  });

  test('gets no message after a restore: the change is recorded silently', async () => {
    await enrolLastYear('ana');
    const members = new SilentMemberStore(client, tables.members);
    await rebuildMembers(stack, storesOf(members), ['ana'], UP_TO_NOW);
    const [newest, first] = await members.changesOf('ana', { limit: 9 });
    expect(newest).toMatchObject({ cause: 'recalculation', to: { id: 'bronze' }, announced: false });
    expect(newest).not.toHaveProperty('channels');
    // The restored change stays as it was.
    expect(first).toMatchObject({ sequence: 1, announced: true });
  });

  test('is rebuilt even if other members fail, who are reported with the reason', async () => {
    for (const id of ['ana', 'bea', 'cleo']) await enrolLastYear(id);
    for (const id of ['ana', 'cleo']) await ledger.record(points(id, 'o-2', 6000, LAST_YEAR));
    const broken = { ...points('bea', 'o-2', 1, LAST_YEAR), occurredAt: 'yesterday' as unknown as number };
    await ledger.record(broken);
    const members = new SilentMemberStore(client, tables.members);
    const seen: number[] = [];
    const all = members.everyId();
    const rebuilt = await rebuildMembers(stack, storesOf(members), all, UP_TO_NOW, (_id, _one, soFar) =>
      seen.push(soFar.members),
    );
    expect(rebuilt).toMatchObject({
      ...{ members: 3, equal: 0, different: 2 },
      failed: [{ memberId: 'bea', why: expect.stringMatching(/ledger entry/) }],
    });
    expect(seen).toEqual([1, 2, 3]);
    for (const id of ['ana', 'cleo']) expect(await members.load(id)).toMatchObject({ tier: { id: 'gold' } });
    expect(await members.load('bea')).toMatchObject({ tier: { id: 'silver' } });
  });
});
