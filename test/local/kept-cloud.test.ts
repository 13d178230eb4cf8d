import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { takeKeptCloud } from '../../local/kept-cloud.ts';

const SECRETS = { keys: { intake: 'i', read: 'r', admin: 'a' }, shopifySecret: 's' };

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'laurel-kept-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('The kept data of a local cloud', () => {
  test('holds the keys for the next start, readable for their owner alone', async () => {
    const first = await takeKeptCloud('acme', root);
    expect(await first.readSecrets()).toBeUndefined();
    await first.writeSecrets(SECRETS);
    await first.release();
    const second = await takeKeptCloud('acme', root);
    expect(await second.readSecrets()).toEqual(SECRETS);
    expect(statSync(path.join(second.path, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(await (await takeKeptCloud('other', root)).readSecrets()).toBeUndefined();
  });

  test('refuses a second start, and names the process that uses the data, until that process ends', async () => {
    const first = await takeKeptCloud('acme', root);
    await expect(takeKeptCloud('acme', root)).rejects.toThrow(`process ${process.pid}`);
    await first.release();
    await expect(takeKeptCloud('acme', root)).resolves.toMatchObject({ path: first.path });
  });

  test('lets functions read their streams from the beginning: MiniStack keeps positions, but no records', async () => {
    const { path: folder, release } = await takeKeptCloud('acme', root);
    await release();
    mkdirSync(path.join(folder, 'state'));
    const file = path.join(folder, 'state', 'lambda.json');
    writeFileSync(file, JSON.stringify({ payload: { functions: { a: 1 }, dynamodb_stream_positions: { b: 7 } } }));
    await takeKeptCloud('acme', root);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ payload: { functions: { a: 1 } } });
  });

  test('is free after the process that used it was killed', async () => {
    const { path: folder } = await takeKeptCloud('acme', root);
    // Linux and macOS give no process an id as high as this.
    writeFileSync(path.join(folder, 'owner'), '99999999');
    await expect(takeKeptCloud('acme', root)).resolves.toMatchObject({ path: folder });
  });
});
