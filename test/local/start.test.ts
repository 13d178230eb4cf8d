import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPython } from '../../local/python.ts';

const START = path.resolve('local/start.ts');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'laurel-test-'));
  symlinkSync(process.execPath, path.join(folder, 'node'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A script that answers like a Python interpreter. */
function pretendPython(name: string, version: string, makesEnvironments: boolean): void {
  const answer = `/usr/bin/${name}\\t${version}\\t${makesEnvironments ? 'True' : 'False'}\\n`;
  writeFileSync(path.join(folder, name), `#!/bin/sh\nprintf '${answer}'\n`, { mode: 0o755 });
}

function start(...args: string[]) {
  return spawnSync(process.execPath, [START, ...args], { encoding: 'utf8', env: { PATH: folder } });
}

describe('npm start', () => {
  test('--help says what it does, and starts nothing', () => {
    const { status, stdout, stderr } = start('--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('--once');
    expect(stdout).toContain('AWS_ENDPOINT_URL');
  });

  test('an unknown option is refused, with a list of the known options', () => {
    const { status, stderr } = start('--onec');
    expect(status).toBe(2);
    expect(stderr).toContain("'--onec'");
    expect(stderr).toContain('--once');
  });

  test('an endpoint that is not this machine is refused in a sentence, without a stack trace', () => {
    const { status, stderr } = spawnSync(process.execPath, [START, '--once'], {
      encoding: 'utf8',
      env: { PATH: folder, AWS_ENDPOINT_URL: 'https://sqs.eu-west-1.amazonaws.com' },
    });
    expect(status).toBe(1);
    expect(stderr).toContain('sqs.eu-west-1.amazonaws.com, which is not this machine');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('The Python of the local cloud', () => {
  test('a missing Python is reported with what to install on each system, and the alternative', async () => {
    const failure = findPython({ PATH: folder });
    await expect(failure).rejects.toThrow('none was found');
    await expect(failure).rejects.toThrow('sudo apt install python3 python3-venv');
    await expect(failure).rejects.toThrow('brew install');
    await expect(failure).rejects.toThrow('winget install');
    await expect(failure).rejects.toThrow('AWS_ENDPOINT_URL=http://127.0.0.1:4566 npm start');
  });

  test('a Python that is too old is named with its version', async () => {
    pretendPython('python3', '3.9.2', true);
    await expect(findPython({ PATH: folder })).rejects.toThrow('/usr/bin/python3 is 3.9.2');
  });

  test('a Python without its venv module, as on Debian, is reported with the missing package', async () => {
    pretendPython('python3', '3.11.2', false);
    await expect(findPython({ PATH: folder })).rejects.toThrow('sudo apt install python3.11-venv');
  });

  test('a newer Python beside an old one is found', async () => {
    pretendPython('python3', '3.9.2', true);
    pretendPython('python3.12', '3.12.1', true);
    expect(await findPython({ PATH: folder })).toMatchObject({ path: '/usr/bin/python3.12', version: '3.12.1' });
  });

  test('3.10 will do, and 3.9 will not', async () => {
    pretendPython('python3', '3.10.0', true);
    expect(await findPython({ PATH: folder })).toMatchObject({ version: '3.10.0' });
  });

  test('PYTHON overrides the search, and is named when it does not start', async () => {
    pretendPython('python3', '3.12.1', true);
    const elsewhere = path.join(folder, 'elsewhere');
    await expect(findPython({ PATH: folder, PYTHON: elsewhere })).rejects.toThrow(`PYTHON=${elsewhere} does not start`);
  });
});
