/**
 * The brand's file (`brands/<brand>.json`) as it is written, once `readBrand` has found nothing wrong with it.
 * What the engine works with is made from it by `compileProgram`.
 */
import type { TransactionType } from '../ledger/transaction.ts';
import type { ChangeCause } from '../member/member.ts';

export interface Brand {
  /** The file's own name: lower-case letters, digits and hyphens. */
  brand: string;
  /** What members read. */
  name: string;
  account: string;
  region: string;
  program: ProgramFile;
  notifications: NotificationSettings;
  recalculation?: RecalculationSettings;
  audit?: AuditSettings;
  shopify?: ShopifySettings;
  wallet?: WalletSettings;
  operations?: OperationsSettings;
}

export interface ProgramFile {
  /** The program's first day, `YYYY-MM-DD`: no recalculation looks back beyond it. */
  launchedOn?: string;
  timeZone: string;
  currency: string;
  basis: 'points' | 'spend';
  /** Points for one unit (1 EUR, not 1 cent) of a purchase that brings no points of its own (R1). */
  pointsPerUnit?: number;
  cycle: CycleFile;
  upgradeBasis?: 'current' | 'carry';
  tiers: TierFile[];
  trackers?: Record<string, TrackerFile>;
  promotions?: PromotionFile[];
  /** R11: a grant's last day. `startOfDay` (default): the day before its end date; `endOfDay`: the end date itself. */
  expiryBoundary?: 'startOfDay' | 'endOfDay';
  downgrade?: { timing?: DowngradeTiming; target?: DowngradeTarget };
  reminders?: RemindersFile;
}

/** R8: when points that fall lower the tier: at once, or not before the cycle ends. */
export type DowngradeTiming = 'realtime' | 'recalculation';

/** R8: where a fall of points, the end of a cycle, and a downgrade by the program's strategy lead. */
export type DowngradeTarget = 'qualified' | 'oneBelow' | 'base';

/** When members whose tier is about to end are reminded: `tier.expiring` on the bus, and a message where `notify` says so. */
export interface RemindersFile {
  /** Days before the end; 30 and 7 where it is left out. */
  daysBefore?: number[];
  notify?: boolean;
}

/** A rule that fires a tier action (docs/rules.md, section 6). */
export interface PromotionFile {
  id: string;
  trigger: { on: 'transaction'; where: TransactionFilter } | { on: 'enrolment' };
  action: 'upgrade' | 'downgrade' | 'renew';
  strategy: { type: 'specific'; tier: string } | { type: 'program' };
  expiry?: ExpiryFile;
  reassess?: boolean;
  reason?: string;
  notify?: { channels: Channel[]; atEnd?: boolean };
}

export interface PeriodFile {
  amount: number;
  unit: 'days' | 'months';
}

export type ExpiryFile =
  | { type: 'date'; date: string }
  | ({ type: 'duration' } & PeriodFile)
  | { type: 'fieldDate'; field: string; plus: PeriodFile }
  | { type: 'fieldNumber'; field: string; unit: PeriodFile['unit'] }
  | { type: 'instant'; at: string };

export type CycleFile = { type: 'none' } | { type: 'calendar'; startsOn?: string } | { type: 'enrollment' };

/** Units of the program's currency: a whole number such as 500, or a decimal string such as "499.50". */
export type Amount = number | string;

export interface TierFile {
  id: string;
  name: string;
  names?: Record<string, string>;
  /** Points as a whole number; with basis `spend` an amount. May be left out where `qualification` says it all. */
  threshold?: Amount;
  multiplier?: number;
  qualification?: QualificationFile;
}

export type QualificationFile = { all: ConditionFile[] } | { any: number; of: ConditionFile[] };

export type ConditionFile =
  | { lifetimePoints: number }
  | { lifetimeSpend: Amount }
  | { orders: number }
  | { tracker: string; atLeast: number };

export interface TrackerFile {
  /** `count` counts the transactions; `{sum: field}` adds up a number field of them. */
  measure: 'count' | { sum: string };
  of: TransactionFilter;
  over: 'lifetime' | 'cycle';
}

