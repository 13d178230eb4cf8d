/**
 * Shopify's orders and refunds, as far as a tier is concerned.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order, …/resources/refund
 *
 * What a message means is read from its body alone. The topic and the webhook's id come in headers that the signature does not
 * cover: a recorded body, sent again under another topic, must mean the same as before.
 */
import * as z from 'zod/mini';
import { type OrderReport, type ReportedRefund, TAX_SIGN, type TaxInRefunds } from '../../core/ledger/order-file.ts';
import { roundAmount } from '../../core/money.ts';
import type { ShopifySettings } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import { parseInstant } from '../../core/time.ts';
import { validate } from '../contract/validate.ts';
import { requestProblem } from '../runtime/problem.ts';

const SOURCE = 'shopify';

/** Ids are taken as text: they may be larger than what a number holds exactly. */
const idSchema = z.string().check(z.regex(/^\d{1,20}$/, 'must be a whole number'));
/** Refunds state some amounts as numbers, and what a number makes of 30.1 is rounded away here. */
const moneySchema = z.pipe(
  z.union([z.string(), z.number()]),
  z.transform((amount) => (typeof amount === 'number' ? amount.toFixed(6) : amount)),
);
const momentSchema = z.pipe(
  z.string(),
  z.transform((text, { issues }) => {
    const at = parseInstant(text);
    if (at === undefined) {
      issues.push({ code: 'custom', message: 'must be an ISO 8601 instant with its offset', input: text });
    }
    return at ?? 0;
  }),
);

const amountsSchema = z._default(z.array(z.looseObject({ amount: moneySchema })), []);
const taxLinesSchema = z._default(z.array(z.looseObject({ price: moneySchema })), []);

const lineSchema = z.looseObject({
  price: moneySchema,
  quantity: z.int().check(z.minimum(0)),
  gift_card: z._default(z.boolean(), false),
  discount_allocations: amountsSchema,
  tax_lines: taxLinesSchema,
});

const refundSchema = z.looseObject({
  id: idSchema,
  order_id: z.optional(idSchema),
  created_at: momentSchema,
  processed_at: z.nullish(momentSchema),
  refund_line_items: z._default(
    z.array(
      z.looseObject({
        subtotal: moneySchema,
        total_tax: z._default(moneySchema, '0'),
        line_item: z.nullish(z.looseObject({ gift_card: z._default(z.boolean(), false) })),
      }),
    ),
    [],
  ),
  /** `kind` is going away; with it, the refunded shipping is going from here to `refund_shipping_lines`. */
  order_adjustments: z._default(
    z.array(
      z.looseObject({ kind: z.nullish(z.string()), amount: moneySchema, tax_amount: z._default(moneySchema, '0') }),
    ),
    [],
  ),
  refund_shipping_lines: z._default(
    z.array(
      z.looseObject({
        subtotal_amount_set: z.looseObject({ shop_money: z.looseObject({ amount: moneySchema }) }),
        shipping_line: z.nullish(z.looseObject({ tax_lines: taxLinesSchema })),
      }),
    ),
    [],
  ),
});

const orderSchema = z.looseObject({
  id: idSchema,
  currency: z.string(),
  financial_status: z.nullish(z.string()),
  created_at: momentSchema,
  processed_at: z.nullish(momentSchema),
  updated_at: z.nullish(momentSchema),
  cancelled_at: z.nullish(momentSchema),
  taxes_included: z._default(z.boolean(), false),
  customer: z.nullish(z.looseObject({ id: idSchema })),
  line_items: z.array(lineSchema),
  shipping_lines: z._default(
    z.array(z.looseObject({ price: moneySchema, discount_allocations: amountsSchema, tax_lines: taxLinesSchema })),
    [],
  ),
  refunds: z._default(z.array(refundSchema), []),
});

type Order = z.output<typeof orderSchema>;
type Refund = z.output<typeof refundSchema>;

/** The states of an order whose money has come, whatever was given back since. */
const PAID = ['paid', 'partially_refunded', 'refunded'];

