import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quotedIn, ROOT, readDocument } from './read-document.ts';

/** Decision records are left out, because they name files of their time. */
const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('docs/*.md', { cwd: ROOT }),
];
const ROOMS = /^(?:core|functions|lib|bin|test|proof|docs|brands|fakes|local|bench|\.github|\.ci)\//;

/** The example brand, whose files the reader creates. */
const READERS_OWN = /^brands\/acme\b/;

/** Paths between backticks, except those with a placeholder. */
const pathsIn = (text: string) =>
  quotedIn(text)
    .filter((quoted) => ROOMS.test(quoted) && !/[<*{\s]/.test(quoted) && !READERS_OWN.test(quoted))
    .map((path) => path.replace(/#.*/, ''));
const linksIn = (text: string) => [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link!);
const commandsIn = (text: string) =>
  [...text.matchAll(/\bnpm run ([a-z0-9]+(?:[:-][a-z0-9]+)*)/g)].map(([, command]) => command!);

describe.each(DOCUMENTS)('%s', (file) => {
  const text = readDocument(file);

  test('names files and folders that exist', () => {
    expect(pathsIn(text).filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });

  test('links to files that exist', () => {
    expect(linksIn(text).filter((link) => !existsSync(join(ROOT, dirname(file), link)))).toEqual([]);
  });

  test('names commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'));
    expect(commandsIn(text).filter((command) => scripts[command] === undefined)).toEqual([]);
  });
});

test('the search finds each kind of reference in a text', () => {
  const text =
    '```\nsome code\n```\nSee [a page](docs/nowhere.md#part), `core/nowhere.ts`, `lib/<part>.ts`, https://x.example and `npm run nothing -- --all`.';
  expect([pathsIn(text), linksIn(text), commandsIn(text)]).toEqual([
    ['core/nowhere.ts'],
    ['docs/nowhere.md'],
    ['nothing'],
  ]);
});
