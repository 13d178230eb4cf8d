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
    ['a redemption', 'x', [{ id: 'x', type: 'redemption', points: 5 }], 'Redeeming points does not change the tier.'],
    [
      'its reversal',
      'x',
      [{ id: 'x', type: 'redemptionReversal', points: 5 }],
      'Giving redeemed points back does not change the tier.',
    ],
    [
      'an adjustment outside the tier',
      'x',
      [{ id: 'x', type: 'adjustment', points: 5, excludeFromTier: true }],
      'Staff excluded the adjustment from the tier.',
    ],
    ['a purchase without points', 'x', [purchase('x', 0, euros(10_000))], 'The transaction changes no points.'],
    [
      'an adjustment by nothing',
      'x',
      [{ id: 'x', type: 'adjustment', points: 0 }],
      'The transaction changes no points.',
    ],
    [
      'a refund of an order that is not there',
      'x',
      [refund('x', 'o-7', 100)],
      'The order o-7 has not arrived yet. The refund counts once the order is there.',
    ],
    [
      'a refund of an order that was given back already',
      'x',
      [order, { ...refund('r', 'o', 10_000), when: '2026-05-01T00:00:00Z' }, refund('x', 'o', 100)],
      'The refund takes nothing: the order has no amount, or nothing of the order is left.',
    ],
    [
      'a refund of an order without an amount',
      'x',
      [purchase('o', 100), refund('x', 'o', 100)],
      'The refund takes nothing: the order has no amount, or nothing of the order is left.',
    ],
  ])('%s', (_, id, facts, why) => {
    expect(said(id, facts)).toEqual({ counted: false, tierPoints: 0, cycle: 'current', why });
  });

  test.each<[string, Facts, string]>([
    ['a bonus', bonus('x', 5), 'This program counts spend. The transaction changes points only.'],
    [
      'an adjustment',
      { id: 'x', type: 'adjustment', points: 5 },
      'This program counts spend. The transaction changes points only.',
    ],
    [
      'an adjustment outside the tier',
      { id: 'x', type: 'adjustment', points: 5, excludeFromTier: true },
      'Staff excluded the adjustment from the tier.',
    ],
    [
      'an expiry',
      { id: 'x', type: 'expiry', points: 5 },
      'This program counts spend. The transaction changes points only.',
    ],
    ['a purchase of nothing', purchase('x', 5, euros(0)), 'The transaction adds no spend.'],
    [
      'a correction of the tier alone that corrects nothing',
      { id: 'x', type: 'tierAdjustment', ...euros(0) },
      'The transaction adds no spend.',
    ],
    ['a redemption', { id: 'x', type: 'redemption', points: 5 }, 'Redeeming points does not change the tier.'],
  ])('where the program counts what is spent: %s', (_, facts, why) => {
    expect(said('x', [facts], SPEND)).toEqual({ counted: false, tierPoints: 0, cycle: 'current', why });
  });

  test('an old one, though it gave points', () => {
    expect(said('x', [{ ...bonus('x', 5), when: OLDER }])).toEqual({
      counted: false,
      tierPoints: 5,
      cycle: 'older',
      why: 'The transaction belongs to a cycle that no longer decides the tier. Lifetime figures still include it.',
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
      why: 'The transaction o-7 has not arrived yet. Until then this entry counts by its own date.',
    });
  });
});

