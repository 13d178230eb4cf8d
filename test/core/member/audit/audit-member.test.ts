/** The drift audit as laws over random lives: it proves whoever is right, whatever is on its way, and finds whatever figure was spoilt. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../../core/ledger/transaction.ts';
import { auditMember, type MemberRecords } from '../../../../core/member/audit/audit-member.ts';
import { WINDOW_MS } from '../../../../core/member/counted-window.ts';
import { rebuildMember } from '../../../../core/member/rebuild-member.ts';
import { isNotice } from '../../../../core/member/tier-change.ts';
import type { Program } from '../../../../core/program/program.ts';
import { DAY_MS, HOUR_MS, type Instant } from '../../../../core/time.ts';
import { auditStoredMember } from '../../../../core/use-cases/audit-member.ts';
import { recordTransaction } from '../../../../core/use-cases/record-transaction.ts';
import { MemoryMemberStore } from '../../../../fakes/memory-member-store.ts';
import { anyTransaction, type ManagedLife, managedLives, RULEBOOKS } from '../../actions/managed-lives.ts';
import { MEMBER_ID } from '../../histories.ts';
import { ANNOUNCING, ENROLLMENT, lifeOf, lives } from '../../lives.ts';
import { written } from '../../members.ts';
import { type Corruption, corruptionsOf } from './corruptions.ts';

interface Lived {
  life: ReturnType<typeof lifeOf>;
  program: Program;
  records: MemberRecords;
  ledger: readonly LedgerEntry[];
  now: Instant;
}

async function lived({ rulebook, enrolledFirst, happening, batch, backwards }: ManagedLife): Promise<Lived> {
  const program = RULEBOOKS[rulebook]!.program;
  const life = lifeOf(program);
  for (const event of [...(enrolledFirst ? [ENROLLMENT] : []), ...happening]) await life.live(event);
  await life.settle(batch, backwards);
  return readAgain({ life, program });
}

async function readAgain({ life, program }: Pick<Lived, 'life' | 'program'>): Promise<Lived> {
  const records = (await life.members.recordsOf(MEMBER_ID))!;
  return { life, program, records, ledger: [...life.recorded], now: life.latest() };
}

function findingsOf({ records, ledger, program, now }: Omit<Lived, 'life'>) {
  return auditMember(records, ledger, program, { now }).findings;
}

describe('whoever is right', () => {
  test('is proved, whatever staff, promotions, the stream and the clocks did', async () => {
    let tried = 0;
    let proved = 0;
    await fc.assert(
      fc.asyncProperty(managedLives, async (story) => {
        const one = await lived(story);
        tried++;
        if (one.records.member.rebuildDue) return;
        expect(findingsOf(one)).toEqual([]);
        proved++;
      }),
      { numRuns: 150 },
    );
    expect(proved).toBeGreaterThan(0.8 * tried);
  });

  test('is proved, whatever was bought and given back, and under every rule of cycles', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async ({ program, enrolledFirst, happening, batch, backwards }) => {
        const life = lifeOf(program);
        for (const event of [...(enrolledFirst ? [ENROLLMENT] : []), ...happening]) await life.live(event);
        await life.settle(batch, backwards);
        const one = await readAgain({ life, program });
        if (!one.records.member.rebuildDue) expect(findingsOf(one)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('is proved while purchases, refunds and promotions are on their way to it', async () => {
    const flying = managedLives.chain((story) =>
      fc.record({
        story: fc.constant(story),
        taken: fc.array(anyTransaction(RULEBOOKS[story.rulebook]!.program), { minLength: 1, maxLength: 6 }),
        laterMs: fc.constantFrom(0, 1, HOUR_MS, 25 * HOUR_MS),
      }),
    );
    await fc.assert(
      fc.asyncProperty(flying, async ({ story, taken, laterMs }) => {
        const { life, program } = await lived(story);
        for (const transaction of taken) {
          const now = life.latest();
          await recordTransaction(life.ports, program, MEMBER_ID, { ...transaction, occurredAt: now }, now);
        }
        const one = await readAgain({ life, program });
        if (one.records.member.rebuildDue) return;
        expect(findingsOf({ ...one, now: one.now + laterMs })).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('is proved between an end of its cycle or of a grant and whoever comes to write it down', async () => {
    await fc.assert(
      fc.asyncProperty(managedLives, fc.constantFrom(1, 40, 400, 1200), async (story, days) => {
        const one = await lived(story);
        if (one.records.member.rebuildDue) return;
        expect(findingsOf({ ...one, now: one.now + days * DAY_MS })).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

/** Facts that no ledger tells (docs/decisions/0020): who the member is, and how often and when its item was written. */
const TOLD_BY_NO_LEDGER = [/^memberId$/, /^enrolledAt$/, /^blocked$/, /^version$/, /^counted\.since$/];

