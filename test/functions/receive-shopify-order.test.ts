import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, test, vi } from 'vitest';
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { ShopifySettings } from '../../core/program/brand.ts';
import { parseShopifySecrets } from '../../functions/receive-shopify-order/signature.ts';
import {
  CUSTOMER_ID,
  ORDER_ID,
  type OrderSpec,
  sendWebhook,
  shopifyOrder,
  shopifyRefund,
  signatureOf,
  type Topic,
} from '../support/shopify.ts';
import { makeWorld, type World } from '../support/world.ts';

async function shop(options: Parameters<typeof makeWorld>[0] = {}) {
  const world = makeWorld(options);
  await world.enrol(CUSTOMER_ID);
  return world;
}

const ledgerOf = (world: World) => world.ports.ledger.entriesOf(CUSTOMER_ID);
const amounts = (entries: LedgerEntry[]) => entries.map(({ id, type, amountMinor }) => [id, type, amountMinor]);
const pointsOf = async (world: World) => (await world.read(CUSTOMER_ID)).points.current;

test('E1 from Shopify: a paid order makes its customer Silver, announced once', async () => {
  const world = await shop();
  expect(await sendWebhook(world, 'orders/paid', shopifyOrder())).toMatchObject({
    status: 202,
    body: { status: 'accepted' },
  });
  await world.deliver();

  expect(await ledgerOf(world)).toMatchObject([
    {
      memberId: CUSTOMER_ID,
      id: ORDER_ID,
      source: 'shopify',
      type: 'purchase',
      orderId: ORDER_ID,
      amountMinor: 120_000,
      currency: 'EUR',
      awardedPoints: 1200,
      occurredAt: Date.parse('2026-05-02T09:30:00Z'),
    },
  ]);
  expect(await world.read(CUSTOMER_ID)).toMatchObject({ tier: { id: 'silver' }, points: { current: 1200 } });
  expect(world.ports.mailer.sent).toHaveLength(1);
});

test('nothing personal of an order gets into the ledger or into what is kept of it', async () => {
  const world = await shop();
  await sendWebhook(world, 'orders/paid', shopifyOrder());
  const kept = [await ledgerOf(world), await world.ports.orderFiles.load('shopify', ORDER_ID)];
  expect(JSON.stringify(kept)).not.toMatch(/Steve|Shipper|mail\.example|203\.0\.113/);
});