describe('in sentences', () => {
  const summary = (facts: Dated[], file: Partial<ProgramFile> = {}) => explanation(facts, exampleProgram(file)).summary;

  test.each<[string, Dated[], string[]]>([
    [
      'a new member',
      [],
      ['The member has Bronze, the base tier, with 0 points.', '1,000 more points are needed for Silver.'],
    ],
    [
      'a member with one point',
      [bonus('a', 1)],
      ['The member has Bronze, the base tier, with 1 point.', '999 more points are needed for Silver.'],
    ],
    [
      'a member whom one point is missing',
      [bonus('a', 999)],
      ['The member has Bronze, the base tier, with 999 points.', '1 more point is needed for Silver.'],
    ],
    [
      'a tier that is kept',
      [bonus('a', 1300)],
      [
        'The member has earned Silver with 1,300 of 1,000 points.',
        '3,700 more points are needed for Gold.',
        'If nothing more happens, the member keeps Silver after December 31, 2026.',
      ],
    ],
    [
      'a tier that is not',
      [bonus('a', 200), { ...bonus('b', 900), when: PREVIOUS }],
      [
        'The member has earned Silver with 1,100 of 1,000 points.',
        '3,900 more points are needed for Gold.',
        '800 more points are needed by December 31, 2026 to keep Silver.',
        'If nothing more happens, the member has Bronze after December 31, 2026.',
      ],
    ],
    [
      'the top',
      [bonus('a', 10_000)],
      [
        'The member has earned Platinum with 10,000 of 10,000 points.',
        'If nothing more happens, the member keeps Platinum after December 31, 2026.',
      ],
    ],
  ])('%s', (_, facts, sentences) => {
    expect(summary(facts)).toEqual(sentences);
  });

  test.each<[string, Dated[], Partial<ProgramFile>, string[]]>([
    [
      'below the first tier',
      [purchase('a', 0, euros(99_999))],
      {},
      ['The member has Bronze, the base tier, with €999.99 spent.', '€0.01 more is needed for Silver.'],
    ],
    [
      'with a tier that is about to be lost',
      [{ ...purchase('a', 0, euros(120_050)), when: PREVIOUS }],
      {},
      [
        'The member has earned Silver with €1,200.50 of €1,000.00 spend.',
        '€3,799.50 more is needed for Gold.',
        '€1,000.00 more is needed by December 31, 2026 to keep Silver.',
        'If nothing more happens, the member has Bronze after December 31, 2026.',
      ],
    ],
    [
      'with the digits of the currency',
      [{ ...purchase('a', 0), amountMinor: 1300, currency: 'JPY' }],
      { currency: 'JPY' },
      [
        'The member has earned Silver with ¥1,300 of ¥1,000 spend.',
        '¥3,700 more is needed for Gold.',
        'If nothing more happens, the member keeps Silver after December 31, 2026.',
      ],
    ],
  ])(
    'where the program counts spend, everything is money in its currency: a member %s',
    (_, facts, file, sentences) => {
      const told = summary(facts, { basis: 'spend', ...file });
      expect(told).toEqual(sentences);
      expect(told.join()).not.toContain('point');
    },
  );

  describe('name every condition', () => {
    type Qualification = ProgramFile['tiers'][number]['qualification'];
    const told = (qualification: Qualification, facts: Dated[], file: Partial<ProgramFile> = {}, threshold?: number) =>
      summary(facts, {
        tiers: [
          { id: 'bronze', name: 'Bronze', threshold: 0 },
          { id: 'gold', name: 'Gold', ...(threshold !== undefined && { threshold }), qualification: qualification! },
        ],
        trackers: {
          events: { measure: 'count', of: { field: 'kind', equals: 'event' }, over: 'lifetime' },
          nights: { measure: { sum: 'nights' }, of: { type: 'purchase' }, over: 'cycle' },
        },
        ...file,
      });
    const events = (count: number): Dated[] =>
      Array.from({ length: count }, (_, place) => ({ ...bonus(`e-${place}`, 1), fields: { kind: 'event' } }));
    const kept = 'If nothing more happens, the member keeps Gold after December 31, 2026.';

    test.each<[string, Qualification, Dated[], number | undefined, string[]]>([
      [
        'that gave the tier: a tracker',
        { all: [{ tracker: 'events', atLeast: 3 }] },
        events(3),
        undefined,
        ['The member has earned Gold with 3 of 3 events.', kept],
      ],
      [
        'that gave the tier: lifetime points',
        { all: [{ lifetimePoints: 1500 }] },
        [bonus('a', 1500)],
        undefined,
        ['The member has earned Gold with 1,500 of 1,500 lifetime points.', kept],
      ],
      [
        'that gave the tier: lifetime spend, as in E24',
        { all: [{ lifetimeSpend: '1000.00' }] },
        [purchase('a', 1, euros(105_000))],
        undefined,
        ['The member has earned Gold with €1,050.00 of €1,000.00 lifetime spend.', kept],
      ],
      [
        'that gave the tier: all of several',
        { all: [{ orders: 1 }, { tracker: 'nights', atLeast: 2.5 }] },
        [{ ...purchase('a', 1300), fields: { nights: 3.25 } }],
        1000,
        ['The member has earned Gold with 1,300 of 1,000 points, 1 of 1 order and 3.25 of 2.5 nights.', kept],
      ],
      [
        'that gave the tier, and no other: any k of n',
        { any: 2, of: [{ orders: 2 }, { tracker: 'events', atLeast: 3 }] },
        [bonus('a', 1300), ...events(3)],
        1000,
        [
          'The member has earned Gold with 1,303 of 1,000 points and 3 of 3 events.',
          'Gold needs any 2 of its 3 conditions.',
          kept,
        ],
      ],
    ])('%s', (_, qualification, facts, threshold, sentences) => {
      expect(told(qualification, facts, {}, threshold)).toEqual(sentences);
    });

    test.each<[string, Qualification, Dated[], string]>([
      [
        'all that are open',
        { all: [{ orders: 3 }, { lifetimeSpend: '500.00' }] },
        [purchase('a', 400, euros(12_050))],
        '600 more points, 2 more orders and €379.50 more lifetime spend are needed for Gold.',
      ],
      ['none that is met', { all: [{ orders: 3 }] }, [purchase('a', 1000)], '2 more orders are needed for Gold.'],
      [
        'one order in the singular',
        { all: [{ orders: 2 }] },
        [purchase('a', 1000)],
        '1 more order is needed for Gold.',
      ],
      [
        'either of two of which one suffices',
        { any: 1, of: [{ orders: 3 }] },
        [purchase('a', 400)],
        '600 more points or 2 more orders are needed for Gold.',
      ],
      [
        'with the verb after what stands last',
        { any: 1, of: [{ lifetimeSpend: '500.00' }] },
        [purchase('a', 400, euros(12_050))],
        '600 more points or €379.50 more lifetime spend is needed for Gold.',
      ],
      [
        'any two of three, where none is met',
        { any: 2, of: [{ lifetimePoints: 1500 }, { tracker: 'events', atLeast: 5 }] },
        [bonus('a', 400)],
        'Any 2 of these are needed for Gold: 600 more points, 1,100 more lifetime points, 5 more events.',
      ],
      [
        'the rest, where one of two is met',
        { any: 2, of: [{ lifetimePoints: 300 }, { tracker: 'events', atLeast: 5 }] },
        [bonus('a', 400)],
        '600 more points or 5 more events are needed for Gold.',
      ],
      [
        'a tracker by its name, where one is missing',
        { all: [{ tracker: 'events', atLeast: 3 }] },
        [bonus('a', 998), ...events(2)],
        '1 more “events” is needed for Gold.',
      ],
      [
        'one lifetime point',
        { all: [{ lifetimePoints: 1001 }] },
        [bonus('a', 1000)],
        '1 more lifetime point is needed for Gold.',
      ],
    ])('that is missing to the next tier: %s', (_, qualification, facts, sentence) => {
      expect(told(qualification, facts, {}, 1000)[1]).toBe(sentence);
    });

    test.each<[string, Qualification, Dated[], string[]]>([
      [
        'points and orders of this cycle',
        { all: [{ tracker: 'nights', atLeast: 2 }] },
        [
          { ...purchase('a', 1300), fields: { nights: 2 }, when: PREVIOUS },
          { ...purchase('b', 100), fields: { nights: 1 } },
        ],
        [
          'The member has earned Gold with 1,400 of 1,000 points and 3 of 2 nights.',
          '900 more points and 1 more “nights” are needed by December 31, 2026 to keep Gold.',
          'If nothing more happens, the member has Bronze after December 31, 2026.',
        ],
      ],
      [
        'and those that lifetime figures hold up are not among them',
        { all: [{ orders: 1 }] },
        [{ ...purchase('a', 1300), when: PREVIOUS }],
        [
          'The member has earned Gold with 1,300 of 1,000 points and 1 of 1 order.',
          '1,000 more points are needed by December 31, 2026 to keep Gold.',
          'If nothing more happens, the member has Bronze after December 31, 2026.',
        ],
      ],
      [
        'either of two',
        { any: 1, of: [{ tracker: 'nights', atLeast: 2 }] },
        [{ ...purchase('a', 1300), fields: { nights: 2 }, when: PREVIOUS }],
        [
          'The member has earned Gold with 1,300 of 1,000 points and 2 of 2 nights.',
          'Gold needs any 1 of its 2 conditions.',
          '1,000 more points or 2 more nights are needed by December 31, 2026 to keep Gold.',
          'If nothing more happens, the member has Bronze after December 31, 2026.',
        ],
      ],
    ])('that keeps the tier: %s', (_, qualification, facts, sentences) => {
      expect(told(qualification, facts, {}, 1000)).toEqual(sentences);
    });

    test('that keeps a tier to which no points lead', () => {
      const visits: Qualification = { all: [{ tracker: 'nights', atLeast: 1 }] };
      expect(told(visits, [{ ...purchase('a', 1), fields: { nights: 1 }, when: PREVIOUS }])).toEqual([
        'The member has earned Gold with 1 of 1 nights.',
        '1 more “nights” is needed by December 31, 2026 to keep Gold.',
        'If nothing more happens, the member has Bronze after December 31, 2026.',
      ]);
    });

    test.each<[string, Dated[], string[]]>([
      [
        'this one, whose points give it',
        [{ ...bonus('a', 300), when: PREVIOUS }, bonus('b', 1000), ...events(3)],
        ['The member has earned Gold with 1,003 of 1,000 points in this cycle and 3 of 3 events.', kept],
      ],
      [
        'the previous one, whose points gave it',
        [{ ...bonus('a', 1300), when: PREVIOUS }, ...events(3)],
        [
          'The member has earned Gold with 1,300 of 1,000 points in the previous cycle and 3 of 3 events.',
          '997 more points are needed by December 31, 2026 to keep Gold.',
          'If nothing more happens, the member has Bronze after December 31, 2026.',
        ],
      ],
      [
        'this one, where none gave a tier',
        [{ ...bonus('a', 300), when: PREVIOUS }, bonus('b', 200), ...events(3)],
        [
          'The member has Bronze, the base tier, with 203 points in this cycle.',
          '797 more points are needed for Gold.',
        ],
      ],
    ])('with the cycle that it is of, where each cycle stands alone (R7): %s', (_, facts, sentences) => {
      const carry = { upgradeBasis: 'carry' as const };
      expect(told({ all: [{ tracker: 'events', atLeast: 3 }] }, facts, carry, 1000)).toEqual(sentences);
    });

    test('with the cycle of a tracker that each cycle counts anew (R7)', () => {
      const nights: Qualification = { all: [{ tracker: 'nights', atLeast: 2 }] };
      const facts: Dated[] = [{ ...purchase('a', 1), fields: { nights: 2 }, when: PREVIOUS }];
      expect(told(nights, facts, { upgradeBasis: 'carry' })[0]).toBe(
        'The member has earned Gold with 2 of 2 nights in the previous cycle.',
      );
    });
  });

  test('no sentence is longer than 25 words, also where a tier has five conditions', () => {
    const five: ProgramFile['tiers'] = [
      { id: 'bronze', name: 'Bronze', threshold: 0 },
      {
        id: 'gold',
        name: 'Gold',
        threshold: 1000,
        qualification: {
          all: [
            { lifetimePoints: 1500 },
            { lifetimeSpend: '500.00' },
            { orders: 3 },
            { tracker: 'events', atLeast: 3 },
          ],
        },
      },
    ];
    const trackers: ProgramFile['trackers'] = { events: { measure: 'count', of: { type: 'bonus' }, over: 'cycle' } };
    for (const sentence of summary([], { tiers: five, trackers })) {
      expect(sentence.split(' ').length).toBeLessThanOrEqual(25);
    }
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
        'The action vip gives the member Gold until the end of July 31, 2026.',
        'If nothing more happens, the member has Silver after July 31, 2026.',
        'The member has earned Silver with 1,300 of 1,000 points.',
        '8,700 more points are needed for Platinum.',
      ],
    ],
    [
      'a tier that a member of a group was given, by the name of the action alone',
      [floor('group#spring#vip', 'gold', { until: AUGUST })],
      [],
      [
        'The action vip gives the member Gold until the end of July 31, 2026.',
        'If nothing more happens, the member has Bronze after July 31, 2026.',
        'Apart from grants, the member has Bronze, the base tier, with 0 points.',
        '10,000 more points are needed for Platinum.',
      ],
    ],
    [
      'a tier that a promotion gave for some hours',
      [floor('promotion#gold-tonight#api#o', 'gold', { promotion: 'gold-tonight', until: '2026-06-01T20:30:00Z' })],
      [bonus('a', 1300)],
      [
        'The promotion gold-tonight gives the member Gold until 22:30 on June 1, 2026 (Europe/Madrid).',
        'If nothing more happens, the member has Silver after 22:30 on June 1, 2026 (Europe/Madrid).',
        'The member has earned Silver with 1,300 of 1,000 points.',
        '8,700 more points are needed for Platinum.',
      ],
    ],
    [
      'a tier below the points, which miss nothing to the next one',
      [cap('penalty', 'silver', { until: END_OF_CYCLE })],
      [bonus('a', 5200)],
      [
        'The action penalty holds the member at Silver until the end of December 31, 2026.',
        'If nothing more happens, the member has Gold after December 31, 2026.',
        'The member has earned Gold with 5,200 of 5,000 points.',
      ],
    ],
    [
      'E37: a second grant below the one that shows',
      [floor('short', 'platinum', { until: AUGUST }), floor('long', 'gold', { until: SEPTEMBER })],
      [bonus('a', 1300)],
      [
        'The action short gives the member Platinum until the end of July 31, 2026.',
        'If nothing more happens, the member has Gold after July 31, 2026.',
        'The member has earned Silver with 1,300 of 1,000 points.',
        'The action long keeps the member at Gold or above until the end of August 31, 2026.',
      ],
    ],
    [
      'a second grant that never ends',
      [floor('short', 'platinum', { until: AUGUST }), floor('friend', 'gold')],
      [bonus('a', 1300)],
      [
        'The action short gives the member Platinum until the end of July 31, 2026.',
        'If nothing more happens, the member has Gold after July 31, 2026.',
        'The member has earned Silver with 1,300 of 1,000 points.',
        'The action friend keeps the member at Gold or above without an end date.',
      ],
    ],
    [
      'a tier that the program no longer has',
      [floor('vip', 'titanium', { until: AUGUST })],
      [bonus('a', 1300)],
      [
        'The member has earned Silver with 1,300 of 1,000 points.',
        'The action vip has no effect, because the program no longer has the tier titanium.',
        '3,700 more points are needed for Gold.',
        'If nothing more happens, the member keeps Silver after December 31, 2026.',
      ],
    ],
    [
      'a tier that the points give anyway',
      [floor('vip', 'silver', { until: AUGUST })],
      [bonus('a', 1300)],
      [
        'The member has earned Silver with 1,300 of 1,000 points.',
        'The action vip keeps the member at Silver or above until the end of July 31, 2026.',
        '3,700 more points are needed for Gold.',
        'If nothing more happens, the member keeps Silver after December 31, 2026.',
      ],
    ],
    [
      'a tier that a member who was held down did not reach yet',
      [cap('penalty', 'silver', { until: AUGUST })],
      [bonus('a', 200)],
      [
        'The member has Bronze, the base tier, with 200 points.',
        'The action penalty keeps the member at Silver or below until the end of July 31, 2026.',
        '800 more points are needed for Silver.',
      ],
    ],
    [
      'a tier that a promotion holds down, until points are added',
      [
        cap('promotion#misuse#api#o', 'silver', {
          promotion: 'misuse',
          until: AUGUST,
          reassessFrom: at('2026-05-03T10:00:00Z'),
        }),
      ],
      [bonus('a', 5200)],
      [
        'The promotion misuse holds the member at Silver until the end of July 31, 2026.',
        'The next transaction that counts for the tier ends the promotion misuse earlier.',
        'If nothing more happens, the member has Gold after July 31, 2026.',
        'The member has earned Gold with 5,200 of 5,000 points.',
      ],
    ],
    [
      'a tier that ends with the cycle, with what keeps it and what comes after it',
      [floor('vip', 'gold', { until: END_OF_CYCLE })],
      [bonus('a', 1300)],
      [
        'The action vip gives the member Gold until the end of December 31, 2026.',
        'If nothing more happens, the member has Silver after December 31, 2026.',
        'The member has earned Silver with 1,300 of 1,000 points.',
        '8,700 more points are needed for Platinum.',
        '3,700 more points are needed by December 31, 2026 to keep Gold.',
      ],
    ],
    [
      'E58: a tier that outlasts the cycle, with what comes by the rules of that later moment',
      [floor('trial', 'platinum', { until: '2027-01-09T23:00:00Z' })],
      [{ ...bonus('a', 5200), when: PREVIOUS }],
      [
        'The action trial gives the member Platinum until the end of January 9, 2027.',
        'If nothing more happens, the member has Bronze after January 9, 2027.',
        'The member has earned Gold with 5,200 of 5,000 points.',
        'If nothing more happens, the member keeps Platinum after December 31, 2026.',
      ],
    ],
    [
      'a cap that outlasts the points, and does not bring back the tier of today',
      [cap('penalty', 'silver', { until: '2027-01-31T23:00:00Z' })],
      [{ ...bonus('a', 5200), when: PREVIOUS }],
      [
        'The action penalty holds the member at Silver until the end of January 31, 2027.',
        'The member has earned Gold with 5,200 of 5,000 points.',
        '1,000 more points are needed by December 31, 2026 to keep Silver.',
        'If nothing more happens, the member has Bronze after December 31, 2026.',
      ],
    ],
    [
      'a cap that outlasts the cycle, above which less comes than the points give today',
      [cap('penalty', 'silver', { until: '2027-01-31T23:00:00Z' })],
      [{ ...bonus('a', 5000), when: PREVIOUS }, bonus('b', 1200)],
      [
        'The action penalty holds the member at Silver until the end of January 31, 2027.',
        'The member has earned Gold with 6,200 of 5,000 points.',
        'If nothing more happens, the member keeps Silver after December 31, 2026.',
      ],
    ],
    [
      'a second cap, below the points and above the first',
      [cap('fraud', 'bronze', { until: AUGUST }), cap('penalty', 'silver')],
      [bonus('a', 5200)],
      [
        'The action fraud holds the member at Bronze until the end of July 31, 2026.',
        'If nothing more happens, the member has Silver after July 31, 2026.',
        'The member has earned Gold with 5,200 of 5,000 points.',
        'The action penalty keeps the member at Silver or below without an end date.',
      ],
    ],
  ])('%s', (_, grants, facts, sentences) => {
    expect(summary(grants, facts)).toEqual(sentences);
  });

  test('a tier that was given for good has no end date, and nothing is missing to keep it', () => {
    expect(summary([floor('friend', 'gold')], [bonus('a', 1300)])).toEqual([
      'The action friend gives the member Gold without an end date.',
      'The member has earned Silver with 1,300 of 1,000 points.',
      '8,700 more points are needed for Platinum.',
      'If nothing more happens, the member keeps Gold after December 31, 2026.',
    ]);
  });

  test('where cycles never end, no end of one is told', () => {
    expect(summary([floor('vip', 'gold', { until: AUGUST })], [bonus('a', 1300)], { cycle: { type: 'none' } })).toEqual(
      [
        'The action vip gives the member Gold until the end of July 31, 2026.',
        'If nothing more happens, the member has Silver after July 31, 2026.',
        'The member has earned Silver with 1,300 of 1,000 points.',
        '8,700 more points are needed for Platinum.',
      ],
    );
  });

  test('R8: apart from the grant there may be a tier that the points alone would not give', () => {
    const fallen: Dated[] = [
      { ...bonus('a', 1300), when: '2026-05-01T10:00:00Z' },
      { id: 'x', type: 'expiry', points: 400 },
    ];
    const file: Partial<ProgramFile> = { downgrade: { timing: 'recalculation' } };
    expect(summary([floor('vip', 'gold', { until: AUGUST })], fallen, file).slice(0, 4)).toEqual([
      'The action vip gives the member Gold until the end of July 31, 2026.',
      'If nothing more happens, the member has Silver after July 31, 2026.',
      'Apart from grants, the member keeps Silver until the end of December 31, 2026.',
      'The member now qualifies for Bronze only.',
    ]);
  });
});

