import type { GooglePasses, MemberStore, PassRefreshes, PassRegistrations, ProfileStore } from '../../core/ports.ts';
import { eraseProfile } from '../../core/use-cases/erase-profile.ts';
import { withdrawGooglePass } from '../../core/use-cases/google-pass.ts';
import { noMember } from '../contract/found.ts';
import { memberIdSchema } from '../contract/request-schemas.ts';
import { validate } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(
  ports: {
    members: MemberStore;
    profiles: ProfileStore;
    registrations: PassRegistrations;
    /** Where the brand has Google's wallet. */
    google?: { googlePasses: GooglePasses; passRefreshes: PassRefreshes };
    keys: ApiKeySource;
  },
  clock?: () => number,
) {
  return httpHandler(
    { role: 'admin', keys: ports.keys },
    async ({ params, now }) => {
      const memberId = validate({ schema: memberIdSchema, value: params.memberId, at: 'memberId' });
      const [member, profile] = await Promise.all([ports.members.load(memberId), ports.profiles.load(memberId)]);
      if (!member && !profile) throw noMember(memberId);
      // An enrolment that died half way may have left a profile without its member.
      await eraseProfile(ports, memberId, now);
      if (ports.google) await withdrawGooglePass(ports.google, memberId);
      return { status: 204 };
    },
    clock,
  );
}
