import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { Ledger, MemberStore, WakeUpTimers } from '../../core/ports.ts';
import { countTransactions } from '../../core/use-cases/count-transactions.ts';
import type { Rules } from '../../core/use-cases/rules.ts';
import { entryOfImage } from '../adapters/dynamo-ledger.ts';
import { count, countMove, countPromotion } from '../metrics.ts';
import { log } from '../runtime/log.ts';
import { type Parked, streamHandler } from '../runtime/stream.ts';

export function makeHandler(
  ports: { ledger: Ledger; members: MemberStore; timers: WakeUpTimers; park(record: Parked): Promise<void> },
  rules: Rules,
  clock?: () => number,
) {
  return streamHandler<LedgerEntry>({
    read: entryOfImage,
    park: ports.park,
    ...(clock ? { clock } : {}),
    async handle(memberId, records, now) {
      const entries = records.map(({ item }) => item);
      const outcome = await countTransactions(ports, rules, memberId, entries, now);
      switch (outcome.status) {
        case 'notEnrolled':
          count('TransactionWithoutMember', entries.length);
          log.info('Transactions wait for their member to be enrolled', { memberId, transactions: entries.length });
          return;
        case 'alreadyCounted':
          return;
        case 'rebuilt':
          count('MemberRebuilt');
          count('TransactionCounted', entries.length);
          log.info('A member was rebuilt from the ledger', { memberId, because: outcome.because });
          for (const record of outcome.actions) countPromotion(memberId, record);
          break;
        case 'counted':
          count('TransactionCounted', outcome.entries);
      }
      for (const change of outcome.changes) countMove(change);
    },
  });
}
