import { expect, test } from 'vitest';
import { plainProgress } from '../../../bin/operator/progress.ts';

/** A command in a pipe, with a clock that the test sets. */
function inAPipe() {
  const lines: string[] = [];
  let now = 1_000;
  const progress = plainProgress(
    'Comparing members …',
    (line) => lines.push(line),
    () => now,
  );
  return {
    lines,
    tellAt(second: number, text: string) {
      now = 1_000 + second * 1000;
      progress.tell(text);
    },
    progress,
  };
}

test('in a pipe a short command writes one line, at its start', () => {
  const { lines, tellAt, progress } = inAPipe();
  for (const second of [0, 0.5, 1, 2, 4.9]) tellAt(second, `${second}`);
  progress.stop();
  expect(lines).toEqual(['Comparing members …\n']);
});

test('in a pipe a long command writes its progress at most every five seconds', () => {
  const { lines, tellAt } = inAPipe();
  for (let second = 0; second <= 17; second++) tellAt(second, `${second} members`);
  tellAt(60, '60 members');
  tellAt(61, '61 members');
  expect(lines.slice(1)).toEqual(['  5 members\n', '  10 members\n', '  15 members\n', '  60 members\n']);
});
