import { inSeconds } from '../progress.ts';
import { waitFor } from '../wait-for.ts';
import { type Customer, moveOf } from './customer.ts';
import { fact, heading, whilePatient } from './screen.ts';
import type { Stage } from './stage.ts';

const LASTS_MS = 30_000;
/** After the end: the local cloud looks at its schedules every 10 seconds. */
const ENDED_WITHIN_MS = 30_000;

const ACTION_ID = 'action-1';

interface TierChangeAnswer {
  cause: string;
  occurredAt: string;
  recordedAt: string;
  actionId?: string;
}

/** Staff give a tier that ends soon. The returned function waits for the end, and shows it. */
export async function giveGoldThatEnds(ada: Customer, { call, cloud, signal }: Stage): Promise<() => Promise<void>> {
  heading('Staff give Ada Gold, for half a minute');
  const before = await ada.read();
  const at = new Date(Math.ceil((Date.now() + LASTS_MS) / 1000) * 1000).toISOString();
  const action = {
    id: ACTION_ID,
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    expiry: { type: 'instant', at },
    reason: 'A taste of Gold',
    notify: { channels: ['email'], atEnd: true },
  };
  const request = { key: cloud.keys.admin, body: action, expected: 200 };
  const { until } = await call<{ until?: string }>('POST', `${ada.path}/tier-actions`, request);
  const gold = await ada.read();
  fact('tier', `${moveOf(before, gold)}, until ${until}`);
  await ada.showWhatIsTold('event', 'mail');

  return async () => {
    const remaining = Math.max(0, Math.ceil((Date.parse(at) - Date.now()) / 1000) * 1000);
    heading('Ada’s Gold ends, and nobody does anything');
    const change = await whilePatient(`for the schedule of ${until}; the local cloud looks every 10 s`, () =>
      waitFor('the end of Gold', lastChangeAtTheEnd, {
        withinMs: remaining + ENDED_WITHIN_MS,
        everyMs: 250,
        signal,
      }),
    );
    const late = Date.parse(change.recordedAt) - Date.parse(change.occurredAt);
    fact(
      'tier',
      `${moveOf(gold, await ada.read())}, cause ${change.cause}`,
      `recorded ${inSeconds(late)} after the end`,
    );
    await ada.showWhatIsTold('event', 'mail');
  };

  async function lastChangeAtTheEnd(): Promise<TierChangeAnswer | undefined> {
    const looking = { key: cloud.keys.read, expected: 200, silent: true };
    const { items } = await call<{ items: TierChangeAnswer[] }>('GET', `${ada.path}/tier-changes`, looking);
    return items.find(({ cause, actionId }) => cause === 'grantEnd' && actionId === ACTION_ID);
  }
}
