import type { PassRegistrations, ProfileStore } from '../ports.ts';
import type { Instant } from '../time.ts';
import { withdrawnVersion } from '../wallet/pass-version.ts';

const ATTEMPTS = 5;

/**
 * Erases all that is personal of a member, and the devices that hold its pass. The pass is withdrawn first of these: no device that
 * registers meanwhile is kept.
 */
export async function eraseProfile(
  ports: { profiles: ProfileStore; registrations: PassRegistrations },
  memberId: string,
  now: Instant,
): Promise<void> {
  await ports.profiles.erase(memberId);
  await withdrawPass(ports.registrations, memberId, now);
  await ports.registrations.forget(memberId);
}

async function withdrawPass(registrations: PassRegistrations, memberId: string, now: Instant): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const known = await registrations.version(memberId);
    // Also where it is withdrawn: somebody who enrolled anew may be about to keep a pass that knows the name.
    if ((await registrations.saveVersion(memberId, withdrawnVersion(known, now), known)) === 'saved') return;
  }
  throw new Error(
    `The pass of member ${memberId} was drawn ${ATTEMPTS} times in a row while it was withdrawn. Try again.`,
  );
}
