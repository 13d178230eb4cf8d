/**
 * Shopify's webhook bodies, as its documentation and its own SDK's tests show them, with all that Laurel does not read as well.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order, …/resources/refund
 */
import { createHmac, randomUUID } from 'node:crypto';
import { SHOPIFY_SECRET, type World } from './world.ts';

/** Larger than a JavaScript number holds exactly, as ids of Shopify can be; kept as digits all the way. */
export const ORDER_ID = '8209829119461545081';
export const CUSTOMER_ID = '7115310627512345679';

export interface LineSpec {
  price: string;
  quantity?: number;
  discount?: string;
  tax?: string;
  giftCard?: boolean;
}

export interface OrderSpec {
  id?: string;
  /** null for a guest. */
  customerId?: string | null;
  currency?: string;
  taxesIncluded?: boolean;
  lines?: LineSpec[];
  shipping?: { price: string; tax?: string; discount?: string };
  financialStatus?: string;
  createdAt?: string;
  updatedAt?: string;
  cancelledAt?: string;
  refunds?: RefundSpec[];
}

export interface RefundSpec {
  id: string;
  at?: string;
  /** The line's refund, and its tax: part of `subtotal` where the order's prices include tax. */
  lines?: { subtotal: number; tax?: number; giftCard?: boolean }[];
  /** Before version 2024-10 of the API, and for a while after, refunded shipping is here too, below zero. */
  adjustments?: { kind?: 'shipping_refund' | 'refund_discrepancy'; amount: string; tax?: string }[];
  /** From version 2024-10 on. */
  shippingLines?: { subtotal: string; tax?: string }[];
}

const BOUGHT_AT = '2026-05-02T05:30:00-04:00';

/** JSON's digits as they are. */
const id = (digits: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits);

const moneySet = (amount: string, currency: string) => ({
  shop_money: { amount, currency_code: currency },
  presentment_money: { amount, currency_code: currency },
});

const taxLines = (tax: string | undefined, currency: string) =>
  tax === undefined
    ? []
    : [{ channel_liable: false, price: tax, price_set: moneySet(tax, currency), rate: 0.21, title: 'IVA' }];

const discounts = (amount: string | undefined, currency: string) =>
  amount === undefined ? [] : [{ amount, amount_set: moneySet(amount, currency), discount_application_index: 0 }];

function lineItem({ price, quantity = 1, discount, tax, giftCard = false }: LineSpec, place: number, currency: string) {
  return {
    id: id(`46697628422827648${place}`),
    admin_graphql_api_id: `gid://shopify/LineItem/46697628422827648${place}`,
    attributed_staffs: [],
    current_quantity: quantity,
    fulfillable_quantity: quantity,
    fulfillment_service: giftCard ? 'gift_card' : 'manual',
    fulfillment_status: null,
    gift_card: giftCard,
    grams: giftCard ? 0 : 567,
    name: giftCard ? 'Gift card' : `Coffee No. ${place}`,
    price,
    price_set: moneySet(price, currency),
    product_exists: true,
    product_id: id('788032119674292922'),
    properties: [],
    quantity,
    requires_shipping: !giftCard,
    sku: `COFFEE-${place}`,
    taxable: !giftCard,
    title: giftCard ? 'Gift card' : `Coffee No. ${place}`,
    // Of discounts of the line alone; allocations hold every discount, and are what counts.
    total_discount: '0.00',
    total_discount_set: moneySet('0.00', currency),
    variant_id: id('4920'),
    variant_inventory_management: 'shopify',
    variant_title: null,
    vendor: null,
    tax_lines: taxLines(tax, currency),
    duties: [],
    discount_allocations: discounts(discount, currency),
  };
}

const PERSON = {
  first_name: 'Steve',
  last_name: 'Shipper',
  address1: '123 Shipping Street',
  address2: null,
  city: 'Shippington',
  company: 'Shipping Company',
  country: 'Spain',
  country_code: 'ES',
  latitude: null,
  longitude: null,
  name: 'Steve Shipper',
  phone: '555-555-SHIP',
  province: 'Madrid',
  province_code: 'M',
  zip: '28001',
};