describe('what of an order counts', () => {
  const order: OrderSpec = {
    lines: [
      { price: '50.00', quantity: 3, discount: '30.00', tax: '20.83' },
      { price: '9.99', tax: '1.73' },
      { price: '200.00', giftCard: true },
    ],
    shipping: { price: '12.10', tax: '2.10', discount: '2.10' },
  };
  const settings = (countTax: boolean, countShipping: boolean): ShopifySettings => ({ countTax, countShipping });

  test.each([
    // Lines: 150.00 − 30.00 + 9.99 = 129.99, their tax 22.56; shipping 10.00 after its discount, its tax 2.10. The gift card never.
    ['prices with tax, tax counts', true, settings(true, false), 12_999],
    ['prices with tax, tax does not count', true, settings(false, false), 12_999 - 2_256],
    ['prices with tax, tax and shipping count', true, settings(true, true), 12_999 + 1_000],
    ['prices with tax, shipping counts without its tax', true, settings(false, true), 12_999 - 2_256 + 1_000 - 210],
    ['prices without tax, tax counts', false, settings(true, false), 12_999 + 2_256],
    ['prices without tax, tax does not count', false, settings(false, false), 12_999],
    ['prices without tax, tax and shipping count', false, settings(true, true), 12_999 + 2_256 + 1_000 + 210],
    ['prices without tax, shipping counts without its tax', false, settings(false, true), 12_999 + 1_000],
  ])('%s', async (_, taxesIncluded, shopify, amountMinor) => {
    const world = await shop({ shopify });
    await sendWebhook(world, 'orders/paid', shopifyOrder({ ...order, taxesIncluded }));
    expect(amounts(await ledgerOf(world))).toEqual([[ORDER_ID, 'purchase', amountMinor]]);
  });

  test('an order of gift cards alone is none: what they pay for later is the order', async () => {
    const world = await shop({ shopify: settings(true, true) });
    await sendWebhook(world, 'orders/paid', shopifyOrder({ lines: [{ price: '2000.00', giftCard: true }] }));
    expect(await ledgerOf(world)).toEqual([]);
  });

  test('an order that a discount made free counts as an order, of nothing', async () => {
    const world = await shop();
    await sendWebhook(world, 'orders/paid', shopifyOrder({ lines: [{ price: '15.00', discount: '15.00' }] }));
    expect(amounts(await ledgerOf(world))).toEqual([[ORDER_ID, 'purchase', 0]]);
  });

  test('amounts with more digits than the currency are rounded to what can be paid', async () => {
    const world = await shop({ program: { currency: 'JPY' } });
    const yen = shopifyOrder({ currency: 'JPY', lines: [{ price: '1500.00', quantity: 2, tax: '272.50' }] });
    await sendWebhook(world, 'orders/paid', yen);
    expect(amounts(await ledgerOf(world))).toEqual([[ORDER_ID, 'purchase', 3000]]);
  });

  test.each(['pending', 'authorized', 'partially_paid', 'voided', 'expired', null])(
    'an order that is %s is not paid, and does not count yet',
    async (financialStatus) => {
      const world = await shop();
      const unpaid = { ...shopifyOrder(), financial_status: financialStatus };
      expect((await sendWebhook(world, 'orders/updated', unpaid as never)).status).toBe(202);
      expect(await ledgerOf(world)).toEqual([]);
      await sendWebhook(world, 'orders/paid', shopifyOrder());
      expect(await ledgerOf(world)).toHaveLength(1);
    },
  );
});

