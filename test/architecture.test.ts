import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
const ROOMS = ['bin', 'lib', 'functions', 'core', 'local', 'fakes', 'bench', 'proof', 'test'];
const FUNCTION_ROOMS = ['functions/adapters', 'functions/runtime', 'functions/contract', 'functions/wiring'];

const config = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
  forbidden: IForbiddenRuleType[];
  options: ICruiseOptions;
};

async function judge(baseDir: string, rooms: string[]): Promise<ICruiseResult> {
  const { tsConfig: _, enhancedResolveOptions, ...options } = config.options;
  const { output } = await cruise(
    rooms,
    { ...options, baseDir, validate: true, ruleSet: { forbidden: config.forbidden } },
    enhancedResolveOptions,
  );
  return output as ICruiseResult;
}

describe('the tree', () => {
  let tree: ICruiseResult;

  beforeAll(async () => {
    tree = await judge(ROOT, ROOMS);
  });

  test('breaks no rule', () => {
    expect(tree.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });

  test.each([...ROOMS, ...FUNCTION_ROOMS])('has checked modules in the room %s', (room) => {
    expect(tree.modules.filter(({ source }) => source.startsWith(`${room}/`)).length).toBeGreaterThan(0);
  });

  test('is checked completely: every module, and its imports', () => {
    const there = ROOMS.flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: ROOT })).sort();
    const seen = new Map(tree.modules.map((module) => [module.source, module.dependencies.length]));
    expect(there.filter((file) => !seen.has(file))).toEqual([]);
    const blind = there.filter((file) => {
      const imports = /^(?:import|export) .*from '/m.test(readFileSync(path.join(ROOT, file), 'utf8'));
      return imports && seen.get(file) === 0;
    });
    expect(blind).toEqual([]);
  });

  test('has the rooms that `npm run rooms` checks', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    expect(scripts.rooms).toBe(`depcruise --config .dependency-cruiser.cjs ${ROOMS.join(' ')}`);
  });
});

