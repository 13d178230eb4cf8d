/** Reads a document of docs/ as far as tests hold it to the code: its sections, tables, lists of facts and examples. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface Section {
  title: string;
  /** The text up to the next heading of any level. */
  text: string;
}

export function readDocument(file: string): string {
  return readFileSync(resolve(ROOT, file), 'utf8');
}

/** @param level how many `#` stand before the title */
export function sectionsOf(markdown: string, level: number): Section[] {
  const blocks = markdown.split(/^(?=#{1,6} )/m);
  return blocks.flatMap((block) => {
    const [, marks, title] = /^(#{1,6}) (.+)$/m.exec(block) ?? [];
    return marks?.length === level ? [{ title: title!, text: block.slice(block.indexOf('\n') + 1) }] : [];
  });
}

/** The rows of the table whose head begins with a word, each as a list of its cells. */
export function tableOf({ text, title }: Section, head: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  if (start < 0) throw new Error(`"${title}" has no table that begins with "${head}".`);
  const end = lines.findIndex((line, place) => place > start && !line.startsWith('|'));
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The text behind `- **Name**:`, up to the next line that begins a fact or is empty. */
export function factOf({ text, title }: Section, name: string): string {
  const [, fact] = text.split(`- **${name}**: `);
  if (fact === undefined) throw new Error(`"${title}" does not say "${name}".`);
  const [own = ''] = fact.split(/\n(?=\n|- \*\*)/);
  return own.replace(/\s+/g, ' ').trim();
}

/** What stands between backticks within a line, outside of blocks of code. */
export function quotedIn(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, quoted]) => quoted!);
}

/** The blocks of code in a language. */
export function codeOf({ text }: Pick<Section, 'text'>, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, code]) => code!);
}

/** A field or an attribute, as its row says. */
export interface Documented {
  name: string;
  type: string;
  isAlways: boolean;
}

/** The rows `| name | type | when | meaning |` of a table that begins with a word. */
export function documentedIn(section: Section, head: 'Field' | 'Attribute'): Documented[] {
  return tableOf(section, head).map(([name = '', type = '', when]) => ({
    name: name.replaceAll('`', ''),
    type,
    isAlways: when === 'always',
  }));
}

/** Matches names of which a part is any, such as `matrix#<from>#<to>`. */
export function patternOf(text: string): RegExp {
  const parts = text.split(/<[^>]+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`);
}
