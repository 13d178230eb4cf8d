export type MutatedRoom = { readonly files: readonly string[]; readonly tests: readonly string[] };

const journeys = (...names: string[]): string[] => names.map((name) => `test/journeys/${name}.test.ts`);

const roomOf = (room: string, ...names: string[]): MutatedRoom => ({
  files: [`core/${room}/**/*.ts`],
  tests: [`test/core/${room}/**/*.test.ts`, ...journeys(...names)],
});

/**
 * What is mutated together, and who judges it: a room's own tests, and journeys where what it decides shows only in a story. A mutant that
 * some other room's test would find counts as one that survived: a score is what the room's tests find at least.
 */
export const MUTATED_ROOMS: Readonly<Record<string, MutatedRoom>> = {
  rules: roomOf('rules'),
  'money-and-time': { files: ['core/*.ts'], tests: ['test/core/*.test.ts'] },
  ledger: roomOf('ledger'),
  actions: roomOf('actions'),
  member: {
    files: ['core/member/**/*.ts', '!core/member/audit/**/*.ts'],
    tests: [
      'test/core/member/*.test.ts',
      // Lives with actions, promotions and clocks: most of what grants do to a member shows in these alone.
      'test/core/actions/managed-lives.test.ts',
      ...journeys('reminders', 'falling', 'cycles-end', 'program-edits', 'recalculation', 'recalculation-corners'),
      ...journeys('member-at-any-moment', 'giving-back', 'enrollment', 'last-second', 'exactly-once'),
      ...journeys('managing-tiers', 'tier-actions', 'promotions', 'qualifying-otherwise'),
    ],
  },
  // Each case of the audit's laws is a whole life: they would make what judges a member slow.
  audit: {
    files: ['core/member/audit/**/*.ts'],
    tests: ['test/core/member/audit/*.test.ts', ...journeys('audit')],
  },
  notifications: roomOf('notifications'),
  program: roomOf('program'),
  wallet: roomOf('wallet', 'passes', 'google-pass'),
  runs: { files: ['core/runs/**/*.ts'], tests: ['test/core/runs/**/*.test.ts', 'test/core/rules/cycle-ends.test.ts'] },
  'use-cases': {
    files: ['core/use-cases/**/*.ts'],
    // What is refused and what a platform sends is tried where it comes in.
    tests: ['test/core/use-cases/**/*.test.ts', ...journeys('*'), 'test/functions/!(wiring|contract).test.ts'],
  },
};
