import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PLANTED_BUGS } from '../../proof/planted-bugs/bugs.ts';

const ROOT = path.join(import.meta.dirname, '../..');

describe('a planted bug', () => {
  test.each(PLANTED_BUGS.map((bug) => [bug.name, bug] as const))('occurs once in the code: %s', (_, bug) => {
    const text = readFileSync(path.join(ROOT, bug.file), 'utf8');
    for (const { from, to } of bug.edits) {
      expect(text.split(from)).toHaveLength(2);
      expect(to).not.toBe(from);
    }
  });

  test('there are at least fifteen, each with its own name, in deployed code except for the named exception', () => {
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(15);
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
    const elsewhere = PLANTED_BUGS.filter(({ file }) => !/^(?:core|functions)\//.test(file));
    expect(elsewhere.map(({ name }) => name).filter((name) => !name.includes('stands for'))).toEqual([]);
  });
});

test('the paper has a place for every generated figure', () => {
  const paper = readFileSync(path.join(ROOT, 'docs/proof.md'), 'utf8');
  for (const name of ['simulation', 'planted bugs', 'mutants', 'bench']) {
    expect(paper).toContain(`<!-- made by npm run prove: ${name} -->`);
    expect(paper).toContain(`<!-- end: ${name} -->`);
  }
});
