import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readBrandFile } from '../../bin/operator/brand-file.ts';
import { commandsToTry } from '../../local/try-it-yourself.ts';
import { aNewMember, call, cloud, untilPoints } from './setup/shop.ts';

describe('The API contract, on the deployed stack', () => {
  test('is served without a key, and lists the calls', async () => {
    const { status, body } = await call('GET', '/v1/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1/);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/v1/members/{memberId}/transactions',
        '/v1/members/{memberId}/tier-actions',
        '/v1/groups/{groupId}/tier-actions',
        '/v1/runs/{runId}/outcomes',
      ]),
    );
  });

  test('serves the brand’s program to readers', async () => {
    const { status, body } = await call('GET', '/v1/program', { role: 'read' });
    expect(status).toBe(200);
    expect(body.tiers.map(({ id }: { id: string }) => id)).toEqual(['bronze', 'silver', 'gold', 'platinum']);
    expect((await call('GET', '/v1/program')).status).toBe(401);
  });

  test('has commands to try, which npm start prints and which work when pasted', async () => {
    const member = await aNewMember();
    const brand = readBrandFile('demo', 'its name').settings;
    const [order, give, show, explain] = commandsToTry(cloud, {
      memberId: member.memberId,
      brand,
      now: new Date(),
    }).map(({ command }) => command);
    const paste = (command = '') => JSON.parse(execFileSync('sh', ['-c', command], { encoding: 'utf8' }));

    expect(paste(order)).toEqual({ status: 'accepted' });
    expect(paste(order)).toEqual({ status: 'duplicate' });
    await untilPoints(member, 250);
    expect(paste(show)).toMatchObject({ memberId: member.memberId, points: { current: 250 } });
    expect(paste(explain).summary[0]).toBe('The member has Bronze, the base tier, with 250 points.');

    const given = paste(give);
    expect(given).toMatchObject({ outcome: 'APPLIED', visibleTier: 'platinum', until: expect.any(String) });
    expect(paste(give)).toEqual(given);
    const calendar = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: brand.program.timeZone });
    const lastDay = calendar.format(Date.parse(given.until) - 1);
    expect(paste(explain).summary[0]).toBe(
      `The action action-2 gives the member Platinum until the end of ${lastDay}.`,
    );
  });
});
