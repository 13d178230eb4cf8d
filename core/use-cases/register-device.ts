import { CannotSign, PushFailed } from '../failures.ts';
import type { ApplePush, PassDevice } from '../ports.ts';
import type { Instant } from '../time.ts';
import { type AppleSettings, type DrawingPorts, drawPass } from './draw-pass.ts';
import { hasPass } from './has-pass.ts';
import { pushTo, type Refreshing } from './refresh-pass.ts';

export type DeviceRegistration =
  | { status: 'noPass' }
  | { status: 'wasRegistered' }
  /** `notTold` says why a device could not be told that the pass which it holds is an old one. */
  | ({ status: 'registered'; notTold?: string } & Refreshing);

/**
 * Lets a device hear of a member's pass from now on. It took the pass before, and while it was not registered nobody told it of a change:
 * where the pass was drawn last before the change, the device is told now to fetch it. It is registered whether it can be told or not.
 */
export async function registerDevice(
  ports: DrawingPorts & { push: ApplePush },
  settings: AppleSettings,
  memberId: string,
  device: PassDevice,
  now: Instant,
): Promise<DeviceRegistration> {
  // First of all: whoever draws the pass after this may not know of the device yet.
  const known = await ports.registrations.version(memberId);
  if (!(await hasPass(ports, memberId))) return { status: 'noPass' };
  const status = await ports.registrations.register(memberId, device, now);
  if (status === 'withdrawn') return { status: 'noPass' };
  if (status === 'wasRegistered') return { status };
  const nobody = { status, pushed: 0, gone: 0 };
  try {
    const drawn = await drawPass(ports, settings, memberId, now);
    if (!drawn || drawn.version.updatedAt === known?.updatedAt) return nobody;
    return { status, ...(await pushTo(ports, memberId, [device], now)) };
  } catch (error) {
    if (!(error instanceof CannotSign || error instanceof PushFailed)) throw error;
    return { ...nobody, notTold: error.message };
  }
}
