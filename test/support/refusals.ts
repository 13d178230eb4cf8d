/** Refused requests: each writes nothing, and is answered with a problem document. */
import { expect } from 'vitest';
import type { ProgramFile } from '../../core/program/brand.ts';
import { problemSchema } from '../../functions/contract/answer-schemas.ts';
import { makeWorld, type Reach, type Response, type World } from './world.ts';

const WRITES = [
  'ledger.record',
  'members.save',
  'members.recordAction',
  'profiles.merge',
  'profiles.erase',
  'orderFiles.save',
  'groups.join',
  'groups.leave',
  'runs.create',
  'runs.recordPage',
  'runs.finish',
  'runs.amend',
  'engine.start',
  'timers.wakeAt',
];

/** A world with the member m-1, and what is written from then on. @param prepare what is there besides */
export async function watchedWorld(
  prepare: (world: World) => Promise<unknown> = async () => {},
  now?: string,
  program?: Partial<ProgramFile>,
): Promise<{ world: World; writes: string[] }> {
  const writes: string[] = [];
  const reach: Reach = (name, port) =>
    new Proxy(port, {
      get(target, property) {
        const found = Reflect.get(target, property, target);
        if (typeof found !== 'function') return found;
        const call = `${name}.${String(property)}`;
        return (...args: unknown[]) => {
          if (WRITES.includes(call)) writes.push(call);
          return found.apply(target, args);
        };
      },
    });
  const world = makeWorld({ reach, ...(now !== undefined && { now }), ...(program && { program }) });
  await world.enrol('m-1', { name: 'Ana García' });
  await prepare(world);
  writes.splice(0);
  return { world, writes };
}

/** RFC 9457, with the members that the contract names. */
export function expectProblem(response: Response, status: number): void {
  expect(response.status, JSON.stringify(response.body)).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(problemSchema.parse(response.body)).toEqual(response.body);
  expect(response.body).toMatchObject({ status, type: expect.stringMatching(/^urn:laurel:problem:[a-z0-9-]+$/) });
  expect(response.body.title).not.toBe('');
  expect(response.body.detail).not.toBe('');
}
