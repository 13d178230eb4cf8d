import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addBrandStack } from '../../bin/operator/brand-app.ts';
import { OperatorError } from '../../bin/operator/operator-error.ts';

const APP = resolve(import.meta.dirname, '../../bin/laurel.ts');
const DEMO = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../brands/demo.json'), 'utf8'));

/** A project folder with brands of its own, as CDK finds one: it runs the app where `cdk.json` lies. */
const folder = mkdtempSync(join(tmpdir(), 'laurel-brands-'));
const project = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(project);
  rmSync(folder, { recursive: true });
});
mkdirSync(join(folder, 'brands'));
cpSync(resolve(import.meta.dirname, '../../brands/demo'), join(folder, 'brands', 'demo'), { recursive: true });

function file(name: string, content: unknown): void {
  writeFileSync(
    join(folder, 'brands', `${name}.json`),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

const context = (brand?: string, bundled: string[] = []) => ({
  'aws:cdk:bundling-stacks': bundled,
  ...(brand === undefined ? {} : { brand }),
});

/** The stack that CDK synthesizes, and the output on standard error. */
async function synth(brand?: string, bundled?: string[]): Promise<{ refusal?: string; told: string }> {
  const app = new App({ outdir: join(folder, 'cdk.out'), context: context(brand, bundled) });
  const told: string[] = [];
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  try {
    await addBrandStack(app);
    app.synth();
    return { told: told.join('') };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { refusal: error.message, told: told.join('') };
  } finally {
    stderr.mockRestore();
  }
}

file('acme', { ...DEMO, brand: 'acme', account: '111122223333', region: 'us-east-1' });

test('a brand’s stack goes to the account and region of its file, whatever the environment says', {
  timeout: 60_000,
}, async () => {
  const { refusal, told } = await synth('acme');
  expect(refusal).toBeUndefined();
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'cdk.out', 'manifest.json'), 'utf8'));
  expect(artifacts['laurel-acme'].environment).toBe('aws://111122223333/us-east-1');
  // The app warns of a likely mistake, and still makes the stack.
  expect(told).toMatch(/^Warning: notifications\.email\.from: given "Aurora Coffee .*"; expected: /m);
});

test('a brand file with several problems is refused with all of them', async () => {
  file('broken', {
    ...DEMO,
    brand: 'other',
    region: 'Dublin',
    program: { ...DEMO.program, currency: 'euro', bonus: 5 },
  });
  const { refusal } = await synth('broken');
  expect(refusal).toMatch(/brand: given "other"; allowed: "broken"/);
  expect(refusal).toMatch(/region: given "Dublin"; allowed: .*eu-west-1/);
  expect(refusal).toMatch(/program\.currency: given "euro"; allowed: .*EUR/);
  expect(refusal).toMatch(/program\.bonus: given 5; .*Remove it/);
});

test.each([
  ['for none, as for cdk bootstrap', [], 'npx cdk bootstrap -c brand=acme'],
  ['for all, as for cdk deploy', ['**'], 'npx cdk deploy -c brand=acme'],
])('without a brand, a command that wants bundles %s is told how to name one', async (_, bundled, example) => {
  const { refusal } = await synth(undefined, bundled);
  expect(refusal).toContain(`No brand was named.\n  Name one with -c brand=acme, as in ${example}\n  There is: acme`);
});

test('a brand file that is not JSON is refused with the place', async () => {
  file('torn', '{\n  "brand": "torn",\n  "name" "Torn"\n}');
  const { refusal } = await synth('torn');
  expect(refusal).toMatch(/torn\.json is not JSON: .*line 3/);
});

test.each([
  ['no brand', undefined, 'No brand was named.'],
  ['an unknown brand', 'nobody', 'There is no brand "nobody".'],
  ['a path', '../brands/acme', 'There is no brand "../brands/acme".'],
])('%s is refused with the brands there are', async (_, brand, complaint) => {
  const { refusal } = await synth(brand);
  expect(refusal).toContain(complaint);
  expect(refusal).toMatch(/There is: acme/);
});

test('problems of a design’s images are listed beside the file’s other problems', async () => {
  const { designs } = DEMO.wallet;
  const nowhere = { ...designs, gold: { ...designs.gold, images: 'nowhere' }, silver: { images: 7 } };
  file('both', { ...DEMO, brand: 'both', region: 'Dublin', wallet: { ...DEMO.wallet, designs: nowhere } });
  const { refusal } = await synth('both');
  expect(refusal).toMatch(/region: given "Dublin"/);
  expect(refusal).toMatch(/wallet\.designs\.silver\.images: given 7; allowed: a text/);
  expect(refusal).toMatch(/wallet\.designs\.gold\.images: given nowhere, without icon\.png/);
});

test('a design without its images, or with images of another size, is refused with each of them', async () => {
  const { designs } = DEMO.wallet;
  const bare = { ...designs, gold: { ...designs.gold, images: 'acme/gold' } };
  file('bare', { ...DEMO, brand: 'bare', wallet: { ...DEMO.wallet, designs: bare } });
  mkdirSync(join(folder, 'brands', 'acme', 'gold'), { recursive: true });
  cpSync(join(folder, 'brands/demo/wallet/gold/strip.png'), join(folder, 'brands/acme/gold/logo.png'));
  const { refusal } = await synth('bare');
  expect(refusal).toMatch(
    /wallet\.designs\.gold\.images: given acme\/gold, without icon\.png; allowed: .*29 × 29 pixels\. Add/,
  );
  expect(refusal).toMatch(/given acme\/gold\/logo\.png with 375 × 123 pixels; allowed: at most 160 × 50 pixels/);
  expect(refusal).not.toMatch(/designs\.silver/);
});

test('a brand whose tables were restored uses the restored tables', { timeout: 60_000 }, async () => {
  file('back', { ...DEMO, brand: 'back', account: '111122223333', region: 'us-east-1' });
  mkdirSync(join(folder, 'brands', 'back'), { recursive: true });
  const names = join(folder, 'brands', 'back', 'restored-tables.json');
  const streamArn = 'arn:aws:dynamodb:us-east-1:111122223333:table/points-back/stream/2026-11-20T10:00:00.000';
  const points = { table: 'points-back', streamArn, from: 'points', at: '2026-11-20T10:00:00Z' };
  writeFileSync(names, JSON.stringify({ points }));
  expect((await synth('back')).refusal).toBeUndefined();
  const { Resources } = JSON.parse(readFileSync(join(folder, 'cdk.out', 'laurel-back.template.json'), 'utf8'));
  const tables = Object.entries(Resources as Record<string, { Type: string }>).filter(
    ([, { Type }]) => Type === 'AWS::DynamoDB::GlobalTable',
  );
  expect(tables.map(([id]) => id)).toEqual(['MembersTableC2CB1611']);
  expect(JSON.stringify(Resources)).toContain(streamArn);
});

test('the app that CDK runs ends with exit code 1 and the refusal alone, without a stack trace', () => {
  const env = {
    ...process.env,
    CDK_OUTDIR: join(folder, 'cdk.out'),
    CDK_CONTEXT_JSON: JSON.stringify(context('nobody')),
  };
  const { status, stderr } = spawnSync(process.execPath, [APP], { cwd: folder, encoding: 'utf8', env });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^There is no brand "nobody"\./);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
});
