import type { WakeUpTimers } from '../../core/ports.ts';
import { dynamoClient } from '../../functions/adapters/dynamo-client.ts';
import { DynamoDeliveryLog } from '../../functions/adapters/dynamo-delivery-log.ts';
import { DynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoRuns } from '../../functions/adapters/dynamo-runs.ts';
import type { DeployedStack } from './deployed-stack.ts';

/** Operators' commands make no schedules: the sweep finds due members within minutes. */
const sweepOnly: WakeUpTimers = { wakeAt: async () => {} };

/** A stack's tables, through the same adapters that its functions use. */
export function storesOf(stack: DeployedStack) {
  const client = dynamoClient({ region: stack.region });
  return {
    ledger: new DynamoLedger(client, stack.output('PointsTable')),
    members: new DynamoMemberStore(client, stack.output('MembersTable')),
    runs: new DynamoRuns(client, stack.output('MembersTable')),
    timers: sweepOnly,
    deliveries: new DynamoDeliveryLog(client, stack.output('MembersTable')),
  };
}