export type TransactionFilter =
  | { all: TransactionFilter[] }
  | { any: TransactionFilter[] }
  | { field: string; equals: string | number | boolean }
  | { field: string; oneOf: (string | number | boolean)[] }
  | { field: string; atLeast: number }
  | { field: string; atMost: number }
  | { field: string; exists: boolean }
  /** A date (its start in the program's zone) or an instant; the field holds one or the other as well. */
  | { field: string; before: string }
  | { field: string; after: string }
  | { type: TransactionType };

export type Channel = 'push' | 'email' | 'sms';

export interface NotificationSettings {
  /** R8 and section 7 of docs/rules.md: a fall between two recalculations is told only where the brand wants it. */
  notifyOnRealtimeDowngrade?: boolean;
  push?: { enabled: boolean };
  email?: { enabled: boolean; from: string };
  sms?: { enabled: boolean; senderId?: string };
  defaultLocale?: string;
  texts?: NotificationText[];
}

/** What a text can be for: a change of tier, or news of a tier that stays (it was renewed, or its end is near). */
export type TextCause = ChangeCause | 'renewal' | 'reminder';

/** A brand's own words. What is left out matches anything; the most specific text wins. */
export interface NotificationText {
  cause?: TextCause;
  direction?: 'up' | 'down';
  tier?: string;
  locale?: string;
  subject?: string;
  text: string;
}

export interface RecalculationSettings {
  /** A recalculation that would move a greater share of the members down ends before its first write: 0.3 is 30 of 100. */
  abortWhenDown?: number;
}

export const AUDIT_INTERVALS = ['day', 'week', 'month', 'never'] as const;

/** The drift audit: every member is compared with its ledger. */
export interface AuditSettings {
  /** How often; every week where it is left out. */
  every?: (typeof AUDIT_INTERVALS)[number];
  /** Whether it puts right what differs, as `npm run audit -- --heal` does. */
  heal?: boolean;
}

export interface ShopifySettings {
  countTax: boolean;
  countShipping: boolean;
}

/** The passes that members keep on their phones: one a member, in the design of its tier. */
export interface WalletSettings {
  /** Who issues the pass, as a locked phone's screen says it; the brand's name where it is left out. */
  organizationName?: string;
  /** The program's terms, on the back. */
  terms: LocalText;
  /**
   * Where phones find this stack: the brand's own domain before the API. A pass carries the address for as long as it lives, and the
   * API's own, which is taken where this is left out, dies with the stack.
   */
  url?: string;
  apple?: { passTypeId: string; teamId: string };
  google?: GoogleWalletSettings;
  /** One for each tier, by the tier's id. */
  designs: Record<string, PassDesign>;
}

/** Google Wallet holds a class for each tier, and an object for each member who saved a pass. It fetches pictures by their address. */
export interface GoogleWalletSettings {
  issuerId: string;
  /** Tells this program's classes and objects from others of the same issuer. */
  classSuffix: string;
  /** A square of at least 660 pixels, of which Google shows a circle. */
  logo: string;
  /** A picture across the pass for a tier, by the tier's id: 1032 pixels wide, three times as wide as it is high. */
  heroImages?: Record<string, string>;
  /** A link under the pass's details. */
  homepage?: string;
}

/** One text for everybody, or one for each language. */
export type LocalText = string | Record<string, string>;

export interface PassDesign {
  /** Colours as `#rrggbb`: of the pass, of its values, and of the labels above them. */
  background: string;
  foreground: string;
  label: string;
  /** The folder of the images, from the folder of the brand's file: `demo/wallet/silver`. */
  images: string;
  /** The brand's own words above the values; Laurel's where they are left out. */
  labels?: { [Name in PassLabel]?: LocalText };
}

export const PASS_LABELS = ['tier', 'points', 'next', 'expires', 'member', 'balance', 'keep', 'terms'] as const;
export type PassLabel = (typeof PASS_LABELS)[number];

export interface OperationsSettings {
  alarmEmail?: string;
  logRetentionDays?: number;
  throttle?: { ratePerSecond: number; burst: number };
}
