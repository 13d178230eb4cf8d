import { PushFailed } from '../failures.ts';
import type { ApplePush, PassDevice, PassRegistrations } from '../ports.ts';
import type { Instant } from '../time.ts';
import { type AppleSettings, type DrawingPorts, drawPass } from './draw-pass.ts';

export interface Refreshing {
  /** Devices that were told to look, and that are gone for good. */
  pushed: number;
  gone: number;
}

/**
 * Lets a member's phones fetch its pass anew. They are told only once the pass that they will fetch is the new one: it is drawn of what
 * is stored, and its version is kept first. Whether the phone tells its owner is said in the pass.
 * @throws PushFailed where a device may not have heard of it: all of it can be repeated
 */
export async function refreshPass(
  ports: DrawingPorts & { push: ApplePush },
  settings: AppleSettings,
  memberId: string,
  now: Instant,
): Promise<Refreshing> {
  const devices = await ports.registrations.devicesOf(memberId);
  if (devices.length === 0 || !(await drawPass(ports, settings, memberId, now))) return { pushed: 0, gone: 0 };
  return pushTo(ports, memberId, devices, now);
}

/**
 * Tells devices to look, and forgets those that are gone.
 * @throws PushFailed where one may not have heard of it
 */
export async function pushTo(
  ports: { registrations: PassRegistrations; push: ApplePush },
  memberId: string,
  devices: readonly PassDevice[],
  now: Instant,
): Promise<Refreshing> {
  const outcomes = await ports.push.push(
    devices.map(({ pushToken }) => pushToken),
    now,
  );
  const gone = devices.filter((_, place) => outcomes[place]!.status === 'gone');
  for (const { deviceId, pushToken } of gone) await ports.registrations.unregister(memberId, deviceId, pushToken);
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [outcome.reason] : []));
  if (reasons.length > 0) throw new PushFailed(reasons);
  return { pushed: devices.length - gone.length, gone: gone.length };
}
