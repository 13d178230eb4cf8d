import type { PromotionFile } from '../../core/program/brand.ts';

/** One of each kind: by enrolment and by transaction; up, down and renewing; with every way to end that a promotion has. */
export const PROMOTIONS: PromotionFile[] = [
  {
    id: 'welcome',
    trigger: { on: 'enrolment' },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'silver' },
    expiry: { type: 'duration', amount: 30, unit: 'days' },
  },
  {
    id: 'trial',
    trigger: { on: 'transaction', where: { field: 'trialDays', exists: true } },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    expiry: { type: 'fieldNumber', field: 'trialDays', unit: 'days' },
    notify: { channels: ['email'], atEnd: true },
  },
  {
    id: 'stay',
    trigger: { on: 'transaction', where: { field: 'checkOut', exists: true } },
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'platinum' },
    expiry: { type: 'fieldDate', field: 'checkOut', plus: { amount: 1, unit: 'months' } },
    notify: { channels: ['email', 'sms'] },
  },
  {
    id: 'thanks',
    trigger: { on: 'transaction', where: { type: 'bonus' } },
    action: 'renew',
    strategy: { type: 'program' },
    expiry: { type: 'duration', amount: 2, unit: 'months' },
  },
  {
    id: 'spent',
    trigger: { on: 'transaction', where: { type: 'redemption' } },
    action: 'downgrade',
    strategy: { type: 'program' },
    expiry: { type: 'duration', amount: 10, unit: 'days' },
  },
  {
    id: 'other',
    trigger: { on: 'transaction', where: { field: 'kind', equals: 'other' } },
    action: 'downgrade',
    strategy: { type: 'specific', tier: 'silver' },
    // Some that fire it are purchases, which would lift what others gave.
    reassess: true,
  },
];
