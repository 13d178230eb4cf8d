export type MutatedRoom = { readonly files: readonly string[]; readonly tests: readonly string[] };

const roomOf = (room: string, ...journeys: string[]): MutatedRoom => ({
  files: [`core/${room}/**/*.ts`],
  tests: [`test/core/${room}/**/*.test.ts`, ...journeys.map((journey) => `test/journeys/${journey}.test.ts`)],
});

/**
 * What is mutated together, and who judges it: a room's own tests, and journeys where what it decides shows only in a story. A mutant that
 * some other room's test would find counts as one that survived: a score is what the room's tests find at least.
 */
export const MUTATED_ROOMS: Readonly<Record<string, MutatedRoom>> = {
  tiers: roomOf('tiers'),
  cycles: roomOf('cycles'),
  'money-and-time': { files: ['core/*.ts'], tests: ['test/core/*.test.ts'] },
  ledger: roomOf('ledger'),
  actions: roomOf('actions'),
  member: roomOf('member', 'reminders', 'falling', 'cycles-end', 'program-edits'),
  notifications: roomOf('notifications'),
  program: roomOf('program'),
  wallet: roomOf('wallet', 'passes', 'google-pass'),
  runs: { files: ['core/runs/**/*.ts'], tests: ['test/core/runs/**/*.test.ts', 'test/core/cycles/cycle-ends.test.ts'] },
  'use-cases': roomOf('use-cases', '*'),
};
