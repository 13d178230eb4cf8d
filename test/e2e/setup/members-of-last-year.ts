import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LedgerEntry } from '../../../core/ledger/transaction.ts';
import { compileProgram } from '../../../core/program/program.ts';
import { countTransactions } from '../../../core/use-cases/count-transactions.ts';
import { putMember } from '../../../core/use-cases/put-member.ts';
import { dynamoClient } from '../../../functions/adapters/dynamo-client.ts';
import { DynamoLedger } from '../../../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../../../functions/adapters/dynamo-member-store.ts';
import { DynamoProfileStore } from '../../../functions/adapters/dynamo-profile-store.ts';
import { cloud } from './shop.ts';

const YEAR = new Date().getUTCFullYear();
/** The last cycle end of the demo brand, a moment in the cycle that it ended, and a moment in the cycle before. */
export const LAST_END = `${YEAR - 1}-12-31T23:00:00Z`;
const LAST_YEAR = Date.parse(`${YEAR - 1}-11-01T10:00:00Z`);
const YEAR_BEFORE = Date.parse(`${YEAR - 2}-06-01T10:00:00Z`);

export interface MemberOfLastYear {
  memberId: string;
  email: string;
  /** The points of the cycle before the last, and of the last cycle. */
  points: [number, number];
  optOut?: ['email'];
}

/**
 * Creates members as a stack without traffic since last year would hold them: through the product's adapters, with a
 * clock a year behind. Each member is counted before its entries are in the ledger, so the deployed stream finds them
 * counted.
 */
export async function enrolLastYear(members: readonly MemberOfLastYear[]): Promise<void> {
  const client = dynamoClient(structuredClone(cloud.client));
  const ledger = new DynamoLedger(client, cloud.outputs.PointsTable!);
  const store = new DynamoMemberStore(client, cloud.outputs.MembersTable!);
  const ports = {
    ledger,
    members: store,
    profiles: new DynamoProfileStore(client, cloud.outputs.MembersTable!),
    timers: { wakeAt: async () => {} },
  };
  const program = compileProgram(JSON.parse(readFileSync(resolve('brands/demo.json'), 'utf8')));
  const rules = { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } };
  const enrol = async ({ memberId, email, points, optOut }: MemberOfLastYear) => {
    const profile = { name: 'Ada', email, ...(optOut && { optOut: [...optOut] }) };
    await putMember(ports, rules, memberId, { enrolledAt: YEAR_BEFORE, profile }, LAST_YEAR);
    const entries = points.flatMap((amount, place): LedgerEntry[] =>
      amount === 0
        ? []
        : [
            {
              ...{ memberId, id: `import-${place}`, source: 'import', type: 'bonus', points: amount },
              ...{ occurredAt: place === 0 ? YEAR_BEFORE : LAST_YEAR, recordedAt: LAST_YEAR },
            },
          ],
    );
    await countTransactions(ports, rules, memberId, entries, LAST_YEAR);
    for (const entry of entries) await ledger.record(entry);
  };
  for (let start = 0; start < members.length; start += 20) {
    await Promise.all(members.slice(start, start + 20).map(enrol));
  }
  client.destroy();
}
