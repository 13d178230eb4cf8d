import { OutcomeUnknown } from '../../../core/failures.ts';
import { type Fault, type UnreliablePorts, unreliable } from '../../../fakes/unreliable.ts';
import { isTransient } from '../../../functions/runtime/transient.ts';

/** The ports that store data in DynamoDB. The other ports tell or ask a provider. */
export const STORES = [
  'ledger',
  'members',
  'groups',
  'runs',
  'profiles',
  'registrations',
  'deliveries',
  'orderFiles',
  'googlePasses',
] as const satisfies (keyof UnreliablePorts)[];
export type StoreName = (typeof STORES)[number];

/** Ports, and a function that makes their next call meet a fault; undefined ends that. */
export interface Befallen<Ports> {
  ports: Ports;
  befall(fault: Fault | undefined): void;
}

export function befallenFakes<Ports extends object>(fakes: Ports): Befallen<Ports> {
  let next: Fault | undefined;
  const reach = unreliable(() => {
    const fault = next;
    next = undefined;
    return fault;
  });
  const ports = Object.fromEntries(Object.entries(fakes).map(([name, fake]) => [name, reach(name, fake)]));
  const befall = (fault: Fault | undefined) => {
    next = fault;
  };
  return { ports: ports as Ports, befall };
}

/** What a caller sees of a call: its answer, or the kind of its failure. */
export async function seen(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await call() };
  } catch (error) {
    const { name } = error as Error;
    return { threw: name, isTransient: isTransient(error), isUnknown: error instanceof OutcomeUnknown };
  }
}
