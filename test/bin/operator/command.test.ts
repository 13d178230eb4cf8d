import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };

const ROOT = resolve(import.meta.dirname, '../../..');

/** The commands for people; CDK runs `laurel.ts`. */
const SCRIPTS = Object.entries(packageJson.scripts).flatMap(([script, line]) => {
  const [, file] = /^node (bin\/[a-z-]+\.ts)$/.exec(line) ?? [];
  return file === undefined ? [] : [{ script, file }];
});

async function helpOf(file: string, args: readonly string[], columns: number): Promise<string> {
  const env = { ...process.env, COLUMNS: String(columns) };
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args, '--help'], { cwd: ROOT, env });
  return stdout;
}

/** The lines that may be wrapped: neither a usage nor an example's command. */
const wrapped = (help: string) => help.split('\n').filter((line) => !/^ {4}np[mx] |^Usage: /.test(line));

/** Pairs of lines of one paragraph, where the second line's first word had room on the first line. */
function wrappedTwice(help: string, columns: number): string[] {
  const lines = wrapped(help);
  const indent = (line: string) => /^ */.exec(line)![0].length;
  return lines.flatMap((line, place) => {
    const next = lines[place + 1] ?? '';
    const isText = line !== '' && next !== '' && !line.endsWith(':') && indent(line) === 0 && indent(next) === 0;
    const [word = ''] = next.trim().split(' ');
    return isText && line.length + 1 + word.length <= columns ? [`${line}\n${next}`] : [];
  });
}

describe('the help text of a command', () => {
  const texts = new Map<string, string>();

  beforeAll(async () => {
    const all = SCRIPTS.map(async ({ script, file }) => texts.set(script, await helpOf(file, [], 80)));
    await Promise.all(all);
  }, 120_000);

  test('exists for every command under bin/', () => {
    const files = globSync('bin/*.ts', { cwd: ROOT }).filter((file) => !/laurel/.test(file));
    expect(SCRIPTS.map(({ file }) => file).sort()).toEqual(files.sort());
  });

  test.each(SCRIPTS.map(({ script }) => script))(
    '%s: is wrapped once when it is piped, and no line is too long',
    (script) => {
      const help = texts.get(script)!;
      expect(wrapped(help).filter((line) => line.length > 80)).toEqual([]);
      expect(wrappedTwice(help, 80)).toEqual([]);
    },
  );

  test.each(SCRIPTS.map(({ script }) => script))('%s: teaches by examples, which are commands that exist', (script) => {
    const examples = [...texts.get(script)!.matchAll(/^ {4}npm run (\S+)/gm)].map(([, name]) => name!);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(packageJson.scripts).toHaveProperty([example]);
  });

  test('fits a narrow terminal and fills a wide one, up to a width that is easy to read', async () => {
    for (const [columns, longest] of [
      [50, 50],
      [90, 90],
      [400, 100],
    ] as const) {
      const lines = wrapped(await helpOf('bin/restore.ts', [], columns)).map(({ length }) => length);
      expect(Math.max(...lines)).toBeLessThanOrEqual(longest);
      expect(Math.max(...lines)).toBeGreaterThan(longest - 10);
    }
  }, 120_000);

  test('describes each subcommand, with an example', async () => {
    const help = await helpOf('bin/keys.ts', ['create'], 80);
    expect(help).toContain('Creates a key and shows it once');
    expect(help).toContain('npm run keys -- create --brand acme --role intake');
    expect(help).not.toContain('npm run keys -- revoke');
  }, 60_000);
});

test('a command with wrong options names the problem, and where to find the options', async () => {
  const wrong = promisify(execFile)(process.execPath, ['bin/audit.ts', '--brand', 'demo', '--heel'], { cwd: ROOT });
  await expect(wrong).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Did you mean --heal\?\)\nAdd --help to see the options and examples\./),
  });
}, 60_000);

test('a command that gets no answer names the remedy on one stream, without a stack trace', async () => {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  };
  const run = promisify(execFile)(process.execPath, ['bin/audit.ts', '--brand', 'demo'], { cwd: ROOT, env });
  await expect(run).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^The stack laurel-demo .*\nNothing listens at http:\/\/127\.0\.0\.1:9, .*npm start.*\n$/,
    ),
  });
}, 60_000);
