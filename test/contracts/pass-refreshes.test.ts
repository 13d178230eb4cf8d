import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import type { PassRefreshes } from '../../core/ports.ts';
import { RecordingPassRefreshes } from '../../fakes/recording-world.ts';
import { type PassRefresh, SqsPassRefreshes } from '../../functions/adapters/sqs-pass-refreshes.ts';
import { freshId } from './setup/examples.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { localAws, newInbox } from './setup/local-aws.ts';

interface HeardRefreshes {
  port: PassRefreshes;
  /** Waits for `count` requests, and returns the member ids since the last call. */
  asked(count: number): Promise<string[]>;
}

function inMemory(): HeardRefreshes {
  const port = new RecordingPassRefreshes();
  return { port, asked: async () => port.asked.splice(0) };
}

async function inSqs(): Promise<HeardRefreshes> {
  const inbox = await newInbox();
  return {
    port: new SqsPassRefreshes(inbox.url, new SQSClient(localAws())),
    asked: async (count) =>
      (await inbox.take(count)).map((message) => (JSON.parse(message) as PassRefresh).refreshPassOf),
  };
}

const implementations = fakeAndReal<PassRefreshes, HeardRefreshes>(
  ['in memory', inMemory()],
  ['over SQS', await inSqs()],
);

describe.each(implementations)('pass refreshes %s', (_, { port, asked }) => {
  test('request the refresh of a member’s pass', async () => {
    const memberId = freshId();
    await port.ask(memberId);
    expect(await asked(1)).toEqual([memberId]);
  });

  test('request one refresh per call, for each member separately', async () => {
    const [ana, bea] = [freshId(), freshId()];
    for (const memberId of [ana, bea, ana]) await port.ask(memberId);
    expect((await asked(3)).sort()).toEqual([ana, ana, bea].sort());
  });
});
