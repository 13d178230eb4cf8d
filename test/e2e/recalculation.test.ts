import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsOfRun, mailsTo } from '../../local/observations.ts';
import { waitFor } from '../../local/wait-for.ts';
import { LAST_END as END, enrolLastYear, type MemberOfLastYear } from './setup/members-of-last-year.ts';
import { run } from './setup/run-script.ts';
import { call, cloud, movesOf, recalculate, untilQuiet } from './setup/shop.ts';

/** 200 members in three tiers, as they were after the cycle before the last one. */
const KINDS: { count: number; points: [number, number]; from: string; to: string }[] = [
  { count: 60, points: [3000, 3000], from: 'gold', to: 'silver' },
  { count: 50, points: [1300, 0], from: 'silver', to: 'bronze' },
  { count: 40, points: [0, 1500], from: 'silver', to: 'silver' },
  { count: 50, points: [100, 100], from: 'bronze', to: 'bronze' },
];
const MOVING = 110;
/** How many of the moving members opted out of email. */
const OPTED_OUT = 10;

const members = KINDS.flatMap(({ count, points }, kind) =>
  Array.from({ length: count }, (_, n): MemberOfLastYear => {
    const memberId = `last-year-${kind}-${n}`;
    const optOut = kind === 1 && n < OPTED_OUT ? (['email'] as const) : undefined;
    return { memberId, email: `${memberId}@example.com`, points, ...(optOut && { optOut: [...optOut] }) };
  }),
);
const kindOf = ({ memberId }: { memberId: string }) => KINDS[Number(memberId.split('-')[2])]!;

/** Counts the mails to each member that name the tier. */
async function mailsOf(tier: string): Promise<Map<string, number>> {
  const counts = await Promise.all(
    members.map(async ({ memberId, email }): Promise<[string, number]> => {
      const mails = await mailsTo(email, cloud);
      return [memberId, mails.filter(({ subject }) => subject.includes(tier)).length];
    }),
  );
  return new Map(counts.filter(([, count]) => count > 0));
}

describe('a cycle’s end, on the deployed stack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'laurel-preview-'));
  let dryRun: Record<string, unknown>;

  beforeAll(async () => {
    await enrolLastYear(members);
    // Waits for the messages about last year's tiers.
    await untilQuiet();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('the dry run shows who will move, and moves nobody', async () => {
    dryRun = await recalculate({ dryRun: true, at: END });
    expect(dryRun).toMatchObject({
      ...{ status: 'completed', dryRun: true, occasion: 'cycleEnd', at: END, up: 0, down: MOVING, failed: 0 },
      matrix: { gold: { silver: 60 }, silver: { bronze: 50 } },
    });
    expect(dryRun.processed).toBeGreaterThanOrEqual(200);
    const moves = await movesOf(String(dryRun.runId));
    expect(moves).toHaveLength(MOVING);
    for (const move of moves) expect(move).toMatchObject({ from: kindOf(move).from, to: kindOf(move).to });
    const { body } = await call('GET', '/v1/members/last-year-0-0/tier-changes', { role: 'read' });
    expect(body.items.map(({ cause }: { cause: string }) => cause)).toEqual(['transaction']);
  });

  test('npm run preview shows the same result as tables, and writes a list and a picture', async () => {
    const { code, stdout, stderr } = await run('preview', '--brand', 'demo', '--at', END, '--out', folder);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/go down\s*│\s*110 │/);
    expect(stdout).toMatch(/Gold\s*│\s*·\s*│\s*60 │/);
    const name = /preview-demo-\S+(?=\.csv)/.exec(stdout)![0];
    const [head, ...lines] = readFileSync(join(folder, `${name}.csv`), 'utf8')
      .trim()
      .split('\r\n');
    expect(head).toBe('Member,Moves,Tier before,Tier after,Points,Points missing,Missing for,Why,Cause');
    expect(lines).toHaveLength(MOVING);
    expect(lines).toContain(
      'last-year-0-0,down,Gold,Silver,3000,2000,Gold,"For Gold the member has 3,000 of 5,000 points.",recalculation',
    );
    expect(readFileSync(join(folder, `${name}.svg`), 'utf8')).toMatch(/^<svg.*Gold.*Silver.*<\/svg>\s*$/s);
  });

  test('a run that would exceed the downgrade limit ends before its first write', async () => {
    const aborted = await recalculate({ at: END, abortWhenDown: 0.1 });
    expect(aborted).toMatchObject({ status: 'aborted', processed: 0, down: 0, abortWhenDown: 0.1 });
    const { body: preview } = await call('GET', `/v1/runs/${aborted.previewRunId}`, { role: 'read' });
    expect(preview).toMatchObject({ status: 'completed', dryRun: true, down: MOVING, processed: aborted.total });
    const { body } = await call('GET', '/v1/members/last-year-0-0/tier-changes', { role: 'read' });
    expect(body.items).toHaveLength(1);
  });

  test('the run does what the dry run showed, and tells each moved member once', async () => {
    const done = await recalculate({ at: END });
    expect(done).toMatchObject({ status: 'completed', dryRun: false, notify: true });
    const figures = ['processed', 'up', 'down', 'unchanged', 'failed', 'matrix'];
    for (const figure of figures) expect([figure, done[figure]]).toEqual([figure, dryRun[figure]]);
    expect(await movesOf(done.runId)).toEqual(await movesOf(String(dryRun.runId)));
    const completed = await waitFor(
      'the event that the run is done',
      async () => {
        const events = await eventsOfRun(done.runId, cloud);
        return events.length > 0 ? events : undefined;
      },
      { withinMs: 30_000 },
    );
    expect(completed).toMatchObject([{ type: 'recalculation.completed', detail: { down: MOVING } }]);

    await untilQuiet();
    const toSilver = await mailsOf("You're now Silver");
    const toBronze = await mailsOf("You're now Bronze");
    // Kinds 1 and 2 were told of Silver last year.
    const ofKind = (mails: Map<string, number>, kind: number) =>
      [...mails].filter(([memberId]) => kindOf({ memberId }) === KINDS[kind]).map(([, count]) => count);
    expect(ofKind(toSilver, 0)).toEqual(Array(60).fill(1));
    expect(ofKind(toBronze, 1)).toEqual(Array(50 - OPTED_OUT).fill(1));
    expect([ofKind(toBronze, 0), ofKind(toBronze, 2), ofKind(toBronze, 3)]).toEqual([[], [], []]);
    const { body } = await call('GET', '/v1/members/last-year-1-0', { role: 'read' });
    expect(body).toMatchObject({ tier: { id: 'bronze', since: END }, points: { current: 0, carry: 0 } });
  });

  test('a second run changes nothing and tells nobody', async () => {
    const before = await Promise.all([mailsOf("You're now Silver"), mailsOf("You're now Bronze")]);
    const again = await recalculate({ at: END });
    expect(again).toMatchObject({ status: 'completed', up: 0, down: 0, failed: 0, unchanged: again.processed });
    expect(again.processed).toBeGreaterThanOrEqual(200);
    await untilQuiet();
    expect(await Promise.all([mailsOf("You're now Silver"), mailsOf("You're now Bronze")])).toEqual(before);
  });
});
