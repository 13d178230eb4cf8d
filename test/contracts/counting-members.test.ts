import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { auditMembers } from '../../bin/operator/audit-members.ts';
import { AuditReport } from '../../bin/operator/audit-report.ts';
import { describeRebuilt, rebuildMembers } from '../../bin/operator/rebuild-members.ts';
import type { Member } from '../../core/member/member.ts';
import type { Groups, Ledger, MemberStore, ProfileStore, Runs } from '../../core/ports.ts';
import type { RunCounts } from '../../core/runs/run.ts';
import { auditPage } from '../../core/use-cases/audit-page.ts';
import { manageTier } from '../../core/use-cases/manage-tier.ts';
import { putMember } from '../../core/use-cases/put-member.ts';
import { type PagePlace, recalculatePage } from '../../core/use-cases/recalculate-page.ts';
import { startAudit } from '../../core/use-cases/start-audit.ts';
import { startRecalculation } from '../../core/use-cases/start-recalculation.ts';
import { MemoryGroups } from '../../fakes/memory-groups.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { MemoryProfileStore } from '../../fakes/memory-profile-store.ts';
import { MemoryRunEngine } from '../../fakes/memory-run-engine.ts';
import { MemoryRuns } from '../../fakes/memory-runs.ts';
import { DynamoGroups } from '../../functions/adapters/dynamo-groups.ts';
import { DynamoLedger } from '../../functions/adapters/dynamo-ledger.ts';
import { DynamoMemberStore } from '../../functions/adapters/dynamo-member-store.ts';
import { DynamoProfileStore } from '../../functions/adapters/dynamo-profile-store.ts';
import { DynamoRuns } from '../../functions/adapters/dynamo-runs.ts';
import { exampleProgram } from '../support/program.ts';
import { intercept } from '../support/trouble.ts';
import { freshTables } from './setup/dynamodb.ts';
import { anEntry } from './setup/examples.ts';

const { client, tables } = await freshTables();
const program = exampleProgram();
const rules = { program, announcementPolicy: { notifyOnRealtimeDowngrade: false } };
const stack = { rules };
const ENROLLED = Date.UTC(2026, 4, 1);
const NOW = Date.UTC(2026, 5, 1);
const working = { pause: async () => {}, isTransient: () => false, givesUp: false };

interface Stores {
  ledger: Ledger;
  members: MemberStore;
  profiles: ProfileStore;
  groups: Groups;
  runs: Runs;
}

const stores: [string, Stores][] = [
  [
    'in memory',
    {
      ledger: new MemoryLedger(),
      members: new MemoryMemberStore(),
      profiles: new MemoryProfileStore(),
      groups: new MemoryGroups(),
      runs: new MemoryRuns(),
    },
  ],
  [
    'in DynamoDB',
    {
      ledger: new DynamoLedger(client, tables.points),
      members: new DynamoMemberStore(client, tables.members),
      profiles: new DynamoProfileStore(client, tables.members),
      groups: new DynamoGroups(client, tables.members),
      runs: new DynamoRuns(client, tables.members),
    },
  ],
];

/** Every enrolled member counts, also a damaged one: 25 ordinary members, and one of each odd kind. */
const ORDINARY = 25;
const ODD = ['half-enrolled', 'undecided', 'unreadable-ledger', 'torn-item', 'blocked'];
const MEMBERS = ORDINARY + ODD.length;

