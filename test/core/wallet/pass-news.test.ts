import { expect, test } from 'vitest';
import type { TierChange } from '../../../core/member/member.ts';
import { compileProgram } from '../../../core/program/program.ts';
import { changeText, FRESH_MS } from '../../../core/wallet/pass-news.ts';
import { exampleBrand } from '../../support/program.ts';

const NOW = Date.UTC(2026, 4, 2, 12);
const brand = exampleBrand({}, { push: { enabled: true } });
const program = compileProgram(brand);
const CHANGE: TierChange = {
  memberId: 'm-1',
  sequence: 1,
  direction: 'up',
  cause: 'transaction',
  from: { id: 'bronze', name: 'Bronze', rank: 0 },
  to: { id: 'silver', name: 'Silver', rank: 1 },
  occurredAt: NOW - 10 * FRESH_MS,
  recordedAt: NOW,
  expiresAt: null,
  programVersion: 'v',
  points: 1300,
  announced: true,
};

test.each([
  [
    'carries the text of a change that was written down just now',
    NOW,
    "Your status level has changed, you're now Silver",
  ],
  ['carries it until a week has passed', NOW - FRESH_MS + 1, "Your status level has changed, you're now Silver"],
  ['carries it no longer than that', NOW - FRESH_MS, undefined],
])('a pass %s', (_, recordedAt, text) => {
  expect(changeText({ ...CHANGE, recordedAt }, 'silver', undefined, brand, program, NOW)).toBe(text);
});