describe('a refund', () => {
  const refundOf = (subtotal: number, tax: number, id = '890088186047892319') =>
    shopifyRefund({ id, lines: [{ subtotal, tax }] });

  test('takes its share, and the tier with it', async () => {
    const world = await shop();
    await sendWebhook(world, 'orders/paid', shopifyOrder());
    await world.deliver();
    await sendWebhook(world, 'refunds/create', refundOf(300.4, 52.14));
    await world.deliver();
    expect(amounts(await ledgerOf(world)).at(-1)).toEqual([`${ORDER_ID}/refund/890088186047892319`, 'refund', 30_040]);
    expect(await world.read(CUSTOMER_ID)).toMatchObject({ tier: { id: 'bronze' }, points: { current: 899 } });
  });

  test('before its order waits for it, and then counts as in the right order', async () => {
    const world = await shop();
    expect((await sendWebhook(world, 'refunds/create', refundOf(300, 52.07))).status).toBe(202);
    expect(await ledgerOf(world)).toEqual([]);
    await sendWebhook(world, 'orders/paid', shopifyOrder());
    await world.deliver();
    expect(await pointsOf(world)).toBe(900);
  });

  test('that comes again within its order, in orders/updated, counts once', async () => {
    const world = await shop();
    const refund = { id: '890088186047892319', lines: [{ subtotal: 300, tax: 52.07 }] };
    await sendWebhook(world, 'orders/paid', shopifyOrder());
    await sendWebhook(world, 'refunds/create', shopifyRefund(refund));
    await sendWebhook(
      world,
      'orders/updated',
      shopifyOrder({ refunds: [refund], updatedAt: '2026-05-02T06:00:01-04:00' }),
    );
    await sendWebhook(world, 'refunds/create', shopifyRefund(refund));
    await world.deliver();
    expect(await ledgerOf(world)).toHaveLength(2);
    expect(await world.ports.orderFiles.load('shopify', ORDER_ID)).toMatchObject({
      version: 2,
      refunds: [{ id: refund.id }],
    });
    expect(await pointsOf(world)).toBe(900);
  });

  test('that is known from orders/updated only, counts as well', async () => {
    const world = await shop();
    const refunds = [{ id: '1', lines: [{ subtotal: 300, tax: 52.07 }] }];
    await sendWebhook(world, 'orders/updated', shopifyOrder({ refunds }));
    await world.deliver();
    expect(await pointsOf(world)).toBe(900);
  });

  test.each([
    ['prices with tax, tax counts', true, true, 30_000],
    ['prices with tax, tax does not count', true, false, 30_000 - 5_207],
    ['prices without tax, tax counts', false, true, 30_000 + 5_207],
    ['prices without tax, tax does not count', false, false, 30_000],
  ])('gives back of a line what counted of it: %s', async (_, taxesIncluded, countTax, amountMinor) => {
    const refund = refundOf(300, 52.07);
    const order = shopifyOrder({ taxesIncluded });
    for (const bodies of [
      [order, refund],
      [refund, order],
    ]) {
      const world = await shop({ shopify: { countTax, countShipping: false } });
      for (const body of bodies) await sendWebhook(world, 'orders/updated', body);
      const refunds = (await ledgerOf(world)).filter(({ type }) => type === 'refund');
      expect(refunds.map((entry) => entry.amountMinor)).toEqual([amountMinor]);
    }
  });

  describe('of shipping', () => {
    // 12.40 with its tax of 2.15; an adjustment states 10.25 and the tax apart, a shipping line as the order's prices are.
    const adjusted = [{ kind: 'shipping_refund' as const, amount: '-10.25', tax: '-2.15' }];
    const lines = (taxesIncluded: boolean) => [{ subtotal: taxesIncluded ? '12.40' : '10.25', tax: '2.15' }];

    test.each([
      [true, true, 1_240],
      [true, false, 1_240],
      [false, true, 1_025],
      [false, false, 1_025],
    ])(
      'is taken where shipping counts (tax counts: %s, prices with tax: %s), however it is stated',
      async (countTax, taxesIncluded, amountMinor) => {
        for (const stated of [
          { adjustments: adjusted },
          { shippingLines: lines(taxesIncluded) },
          { adjustments: adjusted, shippingLines: lines(taxesIncluded) },
        ]) {
          const world = await shop({ shopify: { countTax, countShipping: true } });
          await sendWebhook(world, 'orders/paid', shopifyOrder({ taxesIncluded }));
          await sendWebhook(world, 'refunds/create', shopifyRefund({ id: '7', ...stated }));
          expect(amounts(await ledgerOf(world)).slice(1)).toEqual([[`${ORDER_ID}/refund/7`, 'refund', amountMinor]]);
        }
      },
    );

    test('takes nothing where shipping does not count', async () => {
      const world = await shop();
      await sendWebhook(world, 'orders/paid', shopifyOrder());
      const both = { id: '7', adjustments: adjusted, shippingLines: lines(true) };
      await sendWebhook(world, 'refunds/create', shopifyRefund(both));
      expect(await ledgerOf(world)).toHaveLength(1);
    });
  });

  test.each([
    [
      'less than the lines: 300 less a fee of 40 kept',
      [{ subtotal: 300 }],
      [{ kind: 'refund_discrepancy' as const, amount: '40.00' }],
      26_000,
    ],
    ['an amount without any line, of goodwill', [], [{ kind: 'refund_discrepancy' as const, amount: '-25.50' }], 2_550],
    ['an amount whose kind newer versions leave out', [], [{ amount: '-25.50' }], 2_550],
    [
      'lines taken back and nothing paid yet',
      [{ subtotal: 300 }],
      [{ kind: 'refund_discrepancy' as const, amount: '300.00' }],
      undefined,
    ],
    [
      'a line and a gift card: the card never counted',
      [{ subtotal: 300 }, { subtotal: 50, giftCard: true }],
      [],
      30_000,
    ],
    ['an amount that a number cannot hold exactly', [{ subtotal: 0.1 + 0.2 }], [], 30],
  ])('of %s', async (_, lines, adjustments, amountMinor) => {
    const world = await shop();
    await sendWebhook(world, 'orders/paid', shopifyOrder());
    await sendWebhook(world, 'refunds/create', shopifyRefund({ id: '7', lines, adjustments }));
    const refunds = (await ledgerOf(world)).filter(({ type }) => type === 'refund');
    expect(refunds.map((entry) => entry.amountMinor)).toEqual(amountMinor === undefined ? [] : [amountMinor]);
  });

  test('of everything leaves no order: the member is as before it', async () => {
    const world = await shop({
      program: {
        tiers: [
          { id: 'bronze', name: 'Bronze', threshold: 0 },
          { id: 'silver', name: 'Silver', qualification: { all: [{ orders: 1 }] } },
        ],
      },
    });
    await sendWebhook(world, 'orders/paid', shopifyOrder());
    await world.deliver();
    expect((await world.read(CUSTOMER_ID)).tier.id).toBe('silver');
    await sendWebhook(world, 'refunds/create', refundOf(1200, 208.26));
    await world.deliver();
    expect(await world.read(CUSTOMER_ID)).toMatchObject({
      tier: { id: 'bronze' },
      points: { current: 0, lifetime: 0 },
    });
  });
});