/** A small project that keeps every rule, with the packages that the rules name. */
const HOUSE: Record<string, string> = {
  'package.json': JSON.stringify({
    dependencies: { zod: '1', 'temporal-polyfill': '1', '@aws-sdk/client-sqs': '1', '@middy/core': '1' },
    devDependencies: { vitest: '1', '@types/aws-lambda': '1', 'aws-cdk-lib': '1' },
  }),
  ...Object.fromEntries(
    [
      'zod',
      'temporal-polyfill',
      '@aws-sdk/client-sqs',
      '@middy/core',
      'vitest',
      '@types/aws-lambda',
      'aws-cdk-lib',
    ].flatMap((name) => [
      [`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' })],
      [`node_modules/${name}/index.js`, 'export const it = 1;'],
    ]),
  ),
  'core/ports.ts': "import type { Tier } from './program/tier.ts';\nexport type Store = (tier: Tier) => void;",
  'core/program/tier.ts': "import * as z from 'zod';\nexport const tier = z;\nexport type Tier = string;",
  'core/program/ladder.ts':
    "import { it } from 'temporal-polyfill';\nimport { tier } from './tier.ts';\nexport const ladder = [it, tier];\nexport type Ladder = string;",
  'core/use-cases/put.ts':
    "import type { Store } from '../ports.ts';\nexport const put = (store: Store) => store('gold');",
  'functions/runtime/http.ts':
    "import middy from '@middy/core';\nimport type { Tier } from '../../core/program/tier.ts';\nexport const http = (tier: Tier) => [middy, tier];",
  'functions/contract/answers.ts': "import { http } from '../runtime/http.ts';\nexport const answers = http;",
  'functions/adapters/queue.ts':
    "import { it } from '@aws-sdk/client-sqs';\nimport { http } from '../runtime/http.ts';\nexport const queue = [it, http];",
  'functions/metrics.ts': "import { http } from './runtime/http.ts';\nexport const metrics = http;",
  'functions/wiring/brand.ts': "import { queue } from '../adapters/queue.ts';\nexport const brand = queue;",
  'functions/put-member/handler.ts':
    "import { queue } from '../adapters/queue.ts';\nimport { brand } from '../wiring/brand.ts';\nimport { makeHandler } from './make-handler.ts';\nexport const handler = [queue, brand, makeHandler];",
  'functions/put-member/make-handler.ts':
    "import { put } from '../../core/use-cases/put.ts';\nimport { answers } from '../contract/answers.ts';\nimport { metrics } from '../metrics.ts';\nexport const makeHandler = [put, answers, metrics];",
  'functions/put-member/request.ts':
    "import { answers } from '../contract/answers.ts';\nexport const request = answers;",
  'functions/read-member/make-handler.ts':
    "import { http } from '../runtime/http.ts';\nexport const makeHandler = http;",
  // Two verbs share this function.
  'functions/answer-queries/handler.ts':
    "import { makeHandler as put } from '../put-member/make-handler.ts';\nimport { makeHandler } from '../read-member/make-handler.ts';\nexport const handler = [makeHandler, put];",
  'core/program/brand-schema.ts': "import { tier } from './tier.ts';\nexport const schema = tier;",
  'core/program/read-brand.ts': "import { schema } from './brand-schema.ts';\nexport const read = schema;",
  'lib/stack.ts': "import { tier } from '../core/program/tier.ts';\nexport const stack = tier;",
  'bin/tool.ts':
    "import { it } from '@aws-sdk/client-sqs';\nimport { queue } from '../functions/adapters/queue.ts';\nimport { stack } from '../lib/stack.ts';\nexport const tool = [it, queue, stack];",
  'bin/deploy.ts': "import { it } from 'aws-cdk-lib';\nexport const cdk = it;",
  'local/demo.ts': "import { fake } from '../fakes/store.ts';\nexport const demo = fake;",
  'fakes/store.ts': "import type { Store } from '../core/ports.ts';\nexport const fake: Store = () => {};",
  'bench/bench.ts': "import { fake } from '../fakes/store.ts';\nexport const bench = fake;",
  'proof/simulate.ts':
    "import { handler } from '../functions/put-member/handler.ts';\nimport { expected } from './reference/figures.ts';\nexport const simulate = [handler, expected];",
  'proof/reference/figures.ts':
    "import type { Ladder } from '../../core/program/ladder.ts';\nexport const expected: Ladder = 'gold';",
  'test/support/required-programs.ts': 'export const placeOf = 1;',
  'test/support/judged-by-programs.ts':
    "import { placeOf } from './required-programs.ts';\nexport const unzipPass = placeOf;",
  'test/local/page.browser.test.ts':
    "import { unzipPass } from '../support/judged-by-programs.ts';\nexport const page = unzipPass;",
  'test/support/world.ts':
    "import { it } from 'vitest';\nimport { fake } from '../../fakes/store.ts';\nimport { handler } from '../../functions/put-member/handler.ts';\nexport const world = [it, fake, handler];",
};

/** Files that each break one rule by one import. */
const PROBES: [rule: string, file: string, imports: string, what?: 'types'][] = [
  ['core-imports-only-core-and-pure-libraries', 'core/program/probe-node.ts', 'node:fs'],
  ['core-imports-only-core-and-pure-libraries', 'core/program/probe-sdk.ts', '@aws-sdk/client-sqs'],
  ['core-imports-only-core-and-pure-libraries', 'core/program/probe-function.ts', '../../functions/runtime/http.ts'],
  ['only-use-cases-import-ports', 'core/program/probe-ports.ts', '../ports.ts'],
  ['core-does-not-reach-up-to-use-cases', 'core/program/probe-use-case.ts', '../use-cases/put.ts'],
  ['functions-import-only-core-and-functions', 'functions/put-member/probe-fake.ts', '../../fakes/store.ts'],
  ['functions-import-only-core-and-functions', 'functions/adapters/probe-bin.ts', '../../bin/tool.ts'],
  ['a-function-imports-no-other-function', 'functions/read-member/probe-function.ts', '../put-member/make-handler.ts'],
  ['a-handler-composes-make-handlers-only', 'functions/probe-handler/handler.ts', '../put-member/handler.ts'],
  ['a-handler-composes-make-handlers-only', 'functions/probe-request/handler.ts', '../put-member/request.ts'],
  ['what-functions-share-imports-no-function', 'functions/adapters/probe.ts', '../put-member/make-handler.ts'],
  ['what-functions-share-imports-no-function', 'functions/runtime/probe.ts', '../put-member/make-handler.ts'],
  ['what-functions-share-imports-no-function', 'functions/contract/probe.ts', '../put-member/make-handler.ts'],
  ['what-functions-share-imports-no-function', 'functions/wiring/probe.ts', '../put-member/make-handler.ts'],
  ['what-functions-share-imports-no-function', 'functions/probe.ts', './put-member/make-handler.ts'],
  ['runtime-imports-runtime-only', 'functions/runtime/probe-adapter.ts', '../adapters/queue.ts'],
  ['runtime-imports-runtime-only', 'functions/runtime/probe-contract.ts', '../contract/answers.ts'],
  ['runtime-imports-runtime-only', 'functions/runtime/probe-wiring.ts', '../wiring/brand.ts'],
  ['runtime-imports-runtime-only', 'functions/runtime/probe-metrics.ts', '../metrics.ts'],
  ['only-handlers-import-wiring', 'functions/put-member/probe-wiring.ts', '../wiring/brand.ts'],
  ['only-handlers-import-wiring', 'functions/adapters/probe-wiring.ts', '../wiring/brand.ts'],
  ['only-handlers-import-wiring', 'bin/probe-wiring.ts', '../functions/wiring/brand.ts'],
  ['contract-imports-only-core-runtime-and-metrics', 'functions/contract/probe-adapter.ts', '../adapters/queue.ts'],
  ['adapters-import-no-contract', 'functions/adapters/probe-contract.ts', '../contract/answers.ts'],
  ['sdks-only-in-adapters', 'functions/put-member/probe-sdk.ts', '@aws-sdk/client-sqs'],
  ['sdks-only-in-adapters', 'functions/runtime/probe-sdk.ts', '@aws-sdk/client-sqs'],
  ['sdks-only-in-adapters', 'lib/probe-sdk.ts', '@aws-sdk/client-sqs'],
  ['lib-names-functions-by-path', 'lib/probe-function.ts', '../functions/put-member/handler.ts'],
  ['lib-names-functions-by-path', 'lib/probe-core.ts', '../core/use-cases/put.ts'],
  ['fakes-import-only-core', 'fakes/probe-adapter.ts', '../functions/adapters/queue.ts'],
  ['fakes-import-only-core', 'fakes/probe-node.ts', 'node:fs'],
  ['fakes-are-for-proofs-benchmarks-and-the-local-cloud', 'bin/probe-fake.ts', '../fakes/store.ts'],
  ['the-reference-shares-no-code-with-the-engine', 'proof/reference/probe-core.ts', '../../core/program/ladder.ts'],
  ['tools-import-no-function', 'bin/probe-function.ts', '../functions/put-member/make-handler.ts'],
  ['tools-import-no-function', 'local/probe-function.ts', '../functions/put-member/make-handler.ts'],
  ['no-function-reads-a-brand-file', 'functions/runtime/probe-read.ts', '../../core/program/read-brand.ts'],
  [
    'only-its-readers-load-the-schema-of-a-brand',
    'functions/put-member/probe-schema.ts',
    '../../core/program/brand-schema.ts',
  ],
  ['a-brand-is-checked-without-cdk', 'bin/brand.ts', './deploy.ts'],
  ['nothing-imports-test', 'core/program/probe-test.ts', '../../test/support/world.ts'],
  ['nothing-imports-test', 'bench/probe-test.ts', '../test/support/world.ts'],
  ['only-browser-tests-need-programs', 'test/core/probe.test.ts', '../support/judged-by-programs.ts'],
  ['what-runs-is-no-devDependency', 'functions/put-member/probe-dev.ts', 'vitest'],
  ['no-circular', 'bin/probe-circle.ts', './probe-circle-back.ts'],
  ['no-circular', 'bin/probe-circle-back.ts', './probe-circle.ts'],
  ['no-circular', 'core/program/probe-types.ts', './probe-types-back.ts', 'types'],
  ['no-circular', 'core/program/probe-types-back.ts', './probe-types.ts', 'types'],
  ['every-import-is-found', 'core/program/probe-lost.ts', './nowhere.ts'],
];

describe('a broken rule is reported', () => {
  const house = realpathSync(mkdtempSync(path.join(tmpdir(), 'laurel-house-')));
  let judged: ICruiseResult;

  beforeAll(async () => {
    const probes = PROBES.map(([, file, imports, what]) => [
      file,
      what === 'types'
        ? `import type { Probe as Broken } from '${imports}';\nexport type Probe = Broken | 1;\n`
        : `import * as broken from '${imports}';\nexport const probe = broken;\n`,
    ]);
    for (const [file, text] of [...Object.entries(HOUSE), ...probes]) {
      const where = path.join(house, file!);
      mkdirSync(path.dirname(where), { recursive: true });
      writeFileSync(where, text!);
    }
    judged = await judge(house, ROOMS);
  });

  afterAll(() => rmSync(house, { recursive: true }));

  /** A circle is reported once, for one of its modules. */
  const rulesBrokenBy = (file: string) =>
    judged.summary.violations
      .filter(({ from, cycle }) => from === file || cycle?.some(({ name }) => name === file))
      .map(({ rule }) => rule.name);

  test.each(PROBES)('%s: %s importing %s', (rule, file) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  test('for no module that keeps the rules', () => {
    expect(Object.keys(HOUSE).flatMap(rulesBrokenBy)).toEqual([]);
    expect(judged.modules.map(({ source }) => source)).toEqual(
      expect.arrayContaining(Object.keys(HOUSE).filter((file) => file.endsWith('.ts'))),
    );
  });

  test('for each rule, by a probe', () => {
    expect([...new Set(PROBES.map(([rule]) => rule))].sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });
});

describe('core', () => {
  const CLOCK_OR_DICE =
    /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bTemporal\.Now\b|\bperformance\.|\bprocess\.|\bset(?:Timeout|Interval)\b/;
  const ASYNC = /\basync\b|\bawait\b|\bPromise\b/;
  const sources = globSync('core/**/*.ts', { cwd: ROOT }).map((file): [string, string] => [
    file,
    readFileSync(path.join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''),
  ]);
  const thoseWith = (pattern: RegExp) => sources.filter(([, text]) => pattern.test(text)).map(([file]) => file);

  test('uses no clock and no random numbers: callers pass `now`', () => {
    expect(thoseWith(CLOCK_OR_DICE)).toEqual([]);
    for (const text of ['Date.now()', 'new Date()', 'Math.random()', 'process.env.X'])
      expect(text).toMatch(CLOCK_OR_DICE);
    expect('new Date(at)').not.toMatch(CLOCK_OR_DICE);
  });

  test('is synchronous, except for the use cases and the ports', () => {
    const elsewhere = thoseWith(ASYNC).filter(
      (file) => !file.startsWith('core/use-cases/') && file !== 'core/ports.ts',
    );
    expect(elsewhere).toEqual([]);
    expect(thoseWith(ASYNC).length).toBeGreaterThan(5);
  });
});
