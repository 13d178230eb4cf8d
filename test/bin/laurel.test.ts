import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const APP = resolve(import.meta.dirname, '../../bin/laurel.ts');
const DEMO = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../brands/demo.json'), 'utf8'));

/** A project folder with brands of its own, as CDK finds one: it runs the app where `cdk.json` lies. */
const folder = mkdtempSync(join(tmpdir(), 'laurel-brands-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'brands'));
cpSync(resolve(import.meta.dirname, '../../brands/demo'), join(folder, 'brands', 'demo'), { recursive: true });

function file(name: string, content: unknown): void {
  writeFileSync(
    join(folder, 'brands', `${name}.json`),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

function synth(brand?: string, bundled: string[] = []) {
  const context = { 'aws:cdk:bundling-stacks': bundled, ...(brand === undefined ? {} : { brand }) };
  const { status, stderr } = spawnSync(process.execPath, [APP], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: join(folder, 'cdk.out'), CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  return { status, stderr };
}

file('acme', { ...DEMO, brand: 'acme', account: '111122223333', region: 'us-east-1' });

test('a brand’s stack goes to the account and region of its file, whatever the environment says', {
  timeout: 60_000,
}, () => {
  const { status, stderr } = synth('acme');
  expect(status).toBe(0);
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'cdk.out', 'manifest.json'), 'utf8'));
  expect(artifacts['laurel-acme'].environment).toBe('aws://111122223333/us-east-1');
  // What the file most likely does not mean is told, and the stack is made.
  expect(stderr).toMatch(/^Warning: notifications\.email\.from: given "Aurora Coffee .*"; expected: /m);
});

test('a brand file with several problems is refused with all of them', () => {
  file('broken', {
    ...DEMO,
    brand: 'other',
    region: 'Dublin',
    program: { ...DEMO.program, currency: 'euro', bonus: 5 },
  });
  const { status, stderr } = synth('broken');
  expect(status).toBe(1);
  expect(stderr).toMatch(/brand: given "other"; allowed: "broken"/);
  expect(stderr).toMatch(/region: given "Dublin"; allowed: .*eu-west-1/);
  expect(stderr).toMatch(/program\.currency: given "euro"; allowed: .*EUR/);
  expect(stderr).toMatch(/program\.bonus: given 5; .*Remove it/);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
});

test.each([
  ['for none, as for cdk bootstrap', [], 'npx cdk bootstrap -c brand=acme'],
  ['for all, as for cdk deploy', ['**'], 'npx cdk deploy -c brand=acme'],
])('without a brand, a command that wants bundles %s is told how to name one', (_, bundled, example) => {
  const { status, stderr } = synth(undefined, bundled);
  expect(status).toBe(1);
  expect(stderr).toContain(`No brand was named.\n  Name one with -c brand=acme, as in ${example}\n  There is: acme`);
});

test('a brand file that is not JSON is refused with the place', () => {
  file('torn', '{\n  "brand": "torn",\n  "name" "Torn"\n}');
  const { status, stderr } = synth('torn');
  expect(status).toBe(1);
  expect(stderr).toMatch(/torn\.json is not JSON: .*line 3/);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
});

test.each([
  ['no brand', undefined, 'No brand was named.'],
  ['an unknown brand', 'nobody', 'There is no brand "nobody".'],
  ['a path', '../brands/acme', 'There is no brand "../brands/acme".'],
])('%s is refused with the brands there are', (_, brand, complaint) => {
  const { status, stderr } = synth(brand);
  expect(status).toBe(1);
  expect(stderr).toContain(complaint);
  expect(stderr).toMatch(/There is: acme/);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
});

test('a design’s images are told beside what else is wrong with the file', () => {
  const { designs } = DEMO.wallet;
  const nowhere = { ...designs, gold: { ...designs.gold, images: 'nowhere' }, silver: { images: 7 } };
  file('both', { ...DEMO, brand: 'both', region: 'Dublin', wallet: { ...DEMO.wallet, designs: nowhere } });
  const { status, stderr } = synth('both');
  expect(status).toBe(1);
  expect(stderr).toMatch(/region: given "Dublin"/);
  expect(stderr).toMatch(/wallet\.designs\.silver\.images: given 7; allowed: a text/);
  expect(stderr).toMatch(/wallet\.designs\.gold\.images: given nowhere, without icon\.png/);
});

test('a design without its images, or with images of another size, is refused with each of them', () => {
  const { designs } = DEMO.wallet;
  const bare = { ...designs, gold: { ...designs.gold, images: 'acme/gold' } };
  file('bare', { ...DEMO, brand: 'bare', wallet: { ...DEMO.wallet, designs: bare } });
  mkdirSync(join(folder, 'brands', 'acme', 'gold'), { recursive: true });
  cpSync(join(folder, 'brands/demo/wallet/gold/strip.png'), join(folder, 'brands/acme/gold/logo.png'));
  const { status, stderr } = synth('bare');
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /wallet\.designs\.gold\.images: given acme\/gold, without icon\.png; allowed: .*29 × 29 pixels\. Add/,
  );
  expect(stderr).toMatch(/given acme\/gold\/logo\.png with 375 × 123 pixels; allowed: at most 160 × 50 pixels/);
  expect(stderr).not.toMatch(/designs\.silver/);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
});

test('a brand whose tables were restored is put on them', { timeout: 60_000 }, () => {
  file('back', { ...DEMO, brand: 'back', account: '111122223333', region: 'us-east-1' });
  mkdirSync(join(folder, 'brands', 'back'), { recursive: true });
  const names = join(folder, 'brands', 'back', 'restored-tables.json');
  const streamArn = 'arn:aws:dynamodb:us-east-1:111122223333:table/points-back/stream/2026-11-20T10:00:00.000';
  const points = { table: 'points-back', streamArn, from: 'points', at: '2026-11-20T10:00:00Z' };
  writeFileSync(names, JSON.stringify({ points }));
  expect(synth('back')).toMatchObject({ status: 0 });
  const { Resources } = JSON.parse(readFileSync(join(folder, 'cdk.out', 'laurel-back.template.json'), 'utf8'));
  const tables = Object.entries(Resources as Record<string, { Type: string }>).filter(
    ([, { Type }]) => Type === 'AWS::DynamoDB::GlobalTable',
  );
  expect(tables.map(([id]) => id)).toEqual(['MembersTableC2CB1611']);
  expect(JSON.stringify(Resources)).toContain(streamArn);
});