describe('an order that is changed', () => {
  test('upwards: what was added is a further part of it, dated when it was; a refund takes its share of the whole', async () => {
    const world = await shop({ now: '2026-05-10T10:00:00Z' });
    await sendWebhook(world, 'orders/paid', shopifyOrder());
    const grown = shopifyOrder({
      lines: [
        { price: '1200.00', tax: '208.26' },
        { price: '300.00', tax: '52.07' },
      ],
      updatedAt: '2026-05-09T05:00:00-04:00',
    });
    await sendWebhook(world, 'orders/updated', grown);
    await sendWebhook(world, 'orders/updated', grown);
    await world.deliver();
    expect(amounts(await ledgerOf(world))).toEqual([
      [ORDER_ID, 'purchase', 120_000],
      [`${ORDER_ID}/2`, 'purchase', 30_000],
    ]);
    expect((await ledgerOf(world))[1]!.occurredAt).toBe(Date.parse('2026-05-09T09:00:00Z'));
    expect((await world.read(CUSTOMER_ID, '2026-05-05T00:00:00Z')).points.current).toBe(1200);
    expect(await pointsOf(world)).toBe(1500);

    await sendWebhook(world, 'refunds/create', shopifyRefund({ id: '7', lines: [{ subtotal: 750, tax: 130.17 }] }));
    await world.deliver();
    expect(await pointsOf(world)).toBe(750);
  });

  test('and told in the wrong order: the smaller version changes nothing any more', async () => {
    const world = await shop();
    await sendWebhook(world, 'orders/updated', shopifyOrder({ lines: [{ price: '1500.00' }] }));
    await sendWebhook(world, 'orders/paid', shopifyOrder({ lines: [{ price: '1200.00' }] }));
    expect(amounts(await ledgerOf(world))).toEqual([[ORDER_ID, 'purchase', 150_000]]);
  });

  test.each([
    ['orders/paid', 'orders/cancelled'],
    ['orders/cancelled', 'orders/paid'],
  ] as [Topic, Topic][])(
    'cancelled (%s first): nothing of it is left, whatever refunds come with it',
    async (first, second) => {
      const world = await shop();
      await world.post(CUSTOMER_ID, { points: 40 });
      const bodies = {
        'orders/paid': shopifyOrder(),
        'orders/cancelled': shopifyOrder({
          financialStatus: 'refunded',
          cancelledAt: '2026-05-02T05:45:00-04:00',
          refunds: [{ id: '7', lines: [{ subtotal: 1200, tax: 208.26 }] }],
        }),
      } as Record<Topic, ReturnType<typeof shopifyOrder>>;
      await sendWebhook(world, first, bodies[first]);
      await sendWebhook(world, second, bodies[second]);
      await world.deliver();
      expect((await world.read(CUSTOMER_ID)).points).toMatchObject({ current: 40, lifetime: 40, balance: 40 });
    },
  );

  test.each([
    ['and its money still to be given back', 'paid', []],
    ['with a part given back', 'partially_refunded', [{ id: '7', lines: [{ subtotal: 200 }] }]],
  ])('cancelled, %s: nothing of it is left either', async (_, financialStatus, refunds) => {
    const world = await shop();
    const cancelled = shopifyOrder({ financialStatus, refunds, cancelledAt: '2026-05-02T05:45:00-04:00' });
    await sendWebhook(world, 'orders/paid', shopifyOrder());
    await sendWebhook(world, 'orders/cancelled', cancelled);
    await sendWebhook(world, 'orders/updated', cancelled);
    await world.deliver();
    expect(await world.read(CUSTOMER_ID)).toMatchObject({
      tier: { id: 'bronze' },
      points: { current: 0, lifetime: 0 },
    });
  });

  test('cancelled before it was paid: there is nothing to take back', async () => {
    const world = await shop();
    await sendWebhook(
      world,
      'orders/cancelled',
      shopifyOrder({ financialStatus: 'voided', cancelledAt: '2026-05-02T05:45:00-04:00' }),
    );
    expect(await ledgerOf(world)).toEqual([]);
  });
});

