import type { Brand } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import { httpHandler } from '../runtime/http.ts';

/** The contract is loaded by the first call for it: its schemas would lengthen each cold start of the function that it shares. */
export function makeHandler(brand: Pick<Brand, 'name'>, program: Pick<Program, 'version'>) {
  let document: Record<string, unknown> | undefined;
  return httpHandler('public', async () => {
    if (!document) {
      const { openApiDocument } = await import('../contract/openapi.ts');
      const { OPERATIONS } = await import('../contract/operations.ts');
      document = openApiDocument(OPERATIONS, `${brand.name}: loyalty tiers`, program.version);
    }
    return { status: 200, body: document };
  });
}
