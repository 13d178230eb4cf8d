import { writeFile } from 'node:fs/promises';
import type { ClientSettings } from './observations.ts';

const PATIENCE_MS = 5_000;

interface LogEvent {
  timestamp: number;
  message: string;
}

/** Writes what the deployed functions logged into a file, oldest first, since it ends with the local cloud. */
export async function saveFunctionLogs(client: ClientSettings, file: string): Promise<void> {
  const { logGroups } = await ask<{ logGroups: { logGroupName: string }[] }>(client, 'DescribeLogGroups', {});
  const groups = await Promise.all(
    logGroups.map(async ({ logGroupName }) => {
      const { events } = await ask<{ events: LogEvent[] }>(client, 'FilterLogEvents', { logGroupName });
      const source = logGroupName.split('/').at(-1);
      return events.map(({ timestamp, message }) => ({ timestamp, line: `${source}: ${message}` }));
    }),
  );
  const lines = groups
    .flat()
    .filter(({ line }) => !/: (START|END|REPORT) RequestId/.test(line))
    .sort((a, b) => a.timestamp - b.timestamp)
    .map(({ timestamp, line }) => `${new Date(timestamp).toISOString()} ${line}\n`);
  await writeFile(file, lines.join(''));
}

async function ask<T>({ endpoint, region, credentials }: ClientSettings, action: string, input: object): Promise<T> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${action}`,
      // An emulator reads account and region from here, and does not check the signature.
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/${region}/logs/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw new Error(`${action} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