describe('a guest’s order', () => {
  test('is nobody’s: nothing is in the ledger', async () => {
    const world = await shop();
    const guest = shopifyOrder({ customerId: null, refunds: [{ id: '7', lines: [{ subtotal: 200 }] }] });
    expect((await sendWebhook(world, 'orders/paid', guest)).status).toBe(202);
    expect(world.ledgerStream).toEqual([]);
  });

  test('counts, with its refunds, as soon as Shopify names a customer', async () => {
    const world = await shop();
    await sendWebhook(world, 'orders/paid', shopifyOrder({ customerId: null }));
    await sendWebhook(world, 'refunds/create', shopifyRefund({ id: '7', lines: [{ subtotal: 200 }] }));
    await sendWebhook(world, 'orders/updated', shopifyOrder());
    await world.deliver();
    expect(await pointsOf(world)).toBe(1000);
  });

  test('and a customer who is not enrolled is counted from the enrolment on', async () => {
    const world = makeWorld();
    await sendWebhook(world, 'orders/paid', shopifyOrder());
    await world.deliver();
    await world.enrol(CUSTOMER_ID);
    expect(await world.read(CUSTOMER_ID)).toMatchObject({ tier: { id: 'silver' }, points: { current: 1200 } });
    expect(world.ports.mailer.sent).toEqual([]);
  });
});

describe('the meaning of a message is in what was signed', () => {
  const bodies: [string, ReturnType<typeof shopifyOrder> | ReturnType<typeof shopifyRefund>][] = [
    ['a paid order', shopifyOrder()],
    ['a cancelled order', shopifyOrder({ cancelledAt: '2026-05-02T05:45:00-04:00' })],
    ['a refund', shopifyRefund({ id: '7', lines: [{ subtotal: 300 }] })],
  ];

  test.each(bodies)(
    '%s, sent again under every other topic and another webhook id, changes nothing',
    async (_, body) => {
      const world = await shop();
      if ('refund_line_items' in body) await sendWebhook(world, 'orders/paid', shopifyOrder());
      await sendWebhook(world, 'orders/paid', body);
      await world.deliver();
      const [ledger, member] = [await ledgerOf(world), await world.read(CUSTOMER_ID)];
      for (const topic of ['orders/paid', 'orders/updated', 'orders/cancelled', 'refunds/create'] as const) {
        expect((await sendWebhook(world, topic, body)).status).toBe(202);
      }
      await world.deliver();
      expect(await ledgerOf(world)).toEqual(ledger);
      expect(await world.read(CUSTOMER_ID)).toEqual(member);
    },
  );

  test('ids of 64 bits are kept to the digit: the next id up is another order', async () => {
    const world = await shop();
    await sendWebhook(world, 'orders/paid', shopifyOrder({ id: '9007199254740992' }));
    await sendWebhook(world, 'orders/paid', shopifyOrder({ id: '9007199254740993' }));
    expect((await ledgerOf(world)).map(({ id }) => id)).toEqual(['9007199254740992', '9007199254740993']);
  });

  test('messages about other things are taken and ignored', async () => {
    const world = await shop();
    for (const other of ['{"id": 1, "line_items": [], "name": "a draft"}', '[]', '"hello"', 'null', '{"shop_id": 1}']) {
      expect(await sendWebhook(world, 'orders/updated', other)).toMatchObject({
        status: 202,
        body: { status: 'ignored' },
      });
    }
    expect(await ledgerOf(world)).toEqual([]);
  });
});

