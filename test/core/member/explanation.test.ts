import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../core/actions/grant.ts';
import { entryKey, type LedgerEntry, orderKey } from '../../../core/ledger/transaction.ts';
import { type Explanation, explain } from '../../../core/member/explanation.ts';
import { replayTo } from '../../../core/member/member-view.ts';
import type { ProgramFile } from '../../../core/program/brand.ts';
import type { Program } from '../../../core/program/program.ts';
import { EXAMPLE_PROGRAM, exampleProgram } from '../../support/program.ts';
import { ENROLLED_AT, ledgers, moments, programs } from '../histories.ts';
import { at, bonus, entry, euros, type Facts, historyOf, memberWith, newMember, purchase, refund } from '../members.ts';
import { actionThatGave, cap, floor, memberGiven } from './given.ts';

const NOW = '2026-06-01T00:00:00Z';
const CURRENT = '2026-05-02T10:00:00Z';
const PREVIOUS = '2025-05-02T10:00:00Z';
const OLDER = '2024-05-02T10:00:00Z';

const POINTS = exampleProgram();
const SPEND = exampleProgram({ basis: 'spend' });

type Dated = Facts & { when?: string };

function explanation(facts: Dated[], program: Program = POINTS): Explanation {
  const ledger: LedgerEntry[] = facts.map(({ when = CURRENT, ...rest }) => entry(rest, when, program));
  return explain(at(NOW), memberWith(ledger, program, at(NOW)), historyOf(ledger), program)!;
}

/** What is said of the transaction of that id. */
function said(id: string, facts: Dated[], program: Program = POINTS) {
  const { entry: _, ...rest } = explanation(facts, program).transactions.find((one) => one.entry.id === id)!;
  return rest;
}

describe('what counts', () => {
  test('is told with what it gave, the newest first', () => {
    const { transactions } = explanation([
      { ...purchase('a', 800), when: '2026-05-01T00:00:00Z' },
      { ...bonus('b', 300), when: '2026-05-03T00:00:00Z' },
      { id: 'x', type: 'expiry', points: 50, when: '2026-05-02T00:00:00Z' },
    ]);
    expect(
      transactions.map(({ entry: { id }, counted, tierPoints, cycle, why }) => [id, counted, tierPoints, cycle, why]),
    ).toEqual([
      ['b', true, 300, 'current', undefined],
      ['x', true, -50, 'current', undefined],
      ['a', true, 800, 'current', undefined],
    ]);
  });

  test('of the last cycle is told to belong there', () => {
    expect(said('a', [{ ...purchase('a', 800), when: PREVIOUS }])).toEqual({
      counted: true,
      tierPoints: 800,
      cycle: 'previous',
    });
  });

  test('with basis `spend` is told in units of the currency', () => {
    expect(said('a', [purchase('a', 0, euros(12_050))], SPEND)).toEqual({
      counted: true,
      tierPoints: 120.5,
      cycle: 'current',
    });
  });

  test('is an order as a whole, and a refund with what it takes, in the cycle of the order', () => {
    const facts: Dated[] = [
      { ...purchase('o', 100, euros(10_000)), when: PREVIOUS },
      { ...refund('r', 'o', 2_500), when: CURRENT },
    ];
    expect(said('o', facts)).toEqual({ counted: true, tierPoints: 100, cycle: 'previous' });
    expect(said('r', facts)).toEqual({ counted: true, tierPoints: -25, cycle: 'previous' });
  });

  test.each([
    ['at the same moment', CURRENT],
    ['before it, by a clock that was behind', PREVIOUS],
  ])('is told of a refund that is said to have happened %s as of any other', (_, when) => {
    const facts: Dated[] = [purchase('z', 100, euros(10_000)), { ...refund('a', 'z', 2_500), when }];
    expect(said('z', facts)).toEqual({ counted: true, tierPoints: 100, cycle: 'current' });
    expect(said('a', facts)).toEqual({ counted: true, tierPoints: -25, cycle: 'current' });
  });

  test.each([
    ['at the same moment', CURRENT],
    ['before it, by a clock that was behind', PREVIOUS],
  ])('is told of an expiry that is said to have happened %s as of any other', (_, when) => {
    const facts: Dated[] = [bonus('z', 100), { id: 'a', type: 'expiry', points: 30, orderId: 'z', when }];
    expect(said('a', facts)).toEqual({ counted: true, tierPoints: -30, cycle: 'current' });
  });

  test.each([
    ['on the first moment of the cycle', '2025-12-31T23:00:00Z', true, 'current'],
    ['a millisecond before it', '2025-12-31T22:59:59.999Z', true, 'previous'],
    ['on the first moment of the last cycle', '2024-12-31T23:00:00Z', true, 'previous'],
    ['a millisecond before that', '2024-12-31T22:59:59.999Z', false, 'older'],
  ])('R6: is told of the cycle that it happened in: %s', (_, when, counted, cycle) => {
    expect(said('a', [{ ...bonus('a', 100), when }])).toMatchObject({ counted, tierPoints: 100, cycle });
  });

  test('is told of an expiry by what it names', () => {
    const facts: Dated[] = [
      { ...bonus('b', 100), when: PREVIOUS },
      { id: 'x', type: 'expiry', points: 30, orderId: 'b' },
    ];
    expect(said('x', facts)).toEqual({ counted: true, tierPoints: -30, cycle: 'previous' });
  });
});

