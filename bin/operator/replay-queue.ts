import type { Replay } from './replay-message.ts';
import type { WaitingMessages } from './waiting-messages.ts';

/** Walks once through the messages that wait, says of each what became of it, and leaves in the queue what was not done. */
export async function replayQueue(
  name: string,
  waiting: WaitingMessages,
  replay: Replay,
  write: boolean,
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
  }
  await waiting.putBack();

  const { replayed, removed, stays, failed } = counts;
  const all = replayed + removed + stays + failed;
  if (all === 0) console.log(`Nothing waits in ${name}.`);
  else if (!write) console.log(`${all} wait. Nothing was done; the same command with --write replays them.`);
  else {
    console.log(
      [
        `${replayed} replayed`,
        ...(removed > 0 ? [`${removed} removed`] : []),
        ...(stays > 0 ? [`${stays} may have left and stay in the queue`] : []),
        `${failed} still fail and stay in the queue.`,
      ].join(', '),
    );
  }
  return { allDone: stays + failed === 0 };
}
