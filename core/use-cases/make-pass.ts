import type { Instant } from '../time.ts';
import { type AppleSettings, type DrawingPorts, drawPass } from './draw-pass.ts';

export interface MadePass {
  file: Uint8Array;
  modifiedAt: Instant;
}

/**
 * A member's pass as a phone takes it.
 * @param unlessSince what the phone has already: `notModified` where nothing changed since
 * @returns undefined where there is no such member, or it was erased
 * @throws CannotSign where an operator has to put something right first
 */
export async function makePass(
  ports: DrawingPorts,
  settings: AppleSettings,
  memberId: string,
  now: Instant,
  unlessSince?: Instant,
): Promise<MadePass | 'notModified' | undefined> {
  const drawn = await drawPass(ports, settings, memberId, now);
  if (!drawn) return undefined;
  const { modifiedAt } = drawn.version;
  if (unlessSince !== undefined && modifiedAt <= unlessSince) return 'notModified';
  return { file: await ports.packager.pack(drawn.files, now), modifiedAt };
}
