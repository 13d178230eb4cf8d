import { type GoogleKey, parseGoogleKey } from '../../functions/adapters/google-key.ts';
import { OperatorError } from './operator-error.ts';

/**
 * A key file of Google's, as an operator hands it over.
 * @throws OperatorError with what is wrong with it: nothing of what it holds is told
 */
export function readGoogleKey(text: string): { file: unknown; clientEmail: string } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new OperatorError(
      'What was given is not JSON. Hand over the whole key file that Google gave out, and nothing else.',
    );
  }
  let key: GoogleKey;
  try {
    key = parseGoogleKey(file);
  } catch (error) {
    throw new OperatorError((error as Error).message);
  }
  return { file, clientEmail: key.clientEmail };
}
