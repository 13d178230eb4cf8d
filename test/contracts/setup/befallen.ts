import { OutcomeUnknown } from '../../../core/failures.ts';
import { type Fault, type UnreliablePorts, unreliable } from '../../../fakes/unreliable.ts';
import { isTransient } from '../../../functions/runtime/transient.ts';

/** The ports behind which something is stored: in DynamoDB. Behind the others somebody is told or asked. */
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

/** Ports, and what lets a fault befall the next call of any of them: none where it is undefined. */
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

/** What a caller sees of a call: its answer, or what kind of failure it is. */
export async function seen(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await call() };
  } catch (error) {
    const { name } = error as Error;
    return { threw: name, isTransient: isTransient(error), isUnknown: error instanceof OutcomeUnknown };
  }
}