describe('why something does not count', () => {
  const order = purchase('o', 100, euros(10_000));

  test.each<[string, string, Dated[], string]>([
    ['a redemption', 'x', [{ id: 'x', type: 'redemption', points: 5 }], 'Spending points never moves tier points.'],
    [
      'its reversal',
      'x',
      [{ id: 'x', type: 'redemptionReversal', points: 5 }],
      'Spending points never moves tier points.',
    ],
    [
      'an adjustment outside the tier',
      'x',
      [{ id: 'x', type: 'adjustment', points: 5, excludeFromTier: true }],
      'Staff excluded it from the tier.',
    ],
    ['a purchase without points', 'x', [purchase('x', 0, euros(10_000))], 'It gave no points.'],
    ['an adjustment by nothing', 'x', [{ id: 'x', type: 'adjustment', points: 0 }], 'It gave no points.'],
    [
      'a refund of an order that is not there',
      'x',
      [refund('x', 'o-7', 100)],
      'The order o-7 has not arrived; the refund counts as soon as it does.',
    ],
    [
      'a refund of an order that was given back already',
      'x',
      [order, { ...refund('r', 'o', 10_000), when: '2026-05-01T00:00:00Z' }, refund('x', 'o', 100)],
      'Nothing of the order was left to take, or it had no amount to take a share of.',
    ],
    [
      'a refund of an order without an amount',
      'x',
      [purchase('o', 100), refund('x', 'o', 100)],
      'Nothing of the order was left to take, or it had no amount to take a share of.',
    ],
  ])('%s', (_, id, facts, why) => {
    expect(said(id, facts)).toEqual({ counted: false, tierPoints: 0, cycle: 'current', why });
  });

  test.each<[string, Facts, string]>([
    ['a bonus', bonus('x', 5), 'The tier counts what is spent, and this is about points.'],
    [
      'an adjustment',
      { id: 'x', type: 'adjustment', points: 5 },
      'The tier counts what is spent, and this is about points.',
    ],
    [
      'an adjustment outside the tier',
      { id: 'x', type: 'adjustment', points: 5, excludeFromTier: true },
      'Staff excluded it from the tier.',
    ],
    ['an expiry', { id: 'x', type: 'expiry', points: 5 }, 'The tier counts what is spent, and this is about points.'],
    ['a purchase of nothing', purchase('x', 5, euros(0)), 'Nothing was spent.'],
    ['a redemption', { id: 'x', type: 'redemption', points: 5 }, 'Spending points never moves tier points.'],
  ])('where the program counts what is spent: %s', (_, facts, why) => {
    expect(said('x', [facts], SPEND)).toEqual({ counted: false, tierPoints: 0, cycle: 'current', why });
  });

  test('an old one, though it gave points', () => {
    expect(said('x', [{ ...bonus('x', 5), when: OLDER }])).toEqual({
      counted: false,
      tierPoints: 5,
      cycle: 'older',
      why: 'It belongs to a cycle that is no longer judged; lifetime figures keep it.',
    });
  });

  test('a refund of an old order', () => {
    const facts: Dated[] = [{ ...order, when: OLDER }, refund('x', 'o', 5_000)];
    expect(said('x', facts)).toMatchObject({ counted: false, tierPoints: -50, cycle: 'older' });
  });

  test('an expiry counts by its own date while what it names is not there', () => {
    expect(said('x', [{ id: 'x', type: 'expiry', points: 5, orderId: 'o-7' }])).toEqual({
      counted: true,
      tierPoints: -5,
      cycle: 'current',
      why: 'The transaction o-7 has not arrived; until then this counts by its own date.',
    });
  });
});