/** JSON, with every number that is an id kept as its digits. */
export function parseShopifyJson(text: string): unknown {
  const keepIds = (key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && (key === 'id' || key.endsWith('_id')) ? (context?.source ?? String(value)) : value;
  return JSON.parse(text, keepIds);
}

/**
 * @returns undefined for a message that is about neither an order nor a refund
 * @throws Problem 422 with every problem
 */
export function readReport(body: unknown, settings: ShopifySettings, program: Program): OrderReport | undefined {
  const has = (name: string) => body !== null && typeof body === 'object' && name in body;
  if (has('line_items') && has('financial_status')) {
    return orderReport(validate({ schema: orderSchema, value: body }), settings, program);
  }
  if (has('refund_line_items') && has('order_id')) {
    const refund = validate({ schema: z.required(refundSchema, { order_id: true }), value: body });
    return { source: SOURCE, orderId: refund.order_id!, refunds: [reportedRefund(refund, settings, program)] };
  }
  return undefined;
}

function orderReport(order: Order, settings: ShopifySettings, program: Program): OrderReport {
  if (order.currency !== program.currency) {
    throw requestProblem([
      {
        path: 'currency',
        code: 'CURRENCY_MISMATCH',
        message: `is ${order.currency}, and the program counts in ${program.currency}: the shop's currency must be the program's`,
      },
    ]);
  }
  const boughtAt = order.processed_at ?? order.created_at;
  const report: OrderReport = {
    source: SOURCE,
    orderId: order.id,
    refunds: order.refunds.map((refund) => reportedRefund(refund, settings, program)),
  };
  if (order.customer) report.memberId = order.customer.id;
  // Nothing was bought yet by who bought gift cards only: what they pay for later is the order.
  const bought = order.line_items.some((line) => !line.gift_card);
  if (bought && PAID.includes(order.financial_status ?? '')) {
    report.paid = {
      amountMinor: countedAmount(order, settings, program),
      currency: order.currency,
      refundTax: taxTreatment(order, settings),
      occurredAt: boughtAt,
      changedAt: order.updated_at ?? boughtAt,
    };
  }
  if (order.cancelled_at) report.cancelledAt = order.cancelled_at;
  return report;
}

function taxTreatment(order: Order, settings: ShopifySettings): TaxInRefunds {
  if (settings.countTax === order.taxes_included) return 'as is';
  return settings.countTax ? 'added' : 'removed';
}

/** What of an order counts: its lines after discounts, gift cards apart (they count when they are spent); shipping and tax as set. */
function countedAmount(order: Order, settings: ShopifySettings, program: Program): number {
  const minor = (text: string) => minorOf(text, program);
  const taxSign = TAX_SIGN[taxTreatment(order, settings)];
  const priced = [
    ...order.line_items
      .filter((line) => !line.gift_card)
      .map((line) => ({ ...line, gross: minor(line.price) * line.quantity })),
    ...(settings.countShipping ? order.shipping_lines.map((line) => ({ ...line, gross: minor(line.price) })) : []),
  ];
  const total = priced.reduce((sum, line) => {
    const discounts = line.discount_allocations.reduce((all, { amount }) => all + minor(amount), 0);
    const tax = line.tax_lines.reduce((all, { price }) => all + minor(price), 0);
    return sum + line.gross - discounts + taxSign * tax;
  }, 0);
  return Math.max(0, total);
}

/**
 * What a refund gives back of what counted. The amount of a line holds its tax where the order's prices do; the amount of an
 * adjustment never does. A discrepancy is what was refunded beyond (negative) or short of (positive) everything else; refunded
 * shipping is negative too, and newer versions of the API state it, once more or only, as a shipping line.
 */
function reportedRefund(refund: Refund, settings: ShopifySettings, program: Program): ReportedRefund {
  const minor = (text: string) => minorOf(text, program);
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
  const isShipping = ({ kind }: { kind?: string | null | undefined }) => kind === 'shipping_refund';
  const { refund_line_items, order_adjustments, refund_shipping_lines } = refund;

  const lines = refund_line_items
    .filter(({ line_item }) => !line_item?.gift_card)
    .map(({ subtotal, total_tax }) => ({ amount: minor(subtotal), tax: minor(total_tax) }));
  if (settings.countShipping && !order_adjustments.some(isShipping)) {
    for (const { subtotal_amount_set, shipping_line } of refund_shipping_lines) {
      const tax = sum((shipping_line?.tax_lines ?? []).map(({ price }) => minor(price)));
      lines.push({ amount: minor(subtotal_amount_set.shop_money.amount), tax });
    }
  }
  const adjusted = order_adjustments
    .filter((adjustment) => settings.countShipping || !isShipping(adjustment))
    .map(({ amount, tax_amount }) => minor(amount) + (settings.countTax ? minor(tax_amount) : 0));
  return {
    id: refund.id,
    amountMinor: sum(lines.map(({ amount }) => amount)) - sum(adjusted),
    taxMinor: sum(lines.map(({ tax }) => tax)),
    occurredAt: refund.processed_at ?? refund.created_at,
  };
}

/** Shopify writes amounts with more digits than the currency at times ("1000.00" yen): they are rounded to what can be paid. */
function minorOf(text: string, program: Program): number {
  const minor = roundAmount(text, program.currency);
  if (minor === undefined) {
    throw requestProblem([{ path: 'amount', message: `${text} is no amount of ${program.currency}` }]);
  }
  return minor;
}
