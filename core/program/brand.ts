/**
 * The types of the brand's file (`brands/<brand>.json`), as its schema says them. `readBrand` checks a file, and `compileProgram` makes of it what
 * the engine works with.
 */
import type * as z from 'zod';
import type {
  amountSchema,
  brandSchema,
  CHANNELS,
  conditionSchema,
  designSchema,
  PASS_LABELS,
  promotionSchema,
  TEXT_CAUSES,
  textSchema,
  tierSchema,
  walletSchema,
} from './brand-schema.ts';

export type Brand = z.infer<typeof brandSchema>;
export type ProgramFile = Brand['program'];
export type NotificationSettings = Brand['notifications'];
export type RecalculationSettings = NonNullable<Brand['recalculation']>;
export type AuditSettings = NonNullable<Brand['audit']>;
export type ShopifySettings = NonNullable<Brand['shopify']>;
export type OperationsSettings = NonNullable<Brand['operations']>;

export type CycleFile = ProgramFile['cycle'];
/** When falling points lower the tier, and where a fall leads (R8). */
export type DowngradeTiming = NonNullable<NonNullable<ProgramFile['downgrade']>['timing']>;
export type DowngradeTarget = NonNullable<NonNullable<ProgramFile['downgrade']>['target']>;
export type RemindersFile = NonNullable<ProgramFile['reminders']>;
export type TrackerFile = NonNullable<ProgramFile['trackers']>[string];

/** Units of the program's currency: a whole number such as 500, or a decimal string such as "499.50". */
export type Amount = z.infer<ReturnType<typeof amountSchema>>;
export type TierFile = z.infer<typeof tierSchema>;
export type QualificationFile = NonNullable<TierFile['qualification']>;
export type ConditionFile = z.infer<typeof conditionSchema>;

/** A rule that fires a tier action (docs/rules.md, section 6). */
export type PromotionFile = z.infer<typeof promotionSchema>;
export type ExpiryFile = NonNullable<PromotionFile['expiry']>;

export type Channel = (typeof CHANNELS)[number];
/** What a text is for: a change of tier, or a notice that the tier was renewed or ends soon. */
export type TextCause = (typeof TEXT_CAUSES)[number];
export type NotificationText = z.infer<typeof textSchema>;

export type WalletSettings = z.infer<typeof walletSchema>;
export type GoogleWalletSettings = NonNullable<WalletSettings['google']>;
/** One text for everybody, or one for each language. */
export type LocalText = WalletSettings['terms'];
export type PassDesign = z.infer<typeof designSchema>;
export type PassLabel = (typeof PASS_LABELS)[number];
