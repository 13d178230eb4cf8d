import type { Brand } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import { noQuerySchema } from '../contract/request-schemas.ts';
import { validate } from '../contract/validate.ts';
import { type ApiKeySource, httpHandler } from '../runtime/http.ts';

export function makeHandler(ports: { keys: ApiKeySource }, brand: Brand, program: Program, clock?: () => number) {
  const answer = {
    version: program.version,
    brand: brand.brand,
    name: brand.name,
    ...brand.program,
    upgradeBasis: program.upgradeBasis,
    expiryBoundary: program.expiryBoundary,
    downgrade: { timing: program.downgradeTiming, target: program.downgradeTarget },
    reminders: program.reminders,
    tiers: brand.program.tiers.map((tier, rank) => ({ ...tier, rank })),
  };
  return httpHandler(
    { role: 'read', keys: ports.keys },
    async ({ query }) => {
      validate({ schema: noQuerySchema, value: query });
      return { status: 200, body: answer };
    },
    clock,
  );
}
