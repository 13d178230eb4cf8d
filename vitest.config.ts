import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

// Functions get their brand at bundling; in tests it is the demo's.
const resolve = { alias: { '@laurel/brand': path.join(import.meta.dirname, 'brands/demo.json') } };

// The log of a function in production would hide the report of the tests.
const env = { LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true', POWERTOOLS_SERVICE_NAME: 'tests' };

/** What these files import takes longer than their tests, and none of them changes what another one sees. */
const SHARES_MODULES = ['test/core/**/*.test.ts', 'test/journeys/**/*.test.ts', 'test/functions/*.test.ts'];
const STACK = ['test/lib/**/*.test.ts', 'test/docs/data-model.test.ts', 'test/bin/laurel.test.ts'];
const NEEDS_PROGRAMS = 'test/**/*.browser.test.ts';
/** Thousands of random lives each. */
const SIMULATIONS = [
  'test/proof/*-histories.test.ts',
  'test/journeys/*laws.test.ts',
  'test/journeys/exactly-once.test.ts',
  'test/core/actions/{managed-lives,timers-and-caps}.test.ts',
  'test/core/member/audit/audit-member.test.ts',
];

export default defineConfig({
  test: {
    // By default vitest leaves one processor idle, which is half of a small machine.
    maxWorkers: availableParallelism(),
    projects: [
      {
        resolve,
        test: {
          name: 'engine',
          include: SHARES_MODULES,
          exclude: SIMULATIONS,
          isolate: false,
          testTimeout: 20_000,
          env,
        },
      },
      {
        test: {
          name: 'stack',
          include: STACK,
          // To load CDK takes longer than to synthesize a stack.
          isolate: false,
          globalSetup: 'test/lib/tidy-assemblies.ts',
          testTimeout: 20_000,
        },
      },
      {
        resolve,
        test: {
          name: 'product',
          include: ['test/**/*.test.ts'],
          exclude: [...SHARES_MODULES, ...STACK, 'test/e2e/**', 'test/contracts/**', NEEDS_PROGRAMS, ...SIMULATIONS],
          testTimeout: 20_000,
          // Reading the whole tree takes long on a busy machine.
          hookTimeout: 60_000,
          env,
        },
      },
      {
        resolve,
        test: { name: 'simulations', include: SIMULATIONS, testTimeout: 20_000, env },
      },
      {
        resolve,
        test: {
          name: 'browser',
          include: [NEEDS_PROGRAMS],
          globalSetup: ['test/support/require-programs-once.ts', 'test/contracts/setup/start-local-aws.ts'],
          testTimeout: 30_000,
          env,
        },
      },
      {
        test: {
          name: 'contracts',
          include: ['test/contracts/**/*.test.ts'],
          exclude: [NEEDS_PROGRAMS],
          // One DynamoDB Local and one local AWS for all of them; they start only when one of them runs.
          globalSetup: ['test/contracts/setup/start-dynamodb-local.ts', 'test/contracts/setup/start-local-aws.ts'],
          testTimeout: 30_000,
          // They mostly wait: for a server, or until a client tries again.
          maxConcurrency: 100,
          maxWorkers: availableParallelism() + 1,
          // Projects with other numbers of workers run one after the other.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/setup/start-local-cloud.ts',
          // What a test waits for takes seconds on a stack that is really deployed; each wait has a deadline of its own that says more.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // All files share one cloud: side by side they would only measure each other.
          fileParallelism: false,
        },
      },
    ],
  },
});
