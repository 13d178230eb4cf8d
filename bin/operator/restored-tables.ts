import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { RestoredTable, RestoredTables } from '../../lib/parts/deployed-brand.ts';
import type { BrandFile } from './brand-file.ts';
import { OperatorError } from './operator-error.ts';

export type TableKind = keyof RestoredTables;
export const TABLE_KINDS: readonly TableKind[] = ['points', 'members'];

/** Where the stack's template has its own tables: a restored one is taken into the stack under the same id. `test/lib` holds it to that. */
export const LOGICAL_IDS: Readonly<Record<TableKind, string>> = {
  points: 'PointsLedgerTable308CFA33',
  members: 'MembersTableC2CB1611',
};

/** A restored table, and the table that it replaces. */
export interface TableRecord extends RestoredTable {
  /** The table it was restored from. */
  from: string;
  /** The moment of the table's state, as the operator gave it. */
  at: string;
}

export type TableRecords = { [Kind in TableKind]?: TableRecord };

const record = z.strictObject({
  table: z.string().regex(/^[\w.-]{3,255}$/),
  streamArn: z.string().regex(/^arn:aws:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+\/stream\/.+$/),
  from: z.string(),
  at: z.string(),
});
const records = z.strictObject({ points: z.optional(record), members: z.optional(record) });

/** `brands/<brand>/restored-tables.json`: it belongs into version control, like the brand's file. */
export function restoredTablesFile({ settings, file }: BrandFile): string {
  return join(dirname(file), settings.brand, 'restored-tables.json');
}

/**
 * The tables that a deployment uses in place of the stack's own; none where no table was restored, or the stack owns all tables again.
 * @throws OperatorError where `npm run restore` did not write the file, or wrote it for another account or region
 */
export function readRestoredTables(brand: BrandFile): TableRecords {
  const file = restoredTablesFile(brand);
  if (!existsSync(file)) return {};
  const text = readFileSync(file, 'utf8');
  const refused = (why: string) =>
    new OperatorError(
      `${file} ${why}. It names the tables that the stack uses since a restore: take it from version control again. ` +
        'Without it, a deployment would give the stack new tables, with nothing in them.',
    );
  const parsed = records.safeParse(parse(text));
  if (!parsed.success) throw refused(`is not as npm run restore wrote it: ${z.prettifyError(parsed.error)}`);
  const { account, region } = brand.settings;
  for (const { table, streamArn } of Object.values(parsed.data)) {
    if (!streamArn.startsWith(`arn:aws:dynamodb:${region}:${account}:table/${table}/stream/`)) {
      throw refused(`gives ${table} the stream ${streamArn}, which is not of that table in ${account}, ${region}`);
    }
  }
  return parsed.data as TableRecords;
}

export function writeRestoredTables(brand: BrandFile, tables: TableRecords): void {
  const file = restoredTablesFile(brand);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(tables, undefined, 2)}\n`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
