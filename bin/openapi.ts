import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openApiDocument } from '../functions/contract/openapi.ts';
import { OPERATIONS } from '../functions/contract/operations.ts';
import { operatorCommand } from './operator/command.ts';

const ROOT = resolve(import.meta.dirname, '..');

const command = operatorCommand('openapi', {
  about: [
    'Writes the HTTP contract as an OpenAPI document. A deployed stack serves the same document at GET /v1/openapi.json.',
  ],
  examples: [['Write it again after a change of the contract', 'npm run openapi']],
})
  .argument('[file]', 'where the document goes; without it, docs/openapi.json')
  .parse();

const [file = resolve(ROOT, 'docs/openapi.json')] = command.args;
// In a stack's document these are the brand's name and the program's version. This file belongs to no brand.
const { version } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'));
writeFileSync(file, `${JSON.stringify(openApiDocument(OPERATIONS, 'Laurel', version), null, 2)}\n`);
