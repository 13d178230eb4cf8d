import { AUDIT_PAGE_SIZE } from '../core/use-cases/audit-page.ts';
import { runPages } from './recalculations.ts';
import { atLeast, limitsIn, type OnProgress, percent, type Report, table, whole } from './report.ts';
import { ENTRIES_OF_A_MEMBER } from './year-end.ts';

/** Comparing may cost as much as reading what is compared, and half as much again. */
const SHARE_AT_LEAST = 0.4;
const MEMBERS = 20_000;

const HOW = [
  `auditPage over pages of ${AUDIT_PAGE_SIZE} members on the night after a cycle’s end. Each member has ${ENTRIES_OF_A_MEMBER} purchases and the changes of its tier, as text like`,
  'DynamoDB’s, decoded like the adapters do it. “Decoded” is the same text, only decoded, in turn with the audit, page by page. In the second line',
  'one member in a hundred is wrong. The figure counts only if the audit finds exactly these. A second is a second of processor time.',
];

export async function measureAudits(onProgress: OnProgress): Promise<Report> {
  const rates: { what: string; perSecond: number; decodedPerSecond: number }[] = [];
  for (const [what, oneOf] of [
    ['every member right', 0],
    ['one in a hundred wrong', 100],
  ] as const) {
    onProgress(what);
    rates.push({ what, ...(await runPages('audit', MEMBERS, oneOf)) });
  }
  const rows = rates.map(({ what, perSecond, decodedPerSecond }) => {
    const share = perSecond / decodedPerSecond;
    const limit = atLeast(100 * SHARE_AT_LEAST, 100 * share, '% of the rate of decoding', `audit, ${what}`);
    return [what, whole(perSecond), whole(decodedPerSecond), percent(share), limit];
  });
  const head = ['in memory\n', 'members\nper second', 'decoded\nper second', 'share\n', '\nlimit'];
  return { title: 'The drift audit', how: HOW, lines: [table(head, rows)], limits: limitsIn(rows), figures: rates };
}