/** What may be there in some lives, and is not in this one. */
const MAY_BE_THERE = {
  'tally.held': 'gold',
  'tally.latestAt': 1_700_000_000_000,
  nextDueAt: 1_700_000_000_000,
  anniversary: '02-30',
  movedBy: 'cycle-20260101t000000z-1',
  rebuildDue: true,
  undecided: true,
  welcome: { promotions: ['welcome'], at: 1_700_000_000_000 },
  grants: [{ key: 'a0', kind: 'floor', tier: 'gold', from: 1_700_000_000_000 }],
};

/** It is due, has been before, and the sweep puts the next moment there within minutes. */
function isOverdue({ figure, item }: Corruption<MemberRecords['member']>, { now }: Lived): boolean {
  return figure === 'nextDueAt' && item.nextDueAt !== undefined && item.nextDueAt <= now;
}

describe('whoever is not', () => {
  test('is found, whichever figure of its item was spoilt, and nearly always at once', async () => {
    let tried = 0;
    let spoilt = 0;
    let found = 0;
    await fc.assert(
      fc.asyncProperty(managedLives, async (story) => {
        const one = await lived(story);
        tried++;
        if (one.records.member.rebuildDue) return;
        for (const corruption of corruptionsOf(one.records.member, MAY_BE_THERE)) {
          const { figure, how, item } = corruption;
          if (TOLD_BY_NO_LEDGER.some((place) => place.test(figure))) continue;
          const spoiltOne = { ...one, records: { ...one.records, member: item } };
          if (findingsOf(spoiltOne).length > 0 || isOverdue(corruption, one)) found++;
          // Somebody without what was taken lately, and who might just not have it yet: that is over when the window is.
          else expect(findingsOf({ ...spoiltOne, now: one.now + WINDOW_MS }), `${figure} ${how}`).not.toEqual([]);
          spoilt++;
        }
      }),
      { numRuns: 40 },
    );
    expect(spoilt).toBeGreaterThan(50 * tried);
    expect(found).toBeGreaterThan(0.99 * spoilt);
  });

  test('is found, whichever of its changes and notices is missing, and where one does not follow from the one before it', async () => {
    let tried = 0;
    let spoilt = 0;
    await fc.assert(
      fc.asyncProperty(managedLives, async (story) => {
        const one = await lived(story);
        tried++;
        const { news } = one.records;
        const withNews = (other: MemberRecords['news']) =>
          findingsOf({ ...one, records: { ...one.records, news: other } });
        news.forEach((record, place) => {
          expect(withNews(news.toSpliced(place, 1))).not.toEqual([]);
          if (!isNotice(record)) {
            expect(withNews(news.with(place, { ...record, to: { ...record.to, id: 'x' } }))).not.toEqual([]);
            if (place > 0)
              expect(withNews(news.with(place, { ...record, from: { ...record.from, id: 'x' } }))).not.toEqual([]);
          }
          spoilt++;
        });
      }),
      { numRuns: 60 },
    );
    expect(spoilt).toBeGreaterThan(tried / 3);
  });
});

describe('whoever is put right', () => {
  test('is what a rebuild makes of one who was never spoilt, and is proved from then on', async () => {
    let tried = 0;
    let healed = 0;
    await fc.assert(
      fc.asyncProperty(managedLives, fc.infiniteStream(fc.nat()), async (story, picks) => {
        const one = await lived(story);
        tried++;
        const { life, program, now, records, ledger } = one;
        const before = records.member;
        if (before.rebuildDue) return;
        const because = { cause: 'rebuild', keepsEdited: true } as const;
        const history = { entries: ledger, actions: records.actions };
        const meant = written(rebuildMember(before, history, program, because, now), ANNOUNCING);
        // Another rule of counting looks like an edit of the program, and is put right as that.
        const corruptions = corruptionsOf(before, MAY_BE_THERE).filter(
          ({ figure }) => figure !== 'countedUnder' && !TOLD_BY_NO_LEDGER.some((place) => place.test(figure)),
        );
        for (let time = 0; time < 8; time++) {
          const corruption = corruptions[picks.next().value % corruptions.length]!;
          if (isOverdue(corruption, one)) continue;
          const { figure, how, item } = corruption;
          const members = new MemoryMemberStore();
          await members.save(item, 0, [...records.news, ...records.actions]);
          const ports = { ...life.ports, members };
          const options = { heal: true, pause: async () => {} };
          const audit = () =>
            auditStoredMember(ports, { program, announcementPolicy: ANNOUNCING }, MEMBER_ID, options, () => now);
          const first = await audit();
          if (first.status === 'waits' || first.status === 'proved') continue;
          expect(first, `${figure} ${how}`).toMatchObject({ status: 'healed', changes: meant.changes });
          expect(await audit(), `${figure} ${how}`).toEqual({ status: 'proved' });
          const { version: _, counted: __, ...after } = (await members.load(MEMBER_ID))!;
          const { version: ___, counted: ____, ...meantToBe } = meant.member;
          expect(after, `${figure} ${how}`).toEqual(meantToBe);
          healed++;
        }
      }),
      { numRuns: 30 },
    );
    expect(healed).toBeGreaterThan(2 * tried);
  });
});