describe('in sentences', () => {
  const summary = (facts: Dated[], file: Partial<ProgramFile> = {}) => explanation(facts, exampleProgram(file)).summary;

  test.each<[string, Dated[], string[]]>([
    ['a new member', [], ['The tier is Bronze, the base tier, with 0 points.', 'To Silver are missing: 1000 points.']],
    [
      'a tier that is kept',
      [bonus('a', 1300)],
      [
        'The tier is Silver, earned with 1300 points that count at present.',
        'To Gold are missing: 3700 points.',
        'Silver is kept after the cycle ends.',
      ],
    ],
    [
      'a tier that is not',
      [bonus('a', 200), { ...bonus('b', 900), when: PREVIOUS }],
      [
        'The tier is Silver, earned with 1100 points that count at present.',
        'To Gold are missing: 3900 points.',
        'To keep Silver after the cycle ends, 800 points are missing.',
        "If nothing more happens, the cycle's end brings Bronze.",
      ],
    ],
    [
      'the top',
      [bonus('a', 10_000)],
      [
        'The tier is Platinum, earned with 10000 points that count at present.',
        'Platinum is kept after the cycle ends.',
      ],
    ],
  ])('%s', (_, facts, sentences) => {
    expect(summary(facts)).toEqual(sentences);
  });

  test('money is told in its currency', () => {
    expect(summary([purchase('a', 0, euros(99_999))], { basis: 'spend' })).toEqual([
      'The tier is Bronze, the base tier, with 999.99 EUR.',
      'To Silver are missing: 0.01 EUR.',
    ]);
  });

  test('further conditions are named, with how many of them are needed', () => {
    const tiers: ProgramFile['tiers'] = [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'gold', name: 'Gold', threshold: 1000, qualification: { any: 1, of: [{ orders: 3 }] } },
    ];
    expect(summary([purchase('a', 400)], { tiers })).toContain(
      'To Gold are missing: 600 points, 2 orders, any 1 of these.',
    );
  });

  test('of further conditions only those are named that are not met yet', () => {
    const tiers: ProgramFile['tiers'] = [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      { id: 'gold', name: 'Gold', threshold: 1000, qualification: { all: [{ orders: 3 }] } },
    ];
    expect(summary([purchase('a', 1000)], { tiers })).toContain('To Gold are missing: 2 orders.');
  });

  test('a tier that is about to be lost is never said to be kept, whatever it was earned by', () => {
    const file: Partial<ProgramFile> = {
      tiers: [
        { id: 'bronze', name: 'Bronze', threshold: 0 },
        { id: 'gold', name: 'Gold', qualification: { all: [{ tracker: 'visits', atLeast: 1 }] } },
      ],
      trackers: { visits: { measure: 'count', of: { type: 'bonus' }, over: 'cycle' } },
    };
    expect(summary([{ ...bonus('a', 1), when: PREVIOUS }], file)).toEqual([
      'The tier is Gold, earned with 1 points that count at present.',
      "If nothing more happens, the cycle's end brings Bronze.",
    ]);
    expect(summary([bonus('a', 1)], file)).toContain('Gold is kept after the cycle ends.');
  });
});