/** Creates all members, and data of an id that is not a member. */
async function populate({ ledger, members, profiles, groups }: Stores, timers: { wakeAt(at: number): Promise<void> }) {
  const ports = { ledger, members, profiles, timers };
  const ids = [...Array.from({ length: ORDINARY }, (_, place) => `m-${place}`), ...ODD];
  for (const memberId of ids) {
    await ledger.record(anEntry(memberId, { type: 'bonus', points: 1300, occurredAt: ENROLLED, recordedAt: ENROLLED }));
    const request = { enrolledAt: ENROLLED, blocked: memberId === 'blocked', profile: { name: 'Ana' } };
    await putMember(ports, rules, memberId, request, ENROLLED);
  }
  const rewrite = async (memberId: string, edit: (member: Member) => Member) => {
    const member = (await members.load(memberId))!;
    expect(await members.save({ ...edit(member), version: member.version + 1 }, member.version, [])).toBe('saved');
  };
  await rewrite('half-enrolled', (member) => ({ ...member, rebuildDue: true }));
  await rewrite('undecided', (member) => ({ ...member, undecided: true }));
  await rewrite('torn-item', ({ tally: _, ...rest }) => rest as Member);

  const nobody = 'nobody';
  await ledger.record(anEntry(nobody, { type: 'bonus', points: 9000 }));
  await profiles.merge(nobody, { name: 'Nobody' });
  await groups.join('vips', nobody, NOW);
  const gift = { id: 'gift', action: 'upgrade', strategy: { type: 'specific', tier: 'gold' } } as const;
  await manageTier(ports, rules, nobody, { action: gift, origin: { type: 'staff' } }, NOW);
}

const sum = ({ up, down, unchanged, failed }: RunCounts) => up + down + unchanged + failed;

describe.each(stores)('the members %s', (_, all) => {
  const reach = intercept('ledger', 'entriesOf', async (call, memberId) => {
    if (memberId === 'unreadable-ledger') throw new Error('this ledger cannot be read');
    return call();
  });
  const timers = { wakeAt: async () => {} };
  const ports = { ...all, ledger: reach('ledger', all.ledger), timers };

  async function pages(
    segments: readonly PagePlace['segment'][],
    page: (place: PagePlace) => Promise<{ next?: string }>,
    runId: string,
  ) {
    for (const segment of segments) {
      let place: PagePlace | undefined = { runId, segment, page: 0 };
      while (place) {
        const { next }: { next?: string } = await page(place);
        place = next === undefined ? undefined : { runId, segment, page: place.page + 1, after: next };
      }
    }
    return (await ports.runs.load(runId))!.counts;
  }

  test('are as many by preview, audit and rebuild: whoever is enrolled, and nobody else', async () => {
    await populate(all, timers);
    const engine = new MemoryRunEngine();
    const now = () => NOW;

    const { run } = await startRecalculation({ ...ports, engine }, program, { dryRun: true, at: NOW }, randomUUID, NOW);
    const preview = await pages(run.segments, (place) => recalculatePage(ports, rules, place, now, working), run.runId);

    const audit = await startAudit({ ...ports, engine }, program, { heal: false }, NOW);
    const audited = await pages(audit.segments, (place) => auditPage(ports, rules, place, now, working), audit.runId);

    const report = new AuditReport();
    await auditMembers(stack, ports, ports.members.everyId(), { heal: false, pause: working.pause }, (_id, one) => {
      if (one.status !== 'noMember') report.add(one);
    });
    const rebuilt = await rebuildMembers(stack, ports, ports.members.everyId(), { write: false });

    const counts = {
      ...{
        preview: preview.processed,
        itsParts: sum(preview),
        ofTheStack: audited.processed,
        ofItsParts: sum(audited),
      },
      ...{ audit: report.members, rebuild: rebuilt.members },
      rebuildsParts: rebuilt.equal + rebuilt.different + rebuilt.failed.length,
    };
    expect(counts).toEqual(Object.fromEntries(Object.keys(counts).map((name) => [name, MEMBERS])));
    const sentence = new RegExp(`^${MEMBERS} members: `);
    expect([report.lastLine(), describeRebuilt(rebuilt, false)]).toEqual([
      expect.stringMatching(sentence),
      expect.stringMatching(sentence),
    ]);
    // Each of them counts a member that it cannot read as failed.
    expect([preview.failed, audited.failed, report.failed]).toEqual([1, 2, 2]);
    expect(rebuilt.failed.map(({ memberId }) => memberId).sort()).toEqual(['torn-item', 'unreadable-ledger']);
  });
});
