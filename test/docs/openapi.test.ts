import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { makeHandler as makeReadOpenapi } from '../../functions/read-openapi/make-handler.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const REMEDY = 'docs/openapi.json is not the contract of the code: run `npm run openapi` and commit the file.';

const committed = readFileSync(resolve(ROOT, 'docs/openapi.json'), 'utf8');

test('docs/openapi.json equals the answer of GET /v1/openapi.json, except for the brand’s name and the program’s version', async () => {
  const event = { headers: {} } as APIGatewayProxyEventV2;
  const served = (await makeReadOpenapi({ name: 'Aurora' }, { version: '1' })(
    event,
    {} as Context,
  )) as APIGatewayProxyStructuredResultV2;
  const { info, ...contract } = JSON.parse(committed);
  const { info: _, ...servedContract } = JSON.parse(served.body!);
  expect(contract, REMEDY).toEqual(servedContract);
  const { version } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'));
  expect(info, REMEDY).toEqual({ title: 'Laurel', version });
});

test('docs/openapi.json is exactly the output of `npm run openapi`', () => {
  const folder = mkdtempSync(join(tmpdir(), 'laurel-openapi-'));
  try {
    const file = join(folder, 'openapi.json');
    const { status, stderr } = spawnSync(process.execPath, [resolve(ROOT, 'bin/openapi.ts'), file], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    expect(readFileSync(file, 'utf8'), REMEDY).toBe(committed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
