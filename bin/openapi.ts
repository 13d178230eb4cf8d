/** `npm run openapi`: writes the HTTP contract to docs/openapi.json, or to the file that is named. A deployed stack serves the same at GET /v1/openapi.json. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openApiDocument } from '../functions/contract/openapi.ts';
import { OPERATIONS } from '../functions/contract/operations.ts';

const ROOT = resolve(import.meta.dirname, '..');
const file = process.argv[2] ?? resolve(ROOT, 'docs/openapi.json');

// A stack says its brand's name and its program's version here. The file is of no brand.
const { version } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'));
writeFileSync(file, `${JSON.stringify(openApiDocument(OPERATIONS, 'Laurel', version), null, 2)}\n`);
