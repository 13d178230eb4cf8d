import { createHmac } from 'node:crypto';

interface PaidOrder {
  orderId: number;
  customerId: number;
  email: string;
  /** What the goods cost, with tax: "20.00" */
  price: string;
  currency: string;
  paidAt: Date;
}

/** An order as Shopify posts it to the topic `orders/paid`: one line of goods, tax included, no discount, no shipping. */
export function shopifyPaidOrder({ orderId, customerId, email, price, currency, paidAt }: PaidOrder): string {
  const money = (amount: string) => ({
    shop_money: { amount, currency_code: currency },
    presentment_money: { amount, currency_code: currency },
  });
  const at = paidAt.toISOString().replace(/\.\d+Z$/, '+00:00');
  const tax = (Number(price) - Number(price) / 1.21).toFixed(2);
  const taxLines = [{ channel_liable: false, price: tax, price_set: money(tax), rate: 0.21, title: 'IVA' }];
  return JSON.stringify({
    id: orderId,
    admin_graphql_api_id: `gid://shopify/Order/${orderId}`,
    app_id: 580111,
    browser_ip: '203.0.113.7',
    buyer_accepts_marketing: false,
    cancel_reason: null,
    cancelled_at: null,
    cart_token: 'c1-7a32e5e2b2a4e3b5d0d6bd7d2a8f6a1c',
    checkout_id: orderId + 1,
    closed_at: null,
    confirmation_number: 'XKC2VSL1T',
    confirmed: true,
    contact_email: email,
    created_at: at,
    currency,
    current_subtotal_price: price,
    current_subtotal_price_set: money(price),
    current_total_discounts: '0.00',
    current_total_price: price,
    current_total_price_set: money(price),
    current_total_tax: tax,
    customer_locale: 'es-ES',
    discount_applications: [],
    discount_codes: [],
    email,
    estimated_taxes: false,
    financial_status: 'paid',
    fulfillment_status: null,
    landing_site: '/',
    location_id: null,
    name: `#${orderId % 10_000}`,
    note: null,
    note_attributes: [],
    number: orderId % 1000,
    order_number: orderId % 10_000,
    payment_gateway_names: ['shopify_payments'],
    phone: null,
    presentment_currency: currency,
    processed_at: at,
    source_name: 'web',
    subtotal_price: price,
    subtotal_price_set: money(price),
    tags: '',
    tax_lines: taxLines,
    taxes_included: true,
    test: false,
    total_discounts: '0.00',
    total_discounts_set: money('0.00'),
    total_line_items_price: price,
    total_line_items_price_set: money(price),
    total_outstanding: '0.00',
    total_price: price,
    total_price_set: money(price),
    total_shipping_price_set: money('0.00'),
    total_tax: tax,
    total_tax_set: money(tax),
    total_tip_received: '0.00',
    total_weight: 250,
    updated_at: at,
    user_id: null,
    customer: {
      id: customerId,
      email,
      created_at: '2025-11-03T10:12:44+01:00',
      updated_at: at,
      first_name: 'Ada',
      last_name: 'Lovelace',
      state: 'enabled',
      note: null,
      verified_email: true,
      multipass_identifier: null,
      tax_exempt: false,
      phone: null,
      tags: '',
      currency,
      tax_exemptions: [],
      admin_graphql_api_id: `gid://shopify/Customer/${customerId}`,
    },
    fulfillments: [],
    line_items: [
      {
        id: orderId + 2,
        admin_graphql_api_id: `gid://shopify/LineItem/${orderId + 2}`,
        attributed_staffs: [],
        current_quantity: 1,
        fulfillable_quantity: 1,
        fulfillment_service: 'manual',
        fulfillment_status: null,
        gift_card: false,
        grams: 250,
        name: 'Café de especialidad, 250 g',
        price,
        price_set: money(price),
        product_exists: true,
        product_id: 8123456789,
        properties: [],
        quantity: 1,
        requires_shipping: true,
        sku: 'CAFE-250',
        taxable: true,
        title: 'Café de especialidad',
        total_discount: '0.00',
        total_discount_set: money('0.00'),
        variant_id: 45678901234,
        variant_inventory_management: 'shopify',
        variant_title: '250 g',
        vendor: 'Aurora Coffee',
        tax_lines: taxLines,
        duties: [],
        discount_allocations: [],
      },
    ],
    payment_terms: null,
    refunds: [],
    shipping_address: null,
    shipping_lines: [],
  });
}

/** The headers of a Shopify webhook: the signature covers the exact bytes of the body. */
export function shopifyHeaders(topic: string, body: string, secret: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-shopify-topic': topic,
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
    'x-shopify-shop-domain': 'aurora-coffee.myshopify.com',
    'x-shopify-api-version': '2026-07',
    'x-shopify-webhook-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
    'x-shopify-triggered-at': new Date().toISOString(),
  };
}