test.each<[string, number, Partial<ProgramFile>, string[]]>([
  [
    'kept where thresholds were raised',
    6000,
    {},
    [
      "The member keeps Gold until the end of December 31, 2026, because the program's rules changed.",
      "Today's rules give Silver.",
    ],
  ],
  [
    'kept where no cycle ends',
    6000,
    { cycle: { type: 'none' } },
    [
      "The member keeps Gold until the next recalculation of all members, because the program's rules changed.",
      "Today's rules give Silver.",
    ],
  ],
  [
    'the one of before where thresholds were lowered',
    1200,
    {},
    [
      "The member still has Silver from before the program's rules changed.",
      "Today's rules give Gold with the member's next transaction.",
    ],
  ],
])('R10: after an edit of the rules a tier is told to be %s', (_, threshold, file, sentences) => {
  const points = threshold > 5000 ? 5500 : 1300;
  const program = exampleProgram(file);
  const order = entry(bonus('a', points), CURRENT, program);
  const member = memberWith([order], program, at(NOW));
  const tiers = EXAMPLE_PROGRAM.tiers.map((tier) => (tier.id === 'gold' ? { ...tier, threshold } : tier));
  const { summary } = explain(at(NOW), member, historyOf([order]), exampleProgram({ ...file, tiers }))!;
  expect(summary.slice(0, 2)).toEqual(sentences);
});

