import { OutcomeUnknown } from '../../core/failures.ts';
import type { TierChange, TierNotice } from '../../core/member/tier-change.ts';
import type { DeliveryLog, GooglePasses, GoogleWallet, Ledger, MemberStore, ProfileStore } from '../../core/ports.ts';
import type { Program } from '../../core/program/program.ts';
import { updateGooglePass } from '../../core/use-cases/google-pass.ts';
import type { GoogleBrand } from '../../core/wallet/google-class.ts';
import { newsOf } from '../adapters/dynamo-member-store.ts';
import { count } from '../metrics.ts';
import { queueHandler } from '../runtime/queue.ts';

export function makeHandler(
  ports: {
    ledger: Ledger;
    members: MemberStore;
    profiles: ProfileStore;
    deliveries: DeliveryLog;
    googlePasses: GooglePasses;
    googleWallet: GoogleWallet;
  },
  brand: GoogleBrand,
  program: Program,
  clock?: () => number,
) {
  return queueHandler({
    read: readMessage,
    ...(clock ? { clock } : {}),
    async handle({ memberId, news }, now) {
      try {
        const update = await updateGooglePass(ports, { brand, program }, memberId, news, now);
        if (update.status !== 'notUpdated') count('PassUpdated');
        if (update.status === 'updated' && update.told === 'yes') count('MessageSent');
        if (update.status === 'updated' && update.told === 'too often') count('MessageTooOften');
        return { memberId, ...(news && { sequence: news.sequence }), wallet: 'google', ...update };
      } catch (error) {
        if (error instanceof OutcomeUnknown) count('MessageUnsure');
        throw error;
      }
    },
  });
}

/** A change or a notice, as the topic carries it; or only whose pass is to be made true again. */
function readMessage(message: Record<string, unknown>): { memberId: string; news?: TierChange | TierNotice } {
  if (typeof message.refreshPassOf === 'string') return { memberId: message.refreshPassOf };
  const news = newsOf(message);
  return { memberId: news.memberId, news };
}