const EMAIL = 'steve.shipper@mail.example';

/** Texts that must never appear in a log. */
export const PERSONAL_OF_ORDERS = ['Steve', 'Shipper', 'Shippington', EMAIL, '555-555-SHIP', '203.0.113.7'];

/** The body of orders/paid, orders/updated and orders/cancelled. */
export function shopifyOrder(order: OrderSpec = {}) {
  const {
    id: orderId = ORDER_ID,
    customerId = CUSTOMER_ID,
    currency = 'EUR',
    taxesIncluded = true,
    lines = [{ price: '1200.00', tax: '208.26' }],
    createdAt = BOUGHT_AT,
    updatedAt = createdAt,
    cancelledAt = null,
    refunds = [],
    financialStatus = refunds.length > 0 ? 'partially_refunded' : 'paid',
    shipping = { price: '10.00', tax: '1.74' },
  } = order;
  return {
    id: id(orderId),
    admin_graphql_api_id: `gid://shopify/Order/${orderId}`,
    app_id: 580111,
    browser_ip: '203.0.113.7',
    buyer_accepts_marketing: true,
    cancel_reason: cancelledAt === null ? null : 'customer',
    cancelled_at: cancelledAt,
    cart_token: null,
    checkout_id: id('37119839405321001'),
    client_details: { accept_language: 'es', browser_ip: '203.0.113.7', user_agent: 'Mozilla/5.0' },
    closed_at: null,
    confirmation_number: 'XPAV284CT',
    confirmed: true,
    contact_email: EMAIL,
    created_at: createdAt,
    currency,
    current_total_discounts: '0.00',
    customer_locale: 'es',
    discount_codes: [],
    email: EMAIL,
    financial_status: financialStatus,
    fulfillment_status: null,
    landing_site: '/',
    name: '#9999',
    note: 'Leave it with the neighbour, Mrs Shipper',
    note_attributes: [],
    number: 234,
    order_number: 1234,
    order_status_url: 'https://shop.example/548380009/orders/123456abcd/authenticate?key=abcdefg',
    payment_gateway_names: ['visa', 'bogus'],
    phone: null,
    presentment_currency: currency,
    processed_at: createdAt,
    reference: null,
    source_name: 'web',
    tags: '',
    tax_exempt: false,
    tax_lines: [],
    taxes_included: taxesIncluded,
    test: false,
    token: '123456abcd',
    // Totals hold what the tier does not count (gift cards, shipping), so they must not be what is read.
    total_price: '999999.99',
    subtotal_price: '999999.99',
    total_line_items_price: '999999.99',
    total_outstanding: '0.00',
    total_tax: '0.00',
    total_tip_received: '0.00',
    total_weight: 0,
    updated_at: updatedAt,
    user_id: null,
    billing_address: PERSON,
    customer:
      customerId === null
        ? null
        : {
            id: id(customerId),
            admin_graphql_api_id: `gid://shopify/Customer/${customerId}`,
            email: EMAIL,
            created_at: null,
            updated_at: null,
            first_name: 'Steve',
            last_name: 'Shipper',
            state: 'enabled',
            note: null,
            verified_email: true,
            phone: null,
            currency,
            tax_exemptions: [],
            default_address: { id: id('715243470612851245'), customer_id: id(customerId), ...PERSON, default: true },
          },
    discount_applications: [],
    fulfillments: [],
    line_items: lines.map((line, place) => lineItem(line, place, currency)),
    payment_terms: null,
    refunds: refunds.map((refund) => shopifyRefund(refund, { orderId, currency })),
    shipping_address: PERSON,
    shipping_lines: [
      {
        id: id('271878346596884015'),
        carrier_identifier: null,
        code: 'standard',
        discounted_price: shipping.price,
        is_removed: false,
        phone: null,
        price: shipping.price,
        price_set: moneySet(shipping.price, currency),
        requested_fulfillment_service_id: null,
        source: 'shopify',
        title: 'Standard',
        tax_lines: taxLines(shipping.tax, currency),
        discount_allocations: discounts(shipping.discount, currency),
      },
    ],
    returns: [],
  };
}

