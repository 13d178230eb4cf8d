import path from 'node:path';
import { defineConfig } from 'vitest/config';

const ROOT = path.join(import.meta.dirname, '..');

/** The product's tests as `npm run mutate` runs them: once for each mutant, so without what takes seconds (mutation-setup.ts). */
export default defineConfig({
  resolve: { alias: { '@laurel/brand': path.join(ROOT, 'brands/demo.json') } },
  test: {
    include: ['test/core/**/*.test.ts', 'test/journeys/**/*.test.ts', 'test/functions/*.test.ts'],
    setupFiles: ['proof/mutation-setup.ts'],
    testTimeout: 20_000,
    // Each mutant has a worker of its own; within it, the files of tests share what they import.
    isolate: false,
    env: { LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true', POWERTOOLS_SERVICE_NAME: 'tests' },
  },
});
