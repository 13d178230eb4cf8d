import type { LocalCloudAddress } from '../observations.ts';
import { type Call, callerOf } from './calls.ts';

/** The common inputs of all scenes. */
export interface Stage {
  cloud: LocalCloudAddress;
  signal: AbortSignal;
  call: Call;
  program: ProgramAnswer;
  /** The names of the program's tiers, by id. */
  tierNames: ReadonlyMap<string, string>;
}

export interface ProgramAnswer {
  basis: 'points' | 'spend';
  currency: string;
  tiers: { id: string; name: string }[];
}

export async function setStage(cloud: LocalCloudAddress, signal: AbortSignal): Promise<Stage> {
  const call = callerOf(cloud, signal);
  const request = { key: cloud.keys.read, expected: 200, silent: true };
  const program = await call<ProgramAnswer>('GET', '/v1/program', request);
  return { cloud, signal, call, program, tierNames: new Map(program.tiers.map(({ id, name }) => [id, name])) };
}
