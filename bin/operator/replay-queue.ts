import { counted, formatNumber } from '../../core/quantity.ts';
import type { Replay } from './replay-message.ts';
import type { WaitingMessages } from './waiting-messages.ts';

/**
 * Handles each waiting message once, prints each result, and leaves unhandled messages in the queue.
 * @param tell is called with the number of messages seen so far
 */
export async function replayQueue(
  name: string,
  waiting: WaitingMessages,
  replay: Replay,
  write: boolean,
  tell: (handled: number) => void = () => {},
): Promise<{ allDone: boolean }> {
  const counts = { replayed: 0, removed: 0, stays: 0, failed: 0 };
  for await (const message of waiting.each()) {
    try {
      const { outcome, what } = await replay(message.body);
      console.log(`${write ? outcome : 'waits'}: ${what}`);
      if (write && outcome !== 'stays') await waiting.remove(message);
      counts[outcome]++;
    } catch (error) {
      counts.failed++;
      console.error(`still fails: ${(error as Error).message}`);
    }
    tell(counts.replayed + counts.removed + counts.stays + counts.failed);
  }
  await waiting.putBack();

  const { replayed, removed, stays, failed } = counts;
  const all = replayed + removed + stays + failed;
  if (all === 0) console.log(`Nothing waits in ${name}.`);
  else if (!write) console.log(`Waiting: ${counted(all, 'message')}. Nothing was done. Add --write to replay.`);
  else {
    const parts = [
      `${formatNumber(replayed)} replayed`,
      ...(removed > 0 ? [`${formatNumber(removed)} removed`] : []),
      ...(stays > 0 ? [`${formatNumber(stays)} left in the queue, as nobody knows whether it was sent`] : []),
      ...(failed > 0 ? [`${formatNumber(failed)} failed again and left in the queue`] : []),
    ];
    console.log(`${parts.join(', ')}.`);
  }
  return { allDone: stays + failed === 0 };
}
