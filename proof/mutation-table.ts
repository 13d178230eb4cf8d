import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

type Status =
  | 'Killed'
  | 'Survived'
  | 'NoCoverage'
  | 'Timeout'
  | 'CompileError'
  | 'RuntimeError'
  | 'Ignored'
  | 'Pending';
type Report = {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: Status }[] }>>;
};

const HEAD = [
  '| Room of core | Mutants | Killed | Timed out | Survived | Not reached | Static | Score |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
];

/**
 * Stryker's reports as a table, one row a room. The score is Stryker's: found (killed, or never ending) of all that were tried or not
 * reached by any test. Static ones, which act only while a module loads, are not tried; they are shown, and in no score.
 */
export function mutationTable(folder: string): string {
  const rooms = globSync('*.json', { cwd: folder }).sort();
  const statuses = rooms.map((file): [string, Status[]] => {
    const report = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Report;
    return [
      path.basename(file, '.json'),
      Object.values(report.files).flatMap(({ mutants }) => mutants.map((m) => m.status)),
    ];
  });
  const rows = statuses.map(([room, of]) => row(`\`${room}\``, of));
  return [
    ...HEAD,
    ...rows,
    row(
      'all',
      statuses.flatMap(([, of]) => of),
    ),
  ].join('\n');
}

function row(name: string, statuses: readonly Status[]): string {
  const count = (status: Status) => statuses.filter((one) => one === status).length;
  const found = count('Killed') + count('Timeout');
  const judged = found + count('Survived') + count('NoCoverage');
  const score = judged === 0 ? 'none' : `${((100 * found) / judged).toFixed(1)} %`;
  const cells = [
    judged + count('Ignored'),
    count('Killed'),
    count('Timeout'),
    count('Survived'),
    count('NoCoverage'),
    count('Ignored'),
  ];
  return `| ${[name, ...cells, score].join(' | ')} |`;
}

if (import.meta.main) console.log(mutationTable(path.join(import.meta.dirname, '../reports/mutation')));
