import { type GoogleKey, parseGoogleKey } from '../../functions/adapters/google-key.ts';
import { OperatorError } from './operator-error.ts';

/**
 * Reads a Google key file that an operator gives.
 * @throws OperatorError with the problem, and with nothing of the file's contents
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