describe('the signature', () => {
  const body = shopifyOrder();
  const text = JSON.stringify(body);

  test.each([
    ['missing', ''],
    ['of another secret', signatureOf(text, 'shpss_of_somebody_else')],
    ['of another body', signatureOf(`${text} `)],
    ['cut short', signatureOf(text).slice(0, 20)],
    ['in hex', Buffer.from(signatureOf(text), 'base64').toString('hex')],
    ['nonsense', '\u0000ñ not base64 at all'],
  ])('that is %s: 401, and nothing is written', async (_, signature) => {
    const world = await shop();
    expect(await sendWebhook(world, 'orders/paid', body, { signature })).toMatchObject({
      status: 401,
      headers: { 'content-type': 'application/problem+json' },
      body: { status: 401, type: expect.stringMatching(/^urn:/) },
    });
    expect(await ledgerOf(world)).toEqual([]);
    expect(await world.ports.orderFiles.load('shopify', ORDER_ID)).toBeUndefined();
  });

  test('is over the bytes: a body that the gateway brings in base64 verifies, with letters of any language in it', async () => {
    const world = await shop();
    expect((await sendWebhook(world, 'orders/paid', text.replace('Madrid', 'Ávila ☕'), { base64: true })).status).toBe(
      202,
    );
    expect(await ledgerOf(world)).toHaveLength(1);
  });

  test('of either secret is good while one is rotated, and no longer once the old one is gone', async () => {
    const world = await shop();
    world.shopifySecrets.splice(0, 1, 'shpss_new', 'shpss_old');
    expect((await sendWebhook(world, 'orders/paid', body, { secret: 'shpss_old' })).status).toBe(202);
    expect((await sendWebhook(world, 'orders/paid', body, { secret: 'shpss_new' })).status).toBe(202);
    world.shopifySecrets.pop();
    expect((await sendWebhook(world, 'orders/paid', body, { secret: 'shpss_old' })).status).toBe(401);
    expect((await sendWebhook(world, 'orders/paid', body, { secret: 'shpss_new' })).status).toBe(202);
  });

  test('cannot be made while there is no secret', async () => {
    const world = await shop();
    world.shopifySecrets.splice(0);
    expect((await sendWebhook(world, 'orders/paid', body, { secret: ' ' })).status).toBe(401);
    expect((await sendWebhook(world, 'orders/paid', body, { signature: '' })).status).toBe(401);
  });

  test('the secret’s document: only whole secrets are taken, and without any shape it says what is missing', () => {
    expect(parseShopifySecrets({ secrets: ['a', '', 7, null, 'b'] })).toEqual(['a', 'b']);
    for (const document of [null, {}, [], 'a', { secrets: 'a' }])
      expect(() => parseShopifySecrets(document)).toThrow('must hold {"secrets"');
  });
});

describe('a signed body that is wrong', () => {
  test('in another currency than the program’s: 422, CURRENCY_MISMATCH, and nothing is written', async () => {
    const world = await shop();
    expect(await sendWebhook(world, 'orders/paid', shopifyOrder({ currency: 'USD' }))).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'currency', code: 'CURRENCY_MISMATCH' }] },
    });
    expect(await ledgerOf(world)).toEqual([]);
    expect(await world.ports.orderFiles.load('shopify', ORDER_ID)).toBeUndefined();
  });

  test('every problem is listed', async () => {
    const world = await shop();
    const wrong = {
      ...shopifyOrder(),
      id: 'abc',
      created_at: 'yesterday',
      line_items: [{ price: '1', quantity: 1.5 }, { quantity: 1 }],
      refunds: [{ id: null, created_at: '2026-05-02T05:45:00-04:00' }],
    };
    const { status, body } = await sendWebhook(world, 'orders/paid', wrong as never);
    expect(status).toBe(422);
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'created_at',
      'id',
      'line_items.0.quantity',
      'line_items.1.price',
      'refunds.0.id',
    ]);
    expect(await ledgerOf(world)).toEqual([]);
  });

  test.each([
    ['no JSON', '{"id": 1,', 400],
    ['empty', '', 400],
    ['a price that is no amount', JSON.stringify(shopifyOrder({ lines: [{ price: '1,200.00' }] })), 422],
    ['over 5 MB', JSON.stringify({ ...shopifyOrder(), note: 'x'.repeat(5 * 1024 * 1024) }), 413],
  ])('%s', async (_, body, status) => {
    const world = await shop();
    expect(await sendWebhook(world, 'orders/paid', body)).toMatchObject({ status, body: { status } });
    expect(await ledgerOf(world)).toEqual([]);
  });
});

