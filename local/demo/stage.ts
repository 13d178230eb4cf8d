import type { LocalCloudAddress } from '../observations.ts';
import { type Call, callerOf } from './calls.ts';

/** What every scene needs. */
export interface Stage {
  cloud: LocalCloudAddress;
  signal: AbortSignal;
  call: Call;
  /** How the program calls its tiers, by their ids. */
  tierNames: ReadonlyMap<string, string>;
}

export async function setStage(cloud: LocalCloudAddress, signal: AbortSignal): Promise<Stage> {
  const call = callerOf(cloud, signal);
  const request = { key: cloud.keys.read, expected: 200, silent: true };
  const { tiers } = await call<{ tiers: { id: string; name: string }[] }>('GET', '/v1/program', request);
  return { cloud, signal, call, tierNames: new Map(tiers.map(({ id, name }) => [id, name])) };
}
