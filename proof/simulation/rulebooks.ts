/** Random programs, and edits of them. */
import type {
  Brand,
  CycleFile,
  NotificationSettings,
  ProgramFile,
  PromotionFile,
  TierFile,
} from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import { describeProblems, readBrand } from '../../core/program/read-brand.ts';
import { type Rules, rulesOf } from '../../core/use-cases/rules.ts';
import { type Dice, diceOf } from './dice.ts';
import { PROMOTIONS } from './promotions.ts';

/** Compiling a program takes as long as a history: so many of them are made, and each history lives under one. */
export const RULEBOOKS = 512;
/** The program as it was launched, and the edits of its thresholds that follow. */
export const EDITIONS = 3;

export interface Rulebook {
  brand: Brand;
  file: ProgramFile;
  program: Program;
  rules: Rules;
}

const TIERS = ['bronze', 'silver', 'gold', 'platinum', 'diamond'];
/** With summer time and without, on both sides of Greenwich and of the equator; one whose clocks skip midnight, one of half hours. */
const ZONES = ['Europe/Madrid', 'UTC', 'America/Santiago', 'Asia/Tokyo', 'America/New_York', 'Australia/Adelaide'];

const made = new Map<number, Rulebook>();

export function rulebookOf(number: number, edition: number): Rulebook {
  const key = number * EDITIONS + edition;
  const known = made.get(key);
  if (known) return known;
  const rulebook = makeRulebook(number, edition);
  made.set(key, rulebook);
  return rulebook;
}

function makeRulebook(number: number, edition: number): Rulebook {
  const dice = diceOf(number);
  const program = programFile(dice);
  if (edition > 0) editThresholds(program.tiers, diceOf(number * EDITIONS + edition));
  const notifications: NotificationSettings = {
    push: { enabled: true },
    email: { enabled: !dice.oneIn(8), from: 'Shop <hello@shop.example>' },
    sms: { enabled: !dice.oneIn(3), senderId: 'SHOP' },
    notifyOnRealtimeDowngrade: dice.oneIn(2),
  };
  if (program.promotions) program.promotions = program.promotions.map((one) => toldWhere(one, notifications));
  const reading = readBrand({
    brand: 'simulated',
    name: 'Simulated Shop',
    account: '000000000000',
    region: 'eu-west-1',
    program,
    notifications,
    wallet: {
      terms: 'Terms.',
      apple: { passTypeId: 'pass.example.shop', teamId: 'TEAM123456' },
      designs: Object.fromEntries(
        program.tiers.map(({ id }) => [
          id,
          { background: '#d4af37', foreground: '#101010', label: '#202020', images: 'simulated' },
        ]),
      ),
    },
  });
  if (!reading.ok) throw new Error(`Rulebook ${number}: ${describeProblems(reading.problems).join('\n')}`);
  const { brand } = reading;
  const rules = rulesOf(brand);
  return { brand, file: brand.program, program: rules.program, rules };
}

function programFile(dice: Dice): ProgramFile {
  const cycle = dice.pick<CycleFile>([
    { type: 'calendar' },
    { type: 'calendar', startsOn: dice.pick(['02-29', '06-15', '09-07', '12-31']) },
    { type: 'enrollment' },
    { type: 'none' },
  ]);
  const over = cycle.type === 'none' ? 'lifetime' : dice.pick(['lifetime', 'cycle'] as const);
  const tiers = ladder(dice);
  const file: ProgramFile = {
    timeZone: dice.pick(ZONES),
    currency: 'EUR',
    basis: dice.pick(['points', 'points', 'spend'] as const),
    pointsPerUnit: dice.pick([1, 1, 2]),
    cycle,
    tiers,
    trackers: {
      visits: { measure: 'count', of: { field: 'kind', equals: 'visit' }, over },
      nights: { measure: { sum: 'nights' }, of: { any: [{ type: 'purchase' }, { type: 'bonus' }] }, over: 'lifetime' },
    },
  };
  if (dice.oneIn(3)) file.upgradeBasis = 'carry';
  if (dice.oneIn(3)) {
    file.downgrade = {
      timing: dice.pick(['realtime', 'recalculation'] as const),
      target: dice.pick(['qualified', 'oneBelow', 'base'] as const),
    };
  }
  if (dice.oneIn(3)) file.expiryBoundary = 'endOfDay';
  file.reminders = dice.pick([{ daysBefore: [] }, { daysBefore: [3, 1], notify: true }, { daysBefore: [30] }]);
  const promotions = PROMOTIONS.filter(() => dice.oneIn(4)).filter((promotion) => knowsTier(promotion, tiers));
  if (promotions.length > 0) file.promotions = promotions;
  return file;
}

function ladder(dice: Dice): TierFile[] {
  const tiers = TIERS.slice(0, 3 + dice.below(3)).map((id, rank): TierFile => {
    const tier: TierFile = { id, name: id.toUpperCase(), threshold: 0 };
    if (rank > 0 && dice.oneIn(2)) tier.multiplier = dice.pick([1.5, 2, 3]);
    if (rank > 1 && dice.oneIn(4)) {
      tier.qualification = dice.pick([
        { any: 1, of: [{ tracker: 'visits', atLeast: 3 }, { lifetimeSpend: '500.00' }] },
        { all: [{ orders: 2 }, { tracker: 'nights', atLeast: 1.5 }] },
        { any: 1, of: [{ lifetimePoints: 900 }] },
      ]);
    }
    return tier;
  });
  editThresholds(tiers, dice);
  return tiers;
}

function editThresholds(tiers: TierFile[], dice: Dice): void {
  let threshold = 0;
  for (const tier of tiers) {
    tier.threshold = threshold;
    threshold += dice.pick([50, 60, 100, 140, 300]);
  }
}

/** The promotion by those of its channels that are on: a file with others is refused. */
function toldWhere({ notify, ...promotion }: PromotionFile, notifications: NotificationSettings): PromotionFile {
  const channels = notify?.channels.filter((channel) => notifications[channel]?.enabled) ?? [];
  return channels.length === 0 ? promotion : { ...promotion, notify: { ...notify, channels } };
}

function knowsTier({ strategy }: PromotionFile, tiers: readonly TierFile[]): boolean {
  return strategy.type === 'program' || tiers.some(({ id }) => id === strategy.tier);
}