/** The body of refunds/create, and what an order holds of each of its refunds. */
export function shopifyRefund(refund: RefundSpec, order: { orderId?: string; currency?: string } = {}) {
  const { orderId = ORDER_ID, currency = 'EUR' } = order;
  const { id: refundId, at = '2026-05-02T06:00:00-04:00', lines = [], adjustments = [], shippingLines = [] } = refund;
  return {
    id: id(refundId),
    admin_graphql_api_id: `gid://shopify/Refund/${refundId}`,
    created_at: at,
    note: 'It broke during shipping, says Mr Shipper',
    order_id: id(orderId),
    processed_at: at,
    restock: true,
    total_duties_set: moneySet('0.00', currency),
    user_id: id('548380009'),
    order_adjustments: adjustments.map(({ kind, amount, tax = '0.00' }, place) => ({
      id: id(`103097684${place}`),
      order_id: id(orderId),
      refund_id: id(refundId),
      amount,
      tax_amount: tax,
      ...(kind ? { kind } : {}),
      reason: kind === 'shipping_refund' ? 'Shipping refund' : 'Refund discrepancy',
      amount_set: moneySet(amount, currency),
      tax_amount_set: moneySet(tax, currency),
    })),
    refund_line_items: lines.map(({ subtotal, tax = 0, giftCard = false }, place) => ({
      id: id(`48781767227629855${place}`),
      line_item_id: id(`46697628422827648${place}`),
      location_id: null,
      quantity: 1,
      restock_type: 'return',
      // Numbers, where everything else is text: so Shopify writes them.
      subtotal,
      total_tax: tax,
      subtotal_set: moneySet(subtotal.toFixed(2), currency),
      total_tax_set: moneySet(tax.toFixed(2), currency),
      line_item: lineItem({ price: subtotal.toFixed(2), giftCard }, place, currency),
    })),
    refund_shipping_lines: shippingLines.map(({ subtotal, tax }, place) => ({
      id: id(`62317682${place}`),
      shipping_line_id: id('271878346596884015'),
      subtotal_amount_set: moneySet(subtotal, currency),
      shipping_line: {
        id: id('271878346596884015'),
        code: 'standard',
        price: subtotal,
        tax_lines: taxLines(tax, currency),
        discount_allocations: [],
      },
    })),
    transactions: [
      {
        id: id('245135271310201194'),
        order_id: id(orderId),
        kind: 'refund',
        gateway: 'bogus',
        status: 'success',
        amount: '0.00',
        currency,
        created_at: at,
        parent_id: null,
        receipt: {},
      },
    ],
    return: null,
    duties: [],
    additional_fees: [],
  };
}

export type ShopifyBody = ReturnType<typeof shopifyOrder> | ReturnType<typeof shopifyRefund>;
export type Topic = 'orders/paid' | 'orders/updated' | 'orders/cancelled' | 'refunds/create';

export function signatureOf(rawBody: string | Buffer, secret = SHOPIFY_SECRET): string {
  return createHmac('sha256', secret).update(rawBody).digest('base64');
}

/** Sends a body as Shopify does, signed over its bytes. */
export function sendWebhook(
  world: World,
  topic: Topic,
  body: ShopifyBody | string,
  how: { secret?: string; signature?: string; base64?: boolean; webhookId?: string } = {},
) {
  const rawBody = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8');
  return world.call('POST shopify', {
    key: '',
    rawBody,
    base64: how.base64 ?? false,
    headers: {
      'content-type': 'application/json',
      'X-Shopify-Topic': topic,
      'X-Shopify-Shop-Domain': 'shop.example',
      'X-Shopify-API-Version': '2026-04',
      'X-Shopify-Webhook-Id': how.webhookId ?? randomUUID(),
      'X-Shopify-Hmac-SHA256': how.signature ?? signatureOf(rawBody, how.secret),
    },
  });
}
