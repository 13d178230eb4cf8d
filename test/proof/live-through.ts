import { outcomeOf } from '../../proof/simulation/outcome.ts';
import { historyOf } from '../../proof/simulation/random-history.ts';

/** @throws with the seed of the first history that breaks a promise */
export async function liveThrough(firstSeed: number, histories: number): Promise<void> {
  console.log(
    `${histories} histories from seed ${firstSeed} on: npm run simulate -- --seed ${firstSeed} --histories ${histories}`,
  );
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const { failure } = await outcomeOf(historyOf(seed));
    if (failure === undefined) continue;
    throw new Error(
      `Seed ${seed}: ${failure}\nSee it, and as short as it gets: npm run simulate -- --seed ${seed} --histories 1`,
    );
  }
}
