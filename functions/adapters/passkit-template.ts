import { isDeepStrictEqual } from 'node:util';
import { PKPass } from 'passkit-generator';
import type { PassFiles } from '../../core/ports.ts';

/**
 * Whether passkit-generator, which knows Apple's format in every detail, takes a pass as it is. It says on standard error what it
 * refuses, and leaves out what it does not know. It is asked when a brand is deployed, not when a pass is made: see docs/decisions/0018.
 */
export function isKnownToPasskit(files: PassFiles): boolean {
  const buffers = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]));
  const pass = JSON.parse(buffers['pass.json']!.toString('utf8'));
  return isDeepStrictEqual(new PKPass(buffers).props, pass);
}
