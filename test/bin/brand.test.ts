import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { brandCommand } from '../../bin/operator/brand-command.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DEMO = JSON.parse(readFileSync(join(ROOT, 'brands/demo.json'), 'utf8'));

/** A project folder with brands of its own, where npm would run the command. */
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'laurel-brand-')));
const project = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(project);
  rmSync(folder, { recursive: true });
});
mkdirSync(join(folder, 'brands'));
cpSync(join(ROOT, 'brands/demo'), join(folder, 'brands/demo'), { recursive: true });

function file(path: string, content: unknown): void {
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
}

/** Runs a command in this process, and returns its output and exit code. */
async function brand(...args: string[]) {
  const said = { stdout: '', stderr: '' };
  const hear = (stream: 'stdout' | 'stderr') => (text: unknown) => {
    said[stream] += text;
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(hear('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(hear('stderr')),
    vi.spyOn(console, 'log').mockImplementation((text) => void hear('stdout')(`${text}\n`)),
  ];
  try {
    const command = brandCommand();
    for (const one of [command, ...command.commands]) one.exitOverride();
    await command.parseAsync(args, { from: 'user' }).catch((error) => {
      if (!(error instanceof CommanderError)) throw error;
      process.exitCode = error.exitCode;
    });
    return { status: Number(process.exitCode ?? 0), ...said };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}

/** The command as npm starts it. */
function brandAsProcess(...args: string[]) {
  const command = [join(ROOT, 'bin/brand.ts'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const { wallet: _, ...WITHOUT_PASSES } = DEMO;
const ACME = {
  ...WITHOUT_PASSES,
  brand: 'acme',
  account: '111122223333',
  notifications: { ...DEMO.notifications, email: { enabled: true, from: 'hello@acme.net' } },
};
file('brands/acme.json', ACME);
file('brands/brand.schema.json', {});

describe('brand check', () => {
  test.each(['acme', 'acme.json', 'brands/acme.json', './brands/acme.json'])(
    'says of %s in one line that it can be deployed, and by which command',
    async (name) => {
      expect(await brand('check', name)).toEqual({
        status: 0,
        stdout: 'brands/acme.json can be deployed: npx cdk deploy -c brand=acme\n',
        stderr: '',
      });
    },
  );

  test('reads a file in another folder, and says that a deployment needs the file in brands/', async () => {
    mkdirSync(join(folder, 'drafts'));
    file('drafts/acme.json', ACME);
    expect(await brand('check', 'drafts/acme.json')).toMatchObject({
      status: 0,
      stdout: 'drafts/acme.json can be deployed: put it into the folder brands first\n',
    });
  });

  test('lists every problem of shape, of meaning and of images, as a deployment does', async () => {
    const { designs } = DEMO.wallet;
    const gold = { ...designs.gold, images: 'demo/wallet' };
    file('brands/broken.json', {
      ...DEMO,
      brand: 'other',
      lunchedOn: '2026-01-01',
      program: { ...DEMO.program, currency: 'euro' },
      wallet: { ...DEMO.wallet, designs: { ...designs, gold } },
    });
    const { status, stdout, stderr } = await brand('check', 'broken');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    const lines = stderr.split('\n').filter((line) => !line.startsWith('Warning: '));
    expect(lines[0]).toBe('brands/broken.json can’t be deployed as it is:');
    expect(lines.slice(1).map((line) => line.split(':')[0]!.trim())).toEqual([
      'program.currency',
      'lunchedOn',
      'brand',
      ...Array(4).fill('wallet.designs.gold.images'),
      '',
    ]);
    expect(lines).toContain(
      '  program.currency: given "euro"; allowed: an ISO 4217 currency such as "EUR". Did you mean "EUR"?',
    );
    expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
  });

  test('a warning does not fail the check', async () => {
    file('brands/draft.json', { ...ACME, brand: 'draft', account: '000000000000' });
    expect(await brand('check', 'draft')).toEqual({
      status: 0,
      stdout: 'brands/draft.json can be deployed: npx cdk deploy -c brand=draft\n',
      stderr:
        'Warning: account: given "000000000000"; expected: the 12 digits of your AWS account. This is a placeholder: change it before you deploy.\n',
    });
  });

  test.each([
    ['demo/wallet', 'There is no file demo/wallet.\n'],
    ['drafts/none.json', 'There is no file drafts/none.json.\n'],
    [
      'acmee',
      'There is no brand "acmee". Did you mean "acme"?\n  Name one with npm run brand -- check acme\n  There is: acme',
    ],
    ['brands/acmee.json', 'There is no brand "acmee". Did you mean "acme"?\n'],
    ['brand.schema', 'There is no brand "brand.schema".\n'],
    ['other', 'Begin a new one: npm run brand -- new other\n'],
  ])('says of %s what there is instead', async (name, complaint) => {
    const { status, stderr } = await brand('check', name);
    expect(status).toBe(1);
    expect(stderr).toContain(complaint);
    expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
  });

  test('says where a file is not JSON', async () => {
    file('brands/torn.json', '{\n  "brand": "torn",\n  "name" "Torn"\n}');
    const { status, stderr } = await brand('check', 'torn');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^brands\/torn\.json is not JSON: .*line 3/);
  });
});

describe('brand new', () => {
  const read = (name: string) => JSON.parse(readFileSync(join(folder, `brands/${name}.json`), 'utf8'));

  test('writes a file that the check passes, and says what to change in it and what comes next', async () => {
    const { status, stdout, stderr } = await brand('new', 'corner-shop');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('brands/corner-shop.json is written. Change in it:');
    expect(lines.slice(1, -1).map((line) => line.trim().split(' ')[0])).toEqual([
      'account',
      'region',
      'notifications.email.from',
      'program',
    ]);
    expect(lines.at(-1)).toBe('Then check it: npm run brand -- check corner-shop');
    expect(read('corner-shop')).toMatchObject({
      $schema: './brand.schema.json',
      brand: 'corner-shop',
      name: 'Corner Shop',
      program: { basis: 'points', currency: 'EUR' },
    });
    const check = await brand('check', 'corner-shop');
    expect(check).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('brands/corner-shop.json can be deployed'),
    });
    // The check warns of the same placeholders that `brand new` listed.
    expect(check.stderr).toMatch(/^Warning: account: .*\nWarning: notifications\.email\.from: .*\n$/);
  });

  test('uses the given options, and does not list them as still to change', async () => {
    const { stdout } = await brand(
      ...['new', 'yen', '--account', '111122223333', '--region', 'ap-northeast-1', '--time-zone', 'Asia/Tokyo'],
      ...['--currency', 'JPY', '--basis', 'spend'],
    );
    expect(stdout).not.toMatch(/^ +(?:account|region) /m);
    expect(read('yen')).toMatchObject({
      account: '111122223333',
      region: 'ap-northeast-1',
      program: { timeZone: 'Asia/Tokyo', currency: 'JPY', basis: 'spend' },
    });
    expect(await brand('check', 'yen')).toMatchObject({ status: 0, stderr: expect.not.stringContaining('account') });
  });

  test('never overwrites a file', async () => {
    const before = readFileSync(join(folder, 'brands/acme.json'), 'utf8');
    const { status, stderr } = await brand('new', 'acme', '--currency', 'USD');
    expect(status).toBe(1);
    expect(stderr).toBe(
      'brands/acme.json is there already, and was not changed.\n  Choose another name, or check the file: npm run brand -- check acme\n',
    );
    expect(readFileSync(join(folder, 'brands/acme.json'), 'utf8')).toBe(before);
  });

  test.each([
    ['Acme Shop!', ', such as acme-shop.'],
    ['2good', ', such as good.'],
    ['brand.schema', ', such as brand-schema.'],
    ['../acme', ', such as acme.'],
    ['42', ', a letter first, 31 at most.'],
  ])('refuses the name %s with what is allowed', async (name, like) => {
    const { status, stderr } = await brand('new', name);
    expect(status).toBe(1);
    expect(stderr).toContain(`"${name}" is no name for a brand.\n  Allowed: lower-case letters, digits and hyphens`);
    expect(stderr).toContain(like);
  });

  test('names each refused option, suggests a valid value, and writes no file', async () => {
    const { status, stderr } = await brand('new', 'wrong', '--currency', 'euro', '--account', '12', '--basis', 'Spend');
    expect(status).toBe(1);
    expect(stderr).toBe(
      [
        'No file was written.',
        '  --account: given "12"; allowed: the 12 digits of an AWS account, as text. Change the value.',
        '  --currency: given "euro"; allowed: an ISO 4217 currency such as "EUR". Did you mean "EUR"?',
        '  --basis: given "Spend"; allowed: "points" or "spend". Did you mean "spend"?',
        '',
      ].join('\n'),
    );
    expect(() => read('wrong')).toThrow('ENOENT');
  });

  test('creates a missing folder brands/, and the check reports a missing folder', async () => {
    const empty = realpathSync(mkdtempSync(join(tmpdir(), 'laurel-empty-')));
    process.chdir(empty);
    const { stderr } = await brand('check', 'acme');
    expect(stderr).toContain(`There is none yet in ${empty}/brands. Begin one: npm run brand -- new acme`);
    expect((await brand('new', 'acme')).status).toBe(0);
    expect((await brand('check', 'acme')).status).toBe(0);
    process.chdir(folder);
    rmSync(empty, { recursive: true });
  });
});

test('brand schema writes the same schema as in this repository', async () => {
  expect(await brand('schema')).toMatchObject({ status: 0, stdout: 'brands/brand.schema.json is written.\n' });
  const written = readFileSync(join(folder, 'brands/brand.schema.json'), 'utf8');
  expect(written).toBe(readFileSync(join(ROOT, 'brands/brand.schema.json'), 'utf8'));
});

test.each([[['--help']], [['new', '--help']]])('brand %j teaches by examples', async (args) => {
  const { status, stdout } = await brand(...args);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Examples:\n[\s\S]*\n {4}npm run brand -- new acme\n/);
});

test('brand, as a process, prints its output and ends with its exit code', () => {
  expect(brandAsProcess('check', 'acme')).toEqual({
    status: 0,
    stdout: 'brands/acme.json can be deployed: npx cdk deploy -c brand=acme\n',
    stderr: '',
  });
  expect(brandAsProcess('check', 'nobody')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^There is no brand "nobody"\./),
  });
});
