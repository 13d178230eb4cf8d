import type { Brand, NotificationSettings, ProgramFile, WalletSettings } from '../../core/program/brand.ts';
import { compileProgram, type Program } from '../../core/program/program.ts';
import { describeProblems, readBrand } from '../../core/program/read-brand.ts';

/** The ladder of the rules' worked examples: Bronze 0, Silver 1000, Gold 5000, Platinum 10000; points; Madrid; calendar. */
export const EXAMPLE_PROGRAM: ProgramFile = {
  timeZone: 'Europe/Madrid',
  currency: 'EUR',
  basis: 'points',
  pointsPerUnit: 1,
  cycle: { type: 'calendar' },
  tiers: [
    { id: 'bronze', name: 'Bronze', threshold: 0 },
    { id: 'silver', name: 'Silver', threshold: 1000 },
    { id: 'gold', name: 'Gold', threshold: 5000 },
    { id: 'platinum', name: 'Platinum', threshold: 10000 },
  ],
};

const EXAMPLE_NOTIFICATIONS: NotificationSettings = {
  push: { enabled: true },
  email: { enabled: true, from: 'Example <hello@shop.example>' },
  sms: { enabled: true, senderId: 'EXAMPLE' },
};

const EXAMPLE_COLOURS: Readonly<Record<string, string>> = {
  bronze: '#cd7f32',
  silver: '#c0c0c0',
  gold: '#d4af37',
  platinum: '#e5e4e2',
};

/** A wallet for the tiers of a program, the example's where none is given. Its images are made by `exampleImages`. */
export function exampleWallet(
  wallet: Partial<WalletSettings> = {},
  tiers: readonly { id: string }[] = EXAMPLE_PROGRAM.tiers,
): WalletSettings {
  return {
    terms: 'Terms of the Example Shop.',
    apple: { passTypeId: 'pass.example.shop', teamId: 'TEAM123456' },
    designs: Object.fromEntries(
      tiers.map(({ id }) => [
        id,
        {
          background: EXAMPLE_COLOURS[id] ?? '#808080',
          foreground: '#101010',
          label: '#404040',
          images: `example/wallet/${id}`,
        },
      ]),
    ),
    ...wallet,
  };
}

/** The Google Wallet settings of the example brand. */
export const EXAMPLE_GOOGLE = {
  issuerId: '3388000000012345678',
  classSuffix: 'example',
  logo: 'https://shop.example/logo.png',
} as const;

/** A brand whose file passed the reader, as every brand's does. */
export function exampleBrand(
  program: Partial<ProgramFile> = {},
  notifications: Partial<NotificationSettings> = {},
  wallet?: WalletSettings,
): Brand {
  const reading = readBrand({
    brand: 'example',
    name: 'Example Shop',
    account: '000000000000',
    region: 'eu-west-1',
    program: { ...EXAMPLE_PROGRAM, ...program },
    notifications: { ...EXAMPLE_NOTIFICATIONS, ...notifications },
    ...(wallet && { wallet }),
  });
  if (!reading.ok) throw new Error(describeProblems(reading.problems).join('\n'));
  return reading.brand;
}

export function exampleProgram(program: Partial<ProgramFile> = {}): Program {
  return compileProgram(exampleBrand(program));
}