/** Local midnight, as every end by a date is (R11). */
const AUGUST = '2026-07-31T22:00:00Z';
const SEPTEMBER = '2026-08-31T22:00:00Z';
const END_OF_CYCLE = '2026-12-31T23:00:00Z';

describe('in sentences, where staff or a promotion decided', () => {
  function summary(grants: Grant[], facts: Dated[], file: Partial<ProgramFile> = {}): string[] {
    const program = exampleProgram(file);
    const entries = facts.map(({ when = CURRENT, ...rest }) => entry(rest, when, program));
    const actions = grants.map((grant) => actionThatGave(grant));
    const member = memberGiven(grants, entries, program, at(NOW));
    return explain(at(NOW), member, { entries, actions }, program)!.summary;
  }

  test.each<[string, Grant[], Dated[], string[]]>([
    [
      'a tier that staff gave, with what comes after it, and not what would keep it',
      [floor('vip', 'gold', { until: AUGUST })],
      [bonus('a', 1300)],
      [
        'The tier is Gold, given by the action vip.',
        'The points alone give Silver.',
        'It lasts until the end of July 31, 2026; then comes Silver.',
        'To Platinum are missing: 8700 points.',
      ],
    ],
    [
      'a tier that a member of a group was given, by the name of the action alone',
      [floor('group#spring#vip', 'gold', { until: AUGUST })],
      [],
      [
        'The tier is Gold, given by the action vip.',
        'The points alone give Bronze.',
        'It lasts until the end of July 31, 2026; then comes Bronze.',
        'To Platinum are missing: 10000 points.',
      ],
    ],
    [
      'a tier that a promotion gave for some hours',
      [floor('promotion#gold-tonight#api#o', 'gold', { promotion: 'gold-tonight', until: '2026-06-01T20:30:00Z' })],
      [bonus('a', 1300)],
      [
        'The tier is Gold, given by the promotion gold-tonight.',
        'The points alone give Silver.',
        'It lasts until 22:30 on June 1, 2026 (Europe/Madrid); then comes Silver.',
        'To Platinum are missing: 8700 points.',
      ],
    ],
    [
      'a tier below the points, which miss nothing to the next one',
      [cap('penalty', 'silver', { until: END_OF_CYCLE })],
      [bonus('a', 5200)],
      [
        'The tier is Silver, held down by the action penalty.',
        'The points alone give Gold.',
        'It lasts until the end of December 31, 2026; then comes Gold.',
        "If nothing more happens, the cycle's end brings Gold.",
      ],
    ],
    [
      'E37: a second grant below the one that shows',
      [floor('short', 'platinum', { until: AUGUST }), floor('long', 'gold', { until: SEPTEMBER })],
      [bonus('a', 1300)],
      [
        'The tier is Platinum, given by the action short.',
        'The points alone give Silver.',
        'It lasts until the end of July 31, 2026; then comes Gold.',
        'The tier is also not below Gold until the end of August 31, 2026, by long.',
      ],
    ],
    [
      'a second grant that never ends',
      [floor('short', 'platinum', { until: AUGUST }), floor('friend', 'gold')],
      [bonus('a', 1300)],
      [
        'The tier is Platinum, given by the action short.',
        'The points alone give Silver.',
        'It lasts until the end of July 31, 2026; then comes Gold.',
        'The tier is also not below Gold for good, by friend.',
      ],
    ],
    [
      'a tier that the points give anyway',
      [floor('vip', 'silver', { until: AUGUST })],
      [bonus('a', 1300)],
      [
        'The tier is Silver, earned with 1300 points that count at present.',
        'The tier is also not below Silver until the end of July 31, 2026, by vip.',
        'To Gold are missing: 3700 points.',
        'Silver is kept after the cycle ends.',
      ],
    ],
    [
      'a tier that a member who was held down did not reach yet',
      [cap('penalty', 'silver', { until: AUGUST })],
      [bonus('a', 200)],
      [
        'The tier is Bronze, the base tier, with 200 points.',
        'The tier is also not above Silver until the end of July 31, 2026, by penalty.',
        'To Silver are missing: 800 points.',
      ],
    ],
  ])('%s', (_, grants, facts, sentences) => {
    expect(summary(grants, facts)).toEqual(sentences);
  });

  test('a tier that was given for good has no end to tell, and nothing is missing to keep it', () => {
    expect(summary([floor('friend', 'gold')], [bonus('a', 1300)])).toEqual([
      'The tier is Gold, given by the action friend.',
      'The points alone give Silver.',
      'To Platinum are missing: 8700 points.',
      'Gold is kept after the cycle ends.',
    ]);
  });

  test('where cycles never end, no end of one is told', () => {
    expect(summary([floor('vip', 'gold', { until: AUGUST })], [bonus('a', 1300)], { cycle: { type: 'none' } })).toEqual(
      [
        'The tier is Gold, given by the action vip.',
        'The points alone give Silver.',
        'It lasts until the end of July 31, 2026; then comes Silver.',
        'To Platinum are missing: 8700 points.',
      ],
    );
  });

  test('R8: below a grant there may be a tier that points alone would not give', () => {
    const fallen: Dated[] = [
      { ...bonus('a', 1300), when: '2026-05-01T10:00:00Z' },
      { id: 'x', type: 'expiry', points: 400 },
    ];
    expect(
      summary([floor('vip', 'gold', { until: AUGUST })], fallen, { downgrade: { timing: 'recalculation' } }).slice(
        0,
        3,
      ),
    ).toEqual([
      'The tier is Gold, given by the action vip.',
      'Without that it is Silver, kept until the cycle ends, though the points alone give Bronze.',
      'It lasts until the end of July 31, 2026; then comes Silver.',
    ]);
  });
});

