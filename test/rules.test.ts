import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
const RULEBOOK = 'docs/rules.md';
const ROOMS = ['core', 'functions', 'lib', 'bin', 'local', 'fakes', 'proof', 'test', 'bench', 'docs', 'brands'];
/** This file cites codes that do not exist, to prove that the search finds them. */
const OWN = 'test/rules.test.ts';

interface File {
  name: string;
  text: string;
}

/** A code, and whether its rule or example is still planned. */
type Rulebook = ReadonlyMap<string, { planned: boolean }>;

/**
 * The code of a rule or of an example. The characters around it decide: `E2E`, `0xE1`, `1E5`, `R2-D2`, `#E5E4E2` and parts of a key
 * or a certificate are no codes. `R11-R20` and `R2/R3` are two codes each.
 */
const CODE = /(?<![\w$#%&+=@./-])[RE][1-9]\d{0,2}(?:[-–/][RE][1-9]\d{0,2})*(?![\w$#%&+=@]|[-–/.](?=[\w+/=]))/g;
const LINK = /\brules\.md#([re][1-9]\d*)\b/g;

/** Every code that a text cites: first the codes as written, then the links to headings. */
function citationsIn(text: string): string[] {
  const codes = [...text.matchAll(CODE)].flatMap(([codes]) => codes.split(/[-–/]/));
  const links = [...text.matchAll(LINK)].map(([, anchor]) => anchor!.toUpperCase());
  return [...codes, ...links];
}

/**
 * Reads rules from headings, with the status in the next line, and examples from rows of a table, with the status in the last column.
 * @throws if a rule or an example appears twice, or has no readable status
 */
function readRulebook(text: string): Rulebook {
  const statuses = [
    ...[...text.matchAll(/^### (R\d+)\n\n\*\*.+\*\* Status: (.*)$/gm)].map(([, code, status]) => [code!, status!]),
    ...[...text.matchAll(/^\| (E\d+) \|.*\| ([^|]*) \|$/gm)].map(([, code, status]) => [code!, status!]),
  ] as [string, string][];
  const found = [...text.matchAll(/^### (R\d+)$|^\| (E\d+) \|/gm)].map(([, rule, example]) => rule ?? example!);
  const rulebook = new Map<string, { planned: boolean }>();
  for (const code of found) {
    const [status, ...others] = statuses.filter(([other]) => other === code).map(([, words]) => words);
    const isReadable = status !== undefined && /^(planned|in the code)\b/.test(status);
    if (!isReadable || others.length > 0) throw new Error(`${RULEBOOK} must say once whether ${code} is planned.`);
    rulebook.set(code, { planned: status.startsWith('planned') });
  }
  return rulebook;
}

interface Missing {
  /** Codes that a file cites and the rulebook lacks. */
  unknown: string[];
  /** Codes that are not planned and that no test cites. */
  untested: string[];
}

function missingIn(rulebook: Rulebook, files: readonly File[]): Missing {
  const unknown = files.flatMap(({ name, text }) =>
    text
      .split('\n')
      .flatMap((line, place) => citationsIn(line).map((code) => ({ code, at: `${name}:${place + 1} cites ${code}` })))
      .filter(({ code }) => !rulebook.has(code))
      .map(({ at }) => at),
  );
  const tests = files.filter(({ name }) => name.startsWith('test/') && name.endsWith('.test.ts'));
  const tested = new Set(tests.flatMap(({ text }) => citationsIn(text)));
  const untested = [...rulebook].filter(([code, { planned }]) => !planned && !tested.has(code)).map(([code]) => code);
  return { unknown, untested };
}

/** Every text file of the repository. A file with a NUL character is a picture. */
const files: File[] = [...ROOMS.map((room) => `${room}/**/*`), '*.md']
  .flatMap((pattern) => globSync(pattern, { cwd: ROOT, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
  .filter((name) => name !== OWN)
  .map((name) => ({ name, text: readFileSync(path.join(ROOT, name), 'utf8') }))
  .filter(({ text }) => !text.includes('\0'));

describe('the rulebook', () => {
  const text = readFileSync(path.join(ROOT, RULEBOOK), 'utf8');
  const rulebook = readRulebook(text);

  test('holds the rules R1 to R35 and the examples E1 to E73, each once', () => {
    const upTo = (letter: string, last: number) => Array.from({ length: last }, (_, place) => `${letter}${place + 1}`);
    expect([...rulebook.keys()].sort()).toEqual([...upTo('R', 35), ...upTo('E', 73)].sort());
  });

  test('holds every code that a file cites', () => {
    expect(missingIn(rulebook, files).unknown).toEqual([]);
  });

  test('holds only planned rules and planned examples that no test cites', () => {
    expect(missingIn(rulebook, files).untested).toEqual([]);
  });

  test('says in the status of a rule whether some of its sentences are planned', () => {
    const rules = text.split(/^(?=##)/m).filter((section) => /^### R\d/.test(section));
    const wrong = rules.filter(
      (rule) => rule.includes('except what is marked planned') !== rule.includes('- Planned: '),
    );
    expect(wrong.map((rule) => rule.split('\n')[0])).toEqual([]);
  });

  test.each(['core', 'functions', 'proof', 'test', 'docs'])('is cited in the room %s', (room) => {
    const cited = files.filter(({ name }) => name.startsWith(`${room}/`) && name !== RULEBOOK);
    expect(cited.flatMap(({ text }) => citationsIn(text)).length).toBeGreaterThan(0);
  });
});

describe('the search for codes', () => {
  test.each([
    ['R14', ['R14']],
    ["test('E37: a second grant below the one that shows'", ['E37']],
    ['a refund takes its share (R3), and is no order (R6, E21).', ['R3', 'R6', 'E21']],
    ['R11-R20 as laws, R2/R3 and E1–E3', ['R11', 'R20', 'R2', 'R3', 'E1', 'E3']],
    ['see [the rule](rules.md#r14), and docs/rules.md#e5', ['R14', 'E5']],
    ['by R999', ['R999']],
  ])('finds the codes in %j', (text, codes) => {
    expect(citationsIn(text)).toEqual(codes);
  });

  test.each([
    'AWS::S3::Bucket and S3',
    'npm run e2e, E2E, e2',
    '#E5E4E2 #e5 0xE12 1E5 5e3 E5E4E2 R2D2',
    'R2-D2, R0, R01, E0, ER1, VR12, R1000',
    'MIIE/R2+E4=, R2/abc, a-R7, x.R2, R6.2, E5=',
    'process.env.R2_BUCKET, $R2, R2$, r14, e5',
    'rules.md#section-r5',
  ])('finds no code in %j', (text) => {
    expect(citationsIn(text)).toEqual([]);
  });
});

describe('a made-up rulebook', () => {
  const text = [
    '### R1\n\n**Points.** Status: in the code.\n',
    '### R2\n\n**Identity.** Status: in the code, except what is marked planned.\n',
    '### R3\n\n**Refunds.** Status: planned.\n',
    '| # | Given | Then | Status |\n| --- | --- | --- | --- |',
    '| E1 | a purchase | Silver | in the code |',
    '| E2 | a planned purchase | Gold | in the code; today by hand |',
    '| E3 | a refund | Bronze | planned; today Silver |\n',
  ].join('\n');

  test('reports every unknown code, and every untested code that is not planned', () => {
    const madeUp = [
      { name: 'core/purchase.ts', text: '/** R1 */\n/** R4 and E2 */' },
      { name: 'test/purchase.test.ts', text: "test('E1, R2: a purchase')\n// R9" },
      { name: 'test/support/purchases.ts', text: '/** R1 */' },
    ];
    expect(missingIn(readRulebook(text), madeUp)).toEqual({
      unknown: ['core/purchase.ts:2 cites R4', 'test/purchase.test.ts:2 cites R9'],
      untested: ['R1', 'E2'],
    });
  });

  test.each([
    ['a rule without a status', text.replace('Status: planned.', '')],
    ['a rule with an unknown status', text.replace('Status: planned', 'Status: soon')],
    ['a rule that appears twice', `${text}\n### R1\n\n**Points.** Status: planned.\n`],
    ['an example without a status', text.replace('Silver | in the code |', 'Silver |')],
    ['an example that appears twice', `${text}| E1 | a purchase | Gold | planned |\n`],
  ])('is refused with %s', (_, wrong) => {
    expect(() => readRulebook(wrong)).toThrow(/must say once whether [RE]\d is planned/);
  });
});
