import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        // Functions get their brand at bundling; in tests it is the demo's.
        resolve: { alias: { '@laurel/brand': path.join(import.meta.dirname, 'brands/demo.json') } },
        test: {
          name: 'product',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/contracts/**'],
          testTimeout: 20_000,
          // What functions log in production would bury what tests say.
          env: { LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true', POWERTOOLS_SERVICE_NAME: 'tests' },
        },
      },
      {
        test: {
          name: 'contracts',
          include: ['test/contracts/**/*.test.ts'],
          // One DynamoDB Local and one local AWS for all of them; they start only when one of them runs.
          globalSetup: ['test/contracts/setup/start-dynamodb-local.ts', 'test/contracts/setup/start-local-aws.ts'],
          testTimeout: 30_000,
          // Those that run side by side mostly wait until a client tries again.
          maxConcurrency: 100,
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
