import type { GooglePasses, GoogleWallet, Ledger, MemberStore, ProfileStore } from '../../core/ports.ts';
import type { Program } from '../../core/program/program.ts';
import { linkGooglePass } from '../../core/use-cases/google-pass.ts';
import type { GoogleBrand } from '../../core/wallet/google-class.ts';
import { noPass } from '../contract/found.ts';
import { ifPossible } from '../contract/pass-answer.ts';
import { memberIdSchema, noQuerySchema } from '../contract/request-schemas.ts';
import { validate } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(
  ports: {
    ledger: Ledger;
    members: MemberStore;
    profiles: ProfileStore;
    googlePasses: GooglePasses;
    googleWallet: GoogleWallet;
    keys: ApiKeySource;
  },
  brand: GoogleBrand,
  program: Program,
  clock?: () => number,
) {
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ params, query, now }) => {
      const memberId = validate({ schema: memberIdSchema, value: params.memberId, at: 'memberId' });
      validate({ schema: noQuerySchema, value: query });
      const saveUrl = await ifPossible(linkGooglePass(ports, { brand, program }, memberId, now), 'shop');
      if (saveUrl === undefined) throw noPass(memberId);
      return { status: 200, body: { saveUrl } };
    },
    clock,
  );
}
