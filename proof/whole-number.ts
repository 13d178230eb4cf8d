import { InvalidArgumentError } from 'commander';

/** An option's value that is a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
