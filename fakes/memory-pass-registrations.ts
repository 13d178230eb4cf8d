import type { PassDevice, PassRegistrations } from '../core/ports.ts';
import type { Instant } from '../core/time.ts';
import { MAX_DEVICES, MAX_PASSES_OF_A_DEVICE } from '../core/wallet/device-bounds.ts';
import { isWithdrawn, type PassVersion } from '../core/wallet/pass-version.ts';

interface Registered extends PassDevice {
  at: Instant;
}

export class MemoryPassRegistrations implements PassRegistrations {
  readonly #versions = new Map<string, PassVersion>();
  readonly #devices = new Map<string, Registered[]>();

  async version(memberId: string): Promise<PassVersion | undefined> {
    return structuredClone(this.#versions.get(memberId));
  }

  async saveVersion(
    memberId: string,
    version: PassVersion,
    read: PassVersion | undefined,
  ): Promise<'saved' | 'conflict'> {
    if (this.#versions.get(memberId)?.updatedAt !== read?.updatedAt) return 'conflict';
    this.#versions.set(memberId, structuredClone(version));
    return 'saved';
  }

  async register(memberId: string, device: PassDevice, now: Instant): ReturnType<PassRegistrations['register']> {
    if (isWithdrawn(this.#versions.get(memberId))) return 'withdrawn';
    const devices = this.#of(memberId);
    const known = devices.find(({ deviceId }) => deviceId === device.deviceId);
    if (known) {
      known.pushToken = device.pushToken;
      return 'wasRegistered';
    }
    devices.sort((a, b) => a.at - b.at);
    devices.splice(0, devices.length - MAX_DEVICES + 1);
    devices.push({ ...device, at: now });
    return 'registered';
  }

  async unregister(memberId: string, deviceId: string, pushToken?: string): Promise<void> {
    const left = this.#of(memberId).filter(
      (device) => device.deviceId !== deviceId || (pushToken !== undefined && device.pushToken !== pushToken),
    );
    this.#devices.set(memberId, left);
  }

  async devicesOf(memberId: string): Promise<PassDevice[]> {
    return this.#of(memberId).map(({ deviceId, pushToken }) => ({ deviceId, pushToken }));
  }

  async passesOf(deviceId: string): Promise<string[]> {
    return [...this.#devices]
      .filter(([, devices]) => devices.some((device) => device.deviceId === deviceId))
      .map(([memberId]) => memberId)
      .sort()
      .slice(0, MAX_PASSES_OF_A_DEVICE);
  }

  async forget(memberId: string): Promise<void> {
    this.#devices.delete(memberId);
  }

  #of(memberId: string): Registered[] {
    const devices = this.#devices.get(memberId) ?? [];
    this.#devices.set(memberId, devices);
    return devices;
  }
}
