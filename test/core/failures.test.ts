import { expect, test } from 'vitest';
import { CannotSign, OutcomeUnknown, PushFailed, TooManyConflicts } from '../../core/failures.ts';

test.each([
  [new OutcomeUnknown('No answer came.'), 'OutcomeUnknown: No answer came.'],
  [
    new TooManyConflicts('Member m-1', 5),
    'TooManyConflicts: Member m-1 was written by others 5 times in a row while being read and decided. It is tried again.',
  ],
  [new CannotSign('The certificate is over.'), 'CannotSign: The certificate is over.'],
  [
    new PushFailed(['timeout', 'TooManyRequests', 'timeout']),
    'PushFailed: 3 pushes were not taken: timeout, TooManyRequests.',
  ],
  [new PushFailed(['timeout']), 'PushFailed: 1 push was not taken: timeout.'],
])('a log shows what failed: %s', (failure, text) => {
  expect(failure).toBeInstanceOf(Error);
  expect(String(failure)).toBe(text);
});
