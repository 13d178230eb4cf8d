import { CannotSign } from '../../core/failures.ts';
import type { MadePass } from '../../core/use-cases/make-pass.ts';
import { count } from '../metrics.ts';
import type { Answer } from '../runtime/http.ts';
import { log } from '../runtime/log.ts';
import { Problem } from '../runtime/problem.ts';

const PKPASS = 'application/vnd.apple.pkpass';

/** A pass as a phone takes it. Nobody keeps a copy on the way: it shows one member's points. */
export function passAnswer({ file, modifiedAt }: MadePass): Answer {
  count('PassMade');
  return {
    status: 200,
    file: { type: PKPASS, bytes: file },
    headers: {
      'last-modified': new Date(modifiedAt).toUTCString(),
      'cache-control': 'private, no-store',
      'content-disposition': 'attachment; filename="pass.pkpass"',
    },
  };
}

/**
 * Makes a pass, where an operator has set up all that it takes.
 * @throws Problem 503 where not: with the reason where the caller is one of the brand's, who can do something about it
 */
export async function ifPossible<T>(work: Promise<T>, caller: 'shop' | 'phone'): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CannotSign)) throw error;
    count('PassNotPossible');
    log.error('A pass can’t be made until an operator has put something right', { reason: error.message });
    throw new Problem(503, caller === 'shop' ? error.message : 'Passes can’t be made at the moment. Try again later.');
  }
}
