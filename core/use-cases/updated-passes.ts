import type { PassRegistrations } from '../ports.ts';
import type { Instant } from '../time.ts';
import { isWithdrawn, readTag, tagOf, toldUpTo } from '../wallet/pass-version.ts';

/**
 * Which of a device's passes are others than it was told of.
 * @param since what it was told last: everything up to there
 * @returns undefined where there is nothing new; for a minute, what it was told of last is new once more
 */
export async function updatedPasses(
  ports: { registrations: PassRegistrations },
  deviceId: string,
  since: string | undefined,
  now: Instant,
): Promise<{ serialNumbers: string[]; lastUpdated: string } | undefined> {
  const known = readTag(since);
  const memberIds = await ports.registrations.passesOf(deviceId);
  const versions = await Promise.all(memberIds.map((memberId) => ports.registrations.version(memberId)));
  const updated = memberIds.flatMap((memberId, place) => {
    const version = versions[place];
    return version && !isWithdrawn(version) && version.updatedAt > known ? [{ memberId, ...version }] : [];
  });
  if (updated.length === 0) return undefined;
  return {
    serialNumbers: updated.map(({ memberId }) => memberId),
    lastUpdated: tagOf(toldUpTo({ known, newest: Math.max(...updated.map(({ updatedAt }) => updatedAt)), now })),
  };
}