test.each<[string, number, Partial<ProgramFile>, string]>([
  [
    'kept where thresholds were raised',
    6000,
    {},
    'The tier is Gold, kept until the cycle ends, as the rules were edited: those of today give Silver.',
  ],
  [
    'kept where no cycle ends',
    6000,
    { cycle: { type: 'none' } },
    'The tier is Gold, kept until everyone is recalculated, as the rules were edited: those of today give Silver.',
  ],
  [
    'the one of before where thresholds were lowered',
    1200,
    {},
    'The tier is Silver, as before the rules were edited: those of today give Gold with the next transaction.',
  ],
])('R10: after an edit of the rules a tier is told to be %s', (_, threshold, file, sentence) => {
  const points = threshold > 5000 ? 5500 : 1300;
  const program = exampleProgram(file);
  const order = entry(bonus('a', points), CURRENT, program);
  const member = memberWith([order], program, at(NOW));
  const tiers = EXAMPLE_PROGRAM.tiers.map((tier) => (tier.id === 'gold' ? { ...tier, threshold } : tier));
  expect(explain(at(NOW), member, historyOf([order]), exampleProgram({ ...file, tiers }))!.summary[0]).toBe(sentence);
});

describe('R8: a tier other than the points give is told', () => {
  const fallen = (points: number, lost: number): Dated[] => [
    { ...bonus('a', points), when: '2026-05-01T10:00:00Z' },
    { id: 'x', type: 'expiry', points: lost },
  ];

  test.each<[string, Partial<ProgramFile>, Dated[], string]>([
    [
      'to be kept until the cycle ends',
      { downgrade: { timing: 'recalculation' } },
      fallen(1300, 400),
      'The tier is Silver, kept until the cycle ends, though the points alone give Bronze.',
    ],
    [
      'to be kept for good, where no cycle ends',
      { downgrade: { timing: 'recalculation' }, cycle: { type: 'none' } },
      fallen(1300, 400),
      'The tier is Silver, kept for good, though the points alone give Bronze.',
    ],
    [
      'to be one below, where a fall leads no deeper',
      { downgrade: { target: 'oneBelow' } },
      fallen(10_000, 9_500),
      'The tier is Gold, where the last fall led, though the points alone give Bronze.',
    ],
    [
      'to be the base, where every fall leads there, until points are added',
      { downgrade: { target: 'base' } },
      fallen(10_000, 4_000),
      'The tier is Bronze, where the last fall led; the points alone give Gold, and decide again with the next transaction that adds.',
    ],
    [
      'by its points alone, where they give it',
      { downgrade: { timing: 'recalculation' } },
      fallen(1300, 300),
      'The tier is Silver, earned with 1000 points that count at present.',
    ],
  ])('%s', (_, file, facts, sentence) => {
    expect(explanation(facts, exampleProgram(file)).summary[0]).toBe(sentence);
  });
});

