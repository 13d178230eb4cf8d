import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import demo from '../../brands/demo.json' with { type: 'json' };
import { eventsOfRun } from '../../local/observations.ts';
import { waitFor } from '../../local/wait-for.ts';
import { aMemberWhoIsWrong } from './setup/member-who-is-wrong.ts';
import { run } from './setup/run-script.ts';
import { call, cloud, read, untilQuiet } from './setup/shop.ts';

describe('the drift audit, on the deployed stack', () => {
  test('npm run audit reports differences and causes without a write, and heals them on request', async () => {
    const member = await aMemberWhoIsWrong('balance');
    const of = ['--brand', 'demo', '--member', member.memberId];
    const dry = await run('audit', ...of);
    expect(dry).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('tally.balance: stored 7, by the ledger 500 (figure)'),
    });
    expect((await read(member)).body.points.balance).toBe(7);
    expect(await run('audit', ...of, '--heal')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 different and put right'),
    });
    expect((await read(member)).body.points.balance).toBe(500);
    expect(await run('audit', ...of)).toMatchObject({
      code: 0,
      stdout: '1 member: 1 proved equal to the ledger.\n',
    });
  });

  test('the schedule’s message starts a run that finds and heals a difference, and publishes the proved members', async () => {
    const member = await aMemberWhoIsWrong('balance');
    await untilQuiet();
    await new SQSClient(structuredClone(cloud.client)).send(
      new SendMessageCommand({
        QueueUrl: cloud.outputs.AuditsQueue,
        MessageBody: JSON.stringify({ audit: true }),
      }),
    );
    const today = new Intl.DateTimeFormat('sv', { timeZone: demo.program.timeZone, dateStyle: 'short' });
    const runId = `audit-${today.format(new Date())}`;
    const done = await waitFor(
      'the audit to be done',
      async () => {
        const { status, body } = await call('GET', `/v1/runs/${runId}`, { role: 'read' });
        return status === 200 && body.status !== 'running' ? body : undefined;
      },
      { withinMs: 120_000 },
    );
    expect(done).toMatchObject({ kind: 'audit', status: 'completed', heal: true, failed: 0 });
    expect(done.audit).toMatchObject({ differing: 0, healed: 1, causes: { figure: 1 } });
    expect(done.audit.provedEqual).toBe(done.processed - 1 - done.audit.waiting);
    const { body } = await call('GET', `/v1/runs/${runId}/outcomes`, { role: 'read' });
    expect(body.items).toContainEqual(
      expect.objectContaining({
        ...{ memberId: member.memberId, outcome: 'HEALED' },
        differences: [{ figure: 'tally.balance', stored: '7', ledger: '500', cause: 'figure' }],
      }),
    );
    expect((await read(member)).body.points.balance).toBe(500);
    const [completed] = await waitFor('the event that the audit is done', async () => {
      const events = await eventsOfRun(runId, cloud);
      return events.length > 0 ? events : undefined;
    });
    expect(completed).toMatchObject({
      type: 'audit.completed',
      detail: { members: done.processed, provedEqual: done.audit.provedEqual, healed: 1 },
    });
  });
});
