import { openApiDocument } from '../contract/openapi.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { brand, program } from '../runtime/brand.ts';
import { httpHandler } from '../runtime/http.ts';

const document = openApiDocument(OPERATIONS, `${brand.name}: loyalty tiers`, program.version);

export const handler = httpHandler('public', async () => ({ status: 200, body: document }));
