import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { shopifyHeaders, shopifyPaidOrder } from '../../local/shopify-webhook.ts';
import {
  type Answer,
  allThatWasTold,
  aNewMember,
  aPurchase,
  call,
  cloud,
  type NewMember,
  post,
  tierChangesOf,
  untilMail,
  untilPoints,
  untilQuiet,
} from './setup/shop.ts';

const ORDERS_PAID = 'orders/paid';

function paidOrder(member: NewMember, price: string): string {
  return shopifyPaidOrder({
    orderId: randomInt(5_000_000_000_000, 6_000_000_000_000),
    customerId: member.customerId,
    email: member.email,
    price,
    currency: 'EUR',
    paidAt: new Date(),
  });
}

function deliver(body: string, headers: Record<string, string>): Promise<Answer> {
  return call('POST', '/v1/webhooks/shopify', { headers, body });
}

describe('A Shopify order moves the tier, on the deployed stack', () => {
  test('E1: after 800 points, a signed orders/paid webhook worth 500 gives Silver once, however often it is delivered', async () => {
    const member = await aNewMember();
    await post(member, aPurchase('o-1', '80.00'));
    await untilPoints(member, 800);

    const body = paidOrder(member, '50.00');
    const headers = shopifyHeaders(ORDERS_PAID, body, cloud.shopifySecret);
    expect((await deliver(body, headers)).status).toBe(202);
    expect((await deliver(body, headers)).status).toBe(202);

    expect((await untilPoints(member, 1300)).tier.id).toBe('silver');
    await untilMail(member);
    await untilQuiet();
    expect((await tierChangesOf(member)).map(({ to }) => to.id)).toEqual(['silver']);
    const { mails, texts, events } = await allThatWasTold(member);
    expect([mails.length, texts.length, events.length]).toEqual([1, 1, 1]);
  });

  test('the signature covers the exact bytes: letters beyond ASCII and unusual spacing are valid', async () => {
    const member = await aNewMember();
    const body = `  ${paidOrder(member, '10.00').replace('Café de especialidad', 'Caf\\u00e9 «Ñandú» ☕')}\n`;
    expect((await deliver(body, shopifyHeaders(ORDERS_PAID, body, cloud.shopifySecret))).status).toBe(202);
    await untilPoints(member, 100);
  });

  test('a webhook with a wrong or missing signature, or another body, gets 401 and counts nothing', async () => {
    const member = await aNewMember();
    const body = paidOrder(member, '100.00');
    const signed = shopifyHeaders(ORDERS_PAID, body, cloud.shopifySecret);
    const { 'x-shopify-hmac-sha256': _, ...unsigned } = signed;
    const refused = [
      await deliver(body, shopifyHeaders(ORDERS_PAID, body, 'another secret')),
      await deliver(body, unsigned),
      await deliver(body.replaceAll('100.00', '900.00'), signed),
      await deliver(body, { ...signed, 'x-shopify-hmac-sha256': 'not base64!' }),
    ];
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 401, contentType: expect.stringContaining('application/problem+json') });
      expect(answer.body).toMatchObject({ status: 401 });
    }

    await post(member, aPurchase('o-1', '1.00'));
    expect((await untilPoints(member, 10)).points.lifetime).toBe(10);
  });
});
