import type { History, Step } from './history.ts';

/**
 * Makes a history that fails as short as it gets: steps are left out, first many at once and then one by one, and what is left is made
 * simpler, as long as it fails in the same way.
 * @param failsAlike plays a history and says whether it fails as the first one did
 */
export async function shrink(history: History, failsAlike: (history: History) => Promise<boolean>): Promise<History> {
  let shortest = history;
  const isFailing = async (steps: Step[]) => {
    if (!(await failsAlike({ ...shortest, steps }))) return false;
    shortest = { ...shortest, steps };
    return true;
  };
  for (let before = ''; before !== JSON.stringify(shortest); ) {
    before = JSON.stringify(shortest);
    await leaveOut(() => shortest.steps, isFailing);
    for (let place = 0; place < shortest.steps.length; place++) {
      for (const simpler of simplerThan(shortest.steps[place]!)) await isFailing(shortest.steps.with(place, simpler));
    }
  }
  return shortest;
}

async function leaveOut(steps: () => Step[], isFailing: (steps: Step[]) => Promise<boolean>): Promise<void> {
  for (let size = Math.ceil(steps().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < steps().length; ) {
      const fewer = steps().toSpliced(from, size);
      // What was left out makes room: the next ones are at the same place.
      if (!(await isFailing(fewer))) from += size;
    }
  }
}

function* simplerThan(step: Step): Generator<Step> {
  const { trouble, skewMs, ...calm } = step;
  if (skewMs !== undefined) yield { ...calm, ...(trouble !== undefined && { trouble }) } as Step;
  if (trouble !== undefined) yield calm as Step;
  if (step.does === 'together') yield* step.steps;
  if ('again' in calm && calm.again.length > 0) yield { ...calm, again: [] } as Step;
  // What is named by numbers is another where something before it is left out; all is all.
  if ('picks' in calm && calm.picks !== 'all') {
    yield { ...calm, picks: 'all' } as Step;
    if (calm.picks.length > 1) yield { ...calm, picks: calm.picks.slice(0, 1) } as Step;
  }
  if (calm.does === 'post') {
    const { fields, ...plain } = calm.transaction;
    if (fields) yield { ...calm, transaction: plain } as Step;
  }
}