test.each<[string, ProgramFile['upgradeBasis'], number]>([
  ['both cycles together', 'current', 1500],
  ['this cycle alone, where each stands alone (R7)', 'carry', 1200],
])('the conditions of the tier are told with what the member has in %s', (_, upgradeBasis, have) => {
  const program = exampleProgram({ upgradeBasis: upgradeBasis! });
  const facts: Dated[] = [{ ...bonus('a', 300), when: PREVIOUS }, bonus('b', 1200)];
  expect(explanation(facts, program).conditions).toEqual([{ what: 'tierPoints', have, need: 1000, missing: 0 }]);
});

test('the tier is explained by its own conditions', () => {
  expect(explanation([bonus('a', 1300)]).conditions).toEqual([
    { what: 'tierPoints', have: 1300, need: 1000, missing: 0 },
  ]);
});

test('there is nothing to explain before the first moment of a member', () => {
  const member = newMember(POINTS, at(NOW));
  expect(explain(at(NOW) - 1, member, historyOf([]), POINTS)).toBeUndefined();
});

test('what the transactions are said to have given adds up to what the member has', () => {
  fc.assert(
    fc.property(
      programs.chain((program) =>
        fc.record({ program: fc.constant(program), ledger: ledgers(program), moment: moments(program) }),
      ),
      ({ program, ledger, moment }) => {
        const member = newMember(program, ENROLLED_AT);
        // Points that expired cannot expire again.
        const expiries = new Set(ledger.filter(({ type }) => type === 'expiry').map(entryKey));
        fc.pre(!ledger.some((one) => one.type === 'expiry' && expiries.has(orderKey(one) ?? '')));
        const explained = explain(moment, member, historyOf(ledger), program);
        fc.pre(explained !== undefined);
        const units = program.basis === 'spend' ? 100 : 1;
        const given = (cycle: string) => {
          const of = explained!.transactions.filter((one) => one.cycle === cycle);
          return of.reduce((total, { tierPoints }) => total + Math.round(tierPoints * units), 0);
        };
        const { tally } = replayTo(moment, member, historyOf(ledger), program)!;
        expect([given('current'), given('previous')]).toEqual([tally.current.tier, tally.previous.tier]);
        const { transactions } = explained!;
        expect(transactions.map(({ entry: one }) => one.occurredAt)).toEqual(
          transactions.map(({ entry: one }) => one.occurredAt).sort((a, b) => b - a),
        );
        // Whatever does not count, says why.
        for (const one of transactions) if (!one.counted) expect(one.why).toBeTypeOf('string');
      },
    ),
    { numRuns: 200 },
  );
});
