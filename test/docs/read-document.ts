/** Reads the parts of a document in docs/ that tests compare with the code: sections, tables, facts and examples. */
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

/** @param level the number of `#` before the title */
export function sectionsOf(markdown: string, level: number): Section[] {
  const blocks = markdown.split(/^(?=#{1,6} )/m);
  return blocks.flatMap((block) => {
    const [, marks, title] = /^(#{1,6}) (.+)$/m.exec(block) ?? [];
    return marks?.length === level ? [{ title: title!, text: block.slice(block.indexOf('\n') + 1) }] : [];
  });
}

/** Returns the rows of the table whose first head cell is `head`, each as a list of its cells. */
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

/** Returns the text after `- **Name**:`, up to the next fact or an empty line. */
export function factOf({ text, title }: Section, name: string): string {
  const [, fact] = text.split(`- **${name}**: `);
  if (fact === undefined) throw new Error(`"${title}" does not say "${name}".`);
  const [own = ''] = fact.split(/\n(?=\n|- \*\*)/);
  return own.replace(/\s+/g, ' ').trim();
}

/** Returns the texts between backticks within a line, outside code blocks. */
export function quotedIn(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, quoted]) => quoted!);
}

/** Returns the code blocks in a language. */
export function codeOf({ text }: Pick<Section, 'text'>, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, code]) => code!);
}

/** A field or an attribute, as documented in its row. */
export interface Documented {
  name: string;
  type: string;
  isAlways: boolean;
}

/** Returns the rows `| name | type | when | meaning |` of the table with that first head cell. */
export function documentedIn(section: Section, head: 'Field' | 'Attribute'): Documented[] {
  return tableOf(section, head).map(([name = '', type = '', when]) => ({
    name: name.replaceAll('`', ''),
    type,
    isAlways: when === 'always',
  }));
}

/** Returns a pattern for names with placeholders, such as `matrix#<from>#<to>`. */
export function patternOf(text: string): RegExp {
  const parts = text.split(/<[^>]+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`);
}