describe('R8: a tier other than the points give is told', () => {
  const fallen = (points: number, lost: number): Dated[] => [
    { ...bonus('a', points), when: '2026-05-01T10:00:00Z' },
    { id: 'x', type: 'expiry', points: lost },
  ];
  const RECALCULATION = { timing: 'recalculation' as const };

  test.each<[string, Partial<ProgramFile>, Dated[], string[]]>([
    [
      'to be kept until the cycle ends',
      { downgrade: RECALCULATION },
      fallen(1300, 400),
      [
        'The member keeps Silver until the end of December 31, 2026.',
        'The member now qualifies for Bronze only.',
        '4,100 more points are needed for Gold.',
        '100 more points are needed by December 31, 2026 to keep Silver.',
        'If nothing more happens, the member has Bronze after December 31, 2026.',
      ],
    ],
    [
      'to be kept for good, where no cycle ends',
      { downgrade: RECALCULATION, cycle: { type: 'none' } },
      fallen(1300, 400),
      [
        'The member keeps Silver without an end date.',
        'The member now qualifies for Bronze only.',
        '4,100 more points are needed for Gold.',
      ],
    ],
    [
      'to be one below, where a fall leads no deeper',
      { downgrade: { target: 'oneBelow' } },
      fallen(10_000, 9_500),
      [
        'The member has Gold, because the last downgrade led there.',
        'The member now qualifies for Bronze only.',
        '9,500 more points are needed for Platinum.',
        '4,500 more points are needed by December 31, 2026 to keep Gold.',
        'If nothing more happens, the member has Silver after December 31, 2026.',
      ],
    ],
    [
      'to be the base, where every fall leads there, until points are added',
      { downgrade: { target: 'base' } },
      fallen(10_000, 4_000),
      [
        'The member has Bronze, because the last downgrade led there.',
        'The next transaction that adds points gives Gold.',
        'If nothing more happens, the member has Gold after December 31, 2026.',
      ],
    ],
    [
      'by its points alone, where they give it',
      { downgrade: RECALCULATION },
      fallen(1300, 300),
      [
        'The member has earned Silver with 1,000 of 1,000 points.',
        '4,000 more points are needed for Gold.',
        'If nothing more happens, the member keeps Silver after December 31, 2026.',
      ],
    ],
  ])('%s', (_, file, facts, sentences) => {
    expect(explanation(facts, exampleProgram(file)).summary).toEqual(sentences);
  });

  test('in a program that counts spend, to wait for the next spend', () => {
    const facts: Dated[] = [
      { ...purchase('a', 0, euros(1_000_000)), when: '2026-05-01T10:00:00Z' },
      refund('r', 'a', 400_000),
    ];
    const program = exampleProgram({ basis: 'spend', downgrade: { target: 'base' } });
    expect(explanation(facts, program).summary.slice(0, 2)).toEqual([
      'The member has Bronze, because the last downgrade led there.',
      'The next transaction that adds spend gives Gold.',
    ]);
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
        // Every sentence is whole, and short enough to be understood at the first reading.
        for (const sentence of explained!.summary) {
          expect(sentence).toMatch(/^[A-Z\d€][^\n]+\.$/);
          expect(sentence).not.toMatch(/NaN|undefined|null/);
          expect(sentence.split(' ').length).toBeLessThanOrEqual(25);
        }
        // Whatever does not count, says why.
        for (const one of transactions) if (!one.counted) expect(one.why).toBeTypeOf('string');
      },
    ),
    { numRuns: 200 },
  );
});