test('an order of hundreds of lines is larger than what other calls may send, and is taken', async () => {
  const world = await shop();
  const lines = Array.from({ length: 900 }, () => ({ price: '10.00', tax: '1.74' }));
  const body = JSON.stringify({ ...shopifyOrder({ lines }), note: 'x'.repeat(300 * 1024) });
  expect(await sendWebhook(world, 'orders/paid', body)).toMatchObject({ status: 202 });
  expect(amounts(await ledgerOf(world))).toEqual([[ORDER_ID, 'purchase', 900_000]]);
});

test('an order that is posted by hand, under the ids of the webhook, counts once with it', async () => {
  const world = await shop();
  const part = { source: 'shopify', orderId: ORDER_ID, currency: 'EUR' };
  const refund = { id: '7', lines: [{ subtotal: 300 }] };
  const posted = [
    { ...part, id: ORDER_ID, type: 'purchase', amount: '1200.00', occurredAt: '2026-05-02T09:30:00Z' },
    { ...part, id: `${ORDER_ID}/refund/7`, type: 'refund', amount: '300.00', occurredAt: '2026-05-02T09:45:00Z' },
  ];
  for (const body of posted) {
    expect((await world.call('POST transactions', { params: { memberId: CUSTOMER_ID }, body })).status).toBe(202);
  }
  await sendWebhook(world, 'orders/updated', shopifyOrder({ refunds: [refund] }));
  await world.deliver();
  expect(await ledgerOf(world)).toHaveLength(2);
  expect(await pointsOf(world)).toBe(900);
});

describe('a webhook that is not taken is counted, whatever the reason', () => {
  const counts = async (send: (world: World) => Promise<{ status: number }>) => {
    const world = await shop();
    const counted = vi.spyOn(Metrics.prototype, 'addMetric').mockReturnThis();
    const { status } = await send(world);
    const names = counted.mock.calls.map(([name]) => name);
    counted.mockRestore();
    return { status, names };
  };

  test.each([
    [401, 'a wrong signature', (world: World) => sendWebhook(world, 'orders/paid', shopifyOrder(), { signature: 'x' })],
    [400, 'no JSON', (world: World) => sendWebhook(world, 'orders/paid', '{')],
    [413, 'too large', (world: World) => sendWebhook(world, 'orders/paid', ' '.repeat(5 * 1024 * 1024 + 1))],
    [422, 'another currency', (world: World) => sendWebhook(world, 'orders/paid', shopifyOrder({ currency: 'USD' }))],
  ])('%d: %s', async (status, _, send) => {
    expect(await counts(send)).toEqual({ status, names: ['WebhookRefused'] });
  });

  test('500: the table is away', async () => {
    const failing = (world: World) => {
      vi.spyOn(world.ports.orderFiles, 'load').mockRejectedValue(new Error('away'));
      return sendWebhook(world, 'orders/paid', shopifyOrder());
    };
    expect(await counts(failing)).toEqual({ status: 500, names: ['CallFailed', 'WebhookRefused'] });
  });

  test('and one that is taken is not', async () => {
    const { names } = await counts((world) => sendWebhook(world, 'orders/paid', shopifyOrder()));
    expect(names).toEqual(['TransactionAccepted']);
  });
});
