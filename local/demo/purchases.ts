import { shopifyHeaders, shopifyPaidOrder } from '../shopify-webhook.ts';
import type { Customer } from './customer.ts';
import type { PassOnPhone } from './pass-on-phone.ts';
import { fact, heading } from './screen.ts';
import type { Stage } from './stage.ts';

/** A member buys, and becomes Silver. */
export async function showPurchases(ada: Customer, phone: PassOnPhone, { call, cloud }: Stage): Promise<void> {
  heading('Ada buys for 80.00 EUR');
  await ada.order('order-1', '80.00');
  await ada.showMove();

  heading('Ada buys for 50.00 EUR');
  const second = await ada.order('order-2', '50.00');
  await ada.showMove();
  await ada.showWhatIsTold('event', 'mail', 'text');
  await phone.showPush();

  heading('The shop sends that order once more');
  await ada.post(second, 200);
  const { tier, points } = await ada.read();
  fact('tier', `${tier.name}, still ${points.current} points: it counts once`);

  heading('Shopify reports that Ada paid 20.00 EUR, in a signed webhook');
  const body = shopifyPaidOrder({
    orderId: ada.id + 1,
    customerId: ada.id,
    email: ada.email,
    price: '20.00',
    currency: 'EUR',
    paidAt: new Date(),
  });
  const headers = shopifyHeaders('orders/paid', body, cloud.shopifySecret);
  await call('POST', '/v1/webhooks/shopify', { headers, body, expected: 202 });
  await ada.showMove();

  heading(`Why ${ada.member?.tier.name}?`);
  for (const sentence of await ada.explanation()) console.log(`      ${sentence}`);
}
