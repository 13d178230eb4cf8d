import type { Customer } from './customer.ts';
import { fact, heading, quote } from './screen.ts';

const NIGHTS = 3;
const DAY_MS = 86_400_000;

/** An order contains a date: a promotion gives the highest tier until 30 days after that date. */
export async function showHotelStay(bea: Customer): Promise<void> {
  const checkOut = new Date(Date.now() + NIGHTS * DAY_MS).toISOString().slice(0, 10);
  heading(`Meanwhile Bea joins, and orders a stay at a partner hotel: check-out on ${checkOut}`);
  await bea.join();
  await bea.order('stay-1', '40.00', { partner: 'hotel', CheckOutDate: checkOut });
  await bea.showMove();
  fact('until', `${bea.member?.tier.expiresAt}, 30 days after the check-out: as the promotion hotel-stay says`);
  quote(...(await bea.explanation()));
}
