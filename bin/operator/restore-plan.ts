import { formatInstant, type Instant } from '../../core/time.ts';
import { OperatorError } from './operator-error.ts';
import type { TableKind } from './restored-tables.ts';

/** A table of the plan: its current and its restored state. */
export interface PlannedTable {
  kind: TableKind;
  /** Undefined where the stack already uses the restored table and its source is no longer known. */
  from: string | undefined;
  to: string;
  /** DynamoDB's own figures, updated every six hours. Undefined where the table is gone. */
  size: { bytes: number; items: number } | undefined;
  isRestored: boolean;
  isInUse: boolean;
}

export interface RestorePlan {
  brand: string;
  at: Instant;
  tables: readonly PlannedTable[];
  bringsForward: boolean;
}

/** List prices of US East (N. Virginia) in June 2026, in US dollars: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
const USD = { restoredGb: 0.15, storedGbMonth: 0.25, recoveryGbMonth: 0.2, readUnit: 0.125e-6 };
const READ_UNIT_BYTES = 4096;
const GB = 1024 ** 3;

/**
 * The name of the restored table. It is the same for the same restore, so that a repeated command finds its table.
 * @param kind the table's contents
 */
export function restoredName(brand: string, kind: TableKind, at: Instant): string {
  return `laurel-${brand}-${kind}-${formatInstant(at).replace(/[-:]|\.\d+/g, '')}`;
}

/**
 * The local cloud has no point-in-time restore.
 * @param local the local cloud's address, where the command uses it
 * @throws OperatorError where a table has yet to be restored there
 */
export function holdToCloudThatRestores(tables: readonly PlannedTable[], local: string | undefined): void {
  if (local === undefined || tables.every(({ from, isRestored }) => from === undefined || isRestored)) return;
  throw new OperatorError(
    `A restore cannot be tried on the local cloud at ${local}: the local cloud has no point-in-time restore. Nothing was done. ` +
      'To restore a stack on AWS, unset AWS_ENDPOINT_URL.',
  );
}

/** The steps of the restore, those done already marked, and the costs. */
export function describePlan(plan: RestorePlan): string {
  const { brand, tables, bringsForward } = plan;
  const isInUse = tables.every((table) => table.isInUse);
  const both = tables.map(({ to }) => to).join(' and ');
  const restoresMembers = tables.some(({ kind }) => kind === 'members');
  const steps: [boolean, string][] = [
    ...tables.map(({ from, to, size, isRestored }): [boolean, string] => [
      isRestored,
      size || from === undefined
        ? `restore ${from ?? 'a table'} as of ${formatInstant(plan.at)} beside it, as ${to}; give it its stream, its protection, its recovery and its tags`
        : `restore ${from}, which is gone, as it was when it was deleted, as ${to}; give it its stream, its protection, its recovery and its tags`,
    ]),
    [isInUse, `bring forward what came after ${formatInstant(plan.at)}: ${whatComes(tables, bringsForward)}`],
    ...(restoresMembers
      ? ([[isInUse, 'rebuild every member from the ledger, and tell nobody, before anybody sees them']] as [
          boolean,
          string,
        ][])
      : []),
    [
      isInUse,
      `name ${both} in brands/${brand}/restored-tables.json, and end here: you deploy, and begin this command again`,
    ],
    [false, 'bring forward what came meanwhile, and rebuild every member once more'],
    [false, 'make a schedule again for every moment at which something is due'],
  ];
  return [
    ...steps.map(([isDone, what], place) => `${isDone ? '✔' : String(place + 1).padStart(1)} ${what}`),
    '',
    costOf(tables),
  ].join('\n');
}

function whatComes(tables: readonly PlannedTable[], bringsForward: boolean): string {
  const from = tables.filter(({ size }) => size);
  if (from.length === 0) return 'nothing, as nothing is left to read';
  if (!bringsForward) return 'nothing but who was erased since, who is erased again (--without-newer)';
  const kinds: Record<TableKind, string> = {
    points: 'transactions',
    members: 'enrolments, tier actions, groups, runs, phones with a pass, and erasures',
  };
  return from.map(({ kind }) => kinds[kind]).join('; ');
}

function costOf(tables: readonly PlannedTable[]): string {
  const bytes = tables.reduce((sum, { size }) => sum + (size?.bytes ?? 0), 0);
  const unknown = tables.filter(({ size }) => !size);
  // The search for newer items reads the old tables; rebuilding reads the new tables twice.
  const reads = (3 * bytes) / READ_UNIT_BYTES;
  const [once, monthly] = [
    (bytes / GB) * USD.restoredGb + reads * USD.readUnit,
    (bytes / GB) * (USD.storedGbMonth + USD.recoveryGbMonth),
  ];
  const notCounted =
    unknown.length > 0
      ? ` (${unknown.map(({ kind }) => kind).join(' and ')} not counted, as nobody knows how large)`
      : '';
  return (
    `It costs about ${dollars(once)} once, and ${dollars(monthly)} a month for as long as you keep the old tables beside the new ones` +
    `${notCounted}. AWS restores in minutes to hours, whatever the size.`
  );
}

function dollars(usd: number): string {
  return usd < 0.01 ? 'less than $0.01' : `$${usd.toFixed(2)}`;
}
