import { UnexpectedAnswer } from './demo/calls.ts';
import { Customer } from './demo/customer.ts';
import { giveGoldThatEnds } from './demo/gold-that-ends.ts';
import { showHotelStay } from './demo/hotel-stay.ts';
import { PassOnPhone } from './demo/pass-on-phone.ts';
import { showPurchases } from './demo/purchases.ts';
import { heading } from './demo/screen.ts';
import { setStage } from './demo/stage.ts';
import type { LocalCloud } from './local-cloud.ts';
import { WaitedInVain } from './wait-for.ts';

export interface DemoOutcome {
  ok: boolean;
  memberId: string;
  /** Where the member's phone shows the pass. */
  phone?: PassOnPhone | undefined;
  /** One sentence about how it ended. */
  seen: string;
}

/**
 * Does the main job over HTTP, and prints each step as it happens: Ada has a pass on her phone, buys and becomes Silver, staff give her Gold that ends by itself,
 * and an order makes Bea Platinum until a date that it brings.
 */
export async function runDemo(
  { address, onPush }: Pick<LocalCloud, 'address' | 'onPush'>,
  signal: AbortSignal,
): Promise<DemoOutcome> {
  const customers: Customer[] = [];
  let phone: PassOnPhone | undefined;
  try {
    const stage = await setStage(address, signal);
    const ada = new Customer('Ada', '+34600000001', stage);
    const bea = new Customer('Bea', '+34600000002', stage);
    customers.push(ada, bea);

    heading('Ada joins');
    await ada.join();
    phone = await PassOnPhone.add(ada, stage, onPush);
    await showPurchases(ada, phone, stage);
    const showItsEnd = await giveGoldThatEnds(ada, stage);
    await showHotelStay(bea);
    await showItsEnd();
    await Promise.all([ada.read(), bea.read()]);
    return { ...outcomeOf(ada, bea), phone };
  } catch (error) {
    if (!(error instanceof WaitedInVain || error instanceof UnexpectedAnswer)) throw error;
    const lastSeen = customers.map(({ name, standing }) => `${name} was last seen as ${standing}.`);
    return { ok: false, memberId: customers[0]?.memberId ?? '', phone, seen: [error.message, ...lastSeen].join(' ') };
  }
}

function outcomeOf(ada: Customer, bea: Customer): DemoOutcome {
  const { memberId } = ada;
  const until = bea.member?.tier.expiresAt;
  if (ada.member?.tier.id !== 'silver') {
    return { ok: false, memberId, seen: `Ada should be Silver again by now, and is ${ada.standing}.` };
  }
  if (bea.member?.tier.id !== 'platinum' || typeof until !== 'string') {
    return { ok: false, memberId, seen: `Bea should be Platinum until a date, and is ${bea.standing}.` };
  }
  return {
    ok: true,
    memberId,
    seen: `Ada is Silver again, with ${ada.member.points.current} points; Bea is Platinum.`,
  };
}
