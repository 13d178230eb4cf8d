/**
 * The rooms' rules (docs/architecture.md): who may import whom. `npm run rooms` holds the tree to them, and
 * test/architecture.test.ts breaks each of them once, for a rule that sees no files passes.
 *
 * Paths are regular expressions over the real path of a module, from the root of the repository.
 */

const READS_BRAND_FILE =
  '^core/program/(?:read-brand|brand-warnings|brand-json-schema|schema-places|[a-z]+-problems)[.]ts$';
const NOT_A_FUNCTION = '(?:adapters|runtime|contract|wiring)';
const FUNCTION_FOLDER = `^functions/(?!${NOT_A_FUNCTION}/)([^/]+)/`;
const HANDLER = '^functions/[^/]+/handler[.]ts$';
const SDK = 'node_modules/(?:@aws-sdk|@smithy|aws-sdk|passkit-generator)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-imports-only-core-and-pure-libraries',
      comment: 'The engine has no AWS, no I/O, no clock and no randomness: not even what comes with Node.',
      severity: 'error',
      from: { path: '^core/' },
      to: { pathNot: ['^core/', 'node_modules/(?:temporal-polyfill|zod)/'] },
    },
    {
      name: 'only-use-cases-import-ports',
      comment:
        'What the world is asked for is the business of use-cases; the rest of core decides on what it is given.',
      severity: 'error',
      from: { path: '^core/', pathNot: '^core/use-cases/' },
      to: { path: '^core/ports[.]ts$' },
    },
    {
      name: 'core-does-not-reach-up-to-use-cases',
      comment: 'Use-cases load, decide and save; a decision knows nothing of that.',
      severity: 'error',
      from: { path: '^core/', pathNot: '^core/use-cases/' },
      to: { path: '^core/use-cases/' },
    },
    {
      name: 'functions-import-only-core-and-functions',
      comment: 'What runs in the cloud is made of core and functions: no fakes, no tools, no deployment.',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(?:bin|lib|local|fakes|bench|proof)/' },
    },
    {
      name: 'a-function-imports-no-other-function',
      comment:
        'One verb does not depend on another. What two of them need belongs into core, contract, runtime, wiring or adapters. ' +
        'Only a handler.ts composes the verbs that share a function.',
      severity: 'error',
      from: { path: FUNCTION_FOLDER, pathNot: HANDLER },
      to: { path: FUNCTION_FOLDER, pathNot: '^functions/$1/' },
    },
    {
      name: 'a-handler-composes-make-handlers-only',
      comment: 'A function that several verbs share calls each of them as its tests do: by its make-handler.ts.',
      severity: 'error',
      from: { path: `${FUNCTION_FOLDER}handler[.]ts$` },
      to: { path: FUNCTION_FOLDER, pathNot: ['^functions/$1/', '/make-handler[.]ts$'] },
    },
    {
      name: 'what-functions-share-imports-no-function',
      comment: 'They serve every function, and know none.',
      severity: 'error',
      from: { path: `^functions/(?:${NOT_A_FUNCTION}/|[^/]+$)` },
      to: { path: FUNCTION_FOLDER },
    },
    {
      name: 'runtime-imports-runtime-only',
      comment: 'Glue has no business word in it, and no cloud.',
      severity: 'error',
      from: { path: '^functions/runtime/' },
      to: { path: '^functions/', pathNot: '^functions/runtime/' },
    },
    {
      name: 'only-handlers-import-wiring',
      comment:
        'Wiring reads the environment and the brand when it is loaded. Whatever else needs them gets them as arguments.',
      severity: 'error',
      from: { path: '^(?:functions|bin|lib|local|fakes|bench|proof)/', pathNot: ['^functions/wiring/', HANDLER] },
      to: { path: '^functions/wiring/' },
    },
    {
      name: 'contract-imports-only-core-runtime-and-metrics',
      comment: 'What the wire looks like does not depend on who is behind it.',
      severity: 'error',
      from: { path: '^functions/contract/' },
      to: { pathNot: ['^functions/(?:contract/|runtime/|metrics[.]ts$)', '^core/', 'node_modules/zod/'] },
    },
    {
      name: 'adapters-import-no-contract',
      comment: 'An adapter implements a port; the wire is none of its business.',
      severity: 'error',
      from: { path: '^functions/adapters/' },
      to: { path: '^functions/contract/' },
    },
    {
      name: 'sdks-only-in-adapters',
      comment:
        'One room knows the cloud. bin, local, bench and test are tools of people, and may talk to it themselves.',
      severity: 'error',
      from: { path: '^(?:core|functions|lib|fakes)/', pathNot: '^functions/adapters/' },
      to: { path: SDK },
    },
    {
      name: 'lib-names-functions-by-path',
      comment: 'What deploys code does not run it. core/program may be imported, to refuse a bad program at synth.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(?:core|functions|fakes|bin|local|bench|proof)/', pathNot: '^core/program/' },
    },
    {
      name: 'fakes-import-only-core',
      comment: 'A fake stands for the world: it knows the ports, and nothing of what is really there.',
      severity: 'error',
      from: { path: '^fakes/' },
      to: { pathNot: ['^fakes/', '^core/'] },
    },
    {
      name: 'fakes-are-for-proofs-benchmarks-and-the-local-cloud',
      severity: 'error',
      from: { pathNot: '^(?:fakes|test|bench|local|proof)/' },
      to: { path: '^fakes/' },
    },
    {
      name: 'the-reference-shares-no-code-with-the-engine',
      comment: 'What judges the engine would repeat its mistakes. Types may be shared.',
      severity: 'error',
      from: { path: '^proof/reference/' },
      to: { pathNot: '^proof/reference/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tools-import-no-function',
      comment: 'An operator’s tool or the local cloud uses adapters and use-cases, or calls what is deployed.',
      severity: 'error',
      from: { path: '^(?:bin|local)/' },
      to: { path: FUNCTION_FOLDER },
    },
    {
      name: 'no-function-reads-a-brand-file',
      comment: 'The file was read before it was deployed. Its schema would only make every function start later.',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: READS_BRAND_FILE, reachable: true },
    },
    {
      name: 'only-its-readers-load-the-schema-of-a-brand',
      comment: 'Everyone else takes types from it, which are gone when it runs.',
      severity: 'error',
      from: { pathNot: [READS_BRAND_FILE, '^(?:bin|test)/'] },
      to: { path: '^core/program/brand-schema[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'a-brand-is-checked-without-cdk',
      comment: 'Loading CDK takes longer than all of the check.',
      severity: 'error',
      from: { path: '^bin/brand[.]ts$' },
      to: { path: 'node_modules/(?:aws-cdk-lib|constructs|@aws-sdk)/', reachable: true },
    },
    {
      name: 'nothing-imports-test',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'only-browser-tests-need-programs',
      comment: '`npm test` passes on a machine without Chromium, openssl and unzip.',
      severity: 'error',
      from: {
        path: '^test/',
        pathNot: [
          '[.]browser[.]test[.]ts$',
          '^test/e2e/',
          '^test/support/(?:judged-by-programs|require-programs-once)[.]ts$',
          '^test/local/chromium[.]ts$',
        ],
      },
      to: { path: '^test/(?:support/(?:required-programs|judged-by-programs)|local/chromium)[.]ts$' },
    },
    {
      name: 'what-runs-is-no-devDependency',
      comment: 'Types are gone when it runs; everything else has to be in "dependencies".',
      severity: 'error',
      from: { path: '^(?:core|functions)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-circular',
      comment: 'Two modules that import each other are one module, or lack a third. Imports of types count, too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-import-is-found',
      comment:
        'What is not found is not judged by any rule. (@laurel/brand is the brand’s file, which bundling puts in.)',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@laurel/brand$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type imports are dependencies too: a room that knows another's types knows the other.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
