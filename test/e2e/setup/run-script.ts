import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { cloud } from './shop.ts';

const PROJECT_ROOT = resolve(import.meta.dirname, '../../..');

/** Runs an operator's command against the deployed stack, as the README describes it. */
export async function run(
  script: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { accessKeyId, secretAccessKey } = cloud.client.credentials;
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: cloud.client.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const command = promisify(execFile)('npm', ['run', '--silent', script, '--', ...args], { cwd: PROJECT_ROOT, env });
  return command.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}
