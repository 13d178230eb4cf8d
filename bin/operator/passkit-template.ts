import { isDeepStrictEqual } from 'node:util';
import { PKPass } from 'passkit-generator';
import type { PassFiles } from '../../core/ports.ts';

/**
 * Whether passkit-generator, which checks Apple's format in detail, accepts a pass unchanged. It reports refusals on
 * standard error and drops unknown fields. It runs at deployment, not when a pass is made: docs/decisions/0018.
 */
export function isKnownToPasskit(files: PassFiles): boolean {
  const buffers = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]));
  const pass = JSON.parse(buffers['pass.json']!.toString('utf8'));
  return isDeepStrictEqual(new PKPass(buffers).props, pass);
}
