import type { MemberStore, PassRegistrations, ProfileStore } from '../ports.ts';
import { isWithdrawn } from '../wallet/pass-version.ts';

/** Whether the member exists and was not erased. */
export async function hasPass(
  ports: { members: MemberStore; profiles: ProfileStore; registrations: PassRegistrations },
  memberId: string,
): Promise<boolean> {
  const [member, version] = await Promise.all([ports.members.load(memberId), ports.registrations.version(memberId)]);
  if (!member) return false;
  // A member who was erased and enrolled again has a profile again.
  return !isWithdrawn(version) || (await ports.profiles.load(memberId)) !== undefined;
}
