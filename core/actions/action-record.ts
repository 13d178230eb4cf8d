import type { TierRef } from '../program/program.ts';
import type { Instant } from '../time.ts';
import type { Grant } from './grant.ts';
import type { ActionOrigin, TierAction } from './tier-action.ts';

export const OUTCOMES = [
  'APPLIED',
  'EXTENDED',
  'NO_CHANGE',
  'TARGET_NOT_HIGHER',
  'TARGET_NOT_LOWER',
  'ALREADY_BASE',
  'EXPIRY_IN_PAST',
  'FIELD_INVALID',
  'MEMBER_BLOCKED',
  'UNKNOWN_TIER',
  'MEMBER_NOT_FOUND',
] as const;

/** R15: what an action came to. An answer, never an exception. */
export type Outcome = (typeof OUTCOMES)[number];

/** An action and what became of it: written once, beside the member, and never changed. */
export interface ActionRecord {
  memberId: string;
  /** Unique among the member's actions, and what makes an action the same one. */
  key: string;
  action: TierAction;
  origin: ActionOrigin;
  outcome: Outcome;
  /** Why, where the outcome alone does not say it. */
  why?: string;
  recordedAt: Instant;
  /** The visible tier before and after; null where there is no member. */
  from: TierRef | null;
  to: TierRef | null;
  /** When what was given ends; null for good, and left out where nothing was given. */
  until?: Instant | null;
  grant?: Grant;
  /** The caps that it lifted, or took the place of, by their keys. */
  lifted?: string[];
}
