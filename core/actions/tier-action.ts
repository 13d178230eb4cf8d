/** What staff or a promotion decide about a member's tier (docs/rules.md, section 6), already parsed at the edge. */
import type { Channel } from '../program/brand.ts';
import type { Instant } from '../time.ts';
import type { Period, Unit } from './period.ts';

export type ActionKind = 'upgrade' | 'downgrade' | 'renew';

export type Strategy = { type: 'specific'; tier: string } | { type: 'program' };

export type Expiry =
  /** The same calendar date for all, `YYYY-MM-DD`. */
  | { type: 'date'; date: string }
  | ({ type: 'duration' } & Period)
  /** After the date in a field of the transaction. */
  | { type: 'fieldDate'; field: string; plus: Period }
  /** The number in a field of the transaction. */
  | { type: 'fieldNumber'; field: string; unit: Unit }
  | { type: 'instant'; at: Instant };

export interface TierAction {
  /** Of whoever decides: names this action among all of the member's, for good (R20). */
  id: string;
  action: ActionKind;
  strategy: Strategy;
  expiry?: Expiry;
  /** The transaction whose field tells the end; its id, or `source#id` where several sources use the same. */
  transactionId?: string;
  /** When it takes effect; now where it is left out, and never later. */
  effectiveAt?: Instant;
  /** A downgrade that the member's next transaction with tier points lifts (R17). */
  reassess?: boolean;
  reason?: string;
  /** Who hears of it: nobody where it is left out. */
  notify?: { channels: Channel[]; atEnd?: boolean };
}

/** Where an action comes from, and with that what makes it the same one. */
export type ActionOrigin =
  | { type: 'staff' }
  | { type: 'group'; groupId: string }
  | { type: 'promotion'; promotion: string };

/** R20 and R19: the same id of staff is the same action; in a group it is another one for each group. */
export function actionKey(id: string, origin: ActionOrigin): string {
  switch (origin.type) {
    case 'staff':
      return id;
    case 'group':
      return `group#${origin.groupId}#${id}`;
    case 'promotion':
      return `promotion#${id}`;
  }
}

/** The id that an action was given, read back from its key. Ids of staff hold no `#`. */
export function actionIdOf(key: string): string {
  const [type, groupId] = key.split('#');
  if (type === 'group' && groupId !== undefined) return key.slice(`group#${groupId}#`.length);
  return type === 'promotion' ? key.slice('promotion#'.length) : key;
}

/** The action that a promotion fires: for each transaction, or for the enrollment, it is one and the same. */
export function promotionActionId(promotion: string, entryKey?: string): string {
  return entryKey === undefined ? promotion : `${promotion}#${entryKey}`;
}
