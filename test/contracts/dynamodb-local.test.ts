import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { JavaMissing, startDynamoDbLocal } from '../../local/dynamodb-local.ts';
import { waitFor } from '../../local/wait-for.ts';
import { sharedDynamoDb } from './setup/dynamodb.ts';

const PROJECT_ROOT = path.resolve(import.meta.dirname, '../..');

/** Arguments for a process that starts DynamoDB Local, prints its process id and endpoint, and then runs `thenDo`. */
function starter(thenDo: string) {
  const script = `
    import { startDynamoDbLocal } from './local/dynamodb-local.ts';
    const dynamoDb = await startDynamoDbLocal();
    console.log(JSON.stringify({ pid: dynamoDb.pid, endpoint: dynamoDb.endpoint }));
    ${thenDo}`;
  return ['--input-type=module-typescript', '--eval', script];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('DynamoDB Local', () => {
  // Fails with the remedy if Java is missing.
  beforeAll(() => void sharedDynamoDb());

  test('listens on loopback only', async () => {
    const { port } = new URL(sharedDynamoDb().endpoint);
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const answered: string[] = [];
    for (const { address, family } of addresses) {
      const host = family === 'IPv6' ? `[${address}]` : address;
      await fetch(`http://${host}:${port}/`).then(
        () => answered.push(address),
        () => undefined,
      );
    }
    expect(answered).toEqual(['127.0.0.1']);
  });

  test('ends when it is stopped', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, starter('await dynamoDb.stop();'), {
      cwd: PROJECT_ROOT,
    });
    expect(isAlive(JSON.parse(stdout).pid)).toBe(false);
  });

  test('ends with the process that started it, even if that is killed', async () => {
    const child = spawn(process.execPath, starter('setInterval(() => {}, 1000);'), {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const said: string[] = [];
      child.stdout.on('data', (chunk) => said.push(String(chunk)));
      const { pid } = JSON.parse(await waitFor('its process id', () => said.join('') || undefined));
      expect(isAlive(pid)).toBe(true);
      child.kill('SIGKILL');
      await waitFor('its end', () => !isAlive(pid) || undefined);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

/** A script in place of Java: it lists the modules, and fails on all other arguments. */
const javaOf = (modules: string, complaint = 'no') =>
  `case "$*" in *--list-modules*) printf '${modules}';; *) echo '${complaint}' >&2; exit 1;; esac`;

describe.skipIf(process.platform === 'win32')('without the right Java', () => {
  async function failureOf(java?: string): Promise<Error> {
    const home = mkdtempSync(path.join(tmpdir(), 'laurel-java-'));
    try {
      mkdirSync(path.join(home, 'bin'));
      if (java) writeFileSync(path.join(home, 'bin', 'java'), `#!/bin/sh\n${java}\n`, { mode: 0o755 });
      return await startDynamoDbLocal(home).then(
        () => expect.fail('It started.'),
        (error) => error,
      );
    } finally {
      rmSync(home, { recursive: true });
    }
  }

  test.each([
    ['none', undefined, /there is no .*bin\/java;/],
    ['a stub that only says there is none', 'echo "Unable to locate a Java Runtime." >&2; exit 1', /is not one;/],
    ['an old one', javaOf('java.base@11.0.2\\njdk.compiler@11.0.2\\n'), /is of version 11;/],
    ['a runtime without a compiler', javaOf('java.base@17.0.2\\njava.sql@17.0.2\\n'), /is a runtime \(JRE\) without/],
  ])('with %s, one sentence says what is missing and how to install it', async (_, java, reason) => {
    const failure = await failureOf(java);
    expect(failure).toBeInstanceOf(JavaMissing);
    expect(failure.message).toMatch(reason);
    expect(failure.message).toMatch(/version 17 or later.*apt-get install.*macOS.*Windows.*JAVA_HOME/);
    expect(failure.message).not.toContain('\n');
  });

  test('a suitable Java that fails anyway is quoted', async () => {
    const java = javaOf('java.base@17.0.2\\njdk.compiler@17.0.2\\n', 'There is no memory left.');
    const failure = await failureOf(java);
    expect(failure).not.toBeInstanceOf(JavaMissing);
    expect(failure.message).toContain('There is no memory left.');
  });
});
