import { TooManyConflicts } from '../failures.ts';
import { type OrderFile, type OrderReport, transactionsOf, withReport } from '../ledger/order-file.ts';
import type { Ledger, MemberStore, OrderFiles } from '../ports.ts';
import type { Program } from '../program/program.ts';
import type { Instant } from '../time.ts';
import { type Recording, recordTransaction } from './record-transaction.ts';
import { MAX_ATTEMPTS } from './write-member.ts';

export interface OrderRecording {
  memberId?: string;
  /** For each transaction of the file, whether this call was the one that recorded it. */
  recordings: Recording[];
}

/**
 * Takes what a shop platform says of an order. The file is saved first, then everything in it is recorded, what is recorded
 * already included: a call that dies half way is finished by the platform's next one.
 */
export async function recordOrder(
  ports: { orderFiles: OrderFiles; ledger: Ledger; members: MemberStore },
  program: Program,
  report: OrderReport,
  now: Instant,
): Promise<OrderRecording> {
  const file = await fileReport(ports.orderFiles, report);
  if (file.memberId === undefined) return { recordings: [] };
  const recordings: Recording[] = [];
  for (const transaction of transactionsOf(file)) {
    recordings.push(await recordTransaction(ports, program, file.memberId, transaction, now));
  }
  return { memberId: file.memberId, recordings };
}

async function fileReport(orderFiles: OrderFiles, report: OrderReport): Promise<OrderFile> {
  const { source, orderId } = report;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const file = (await orderFiles.load(source, orderId)) ?? { source, orderId, version: 0, parts: [], refunds: [] };
    const next = withReport(file, report);
    if (next === file) return file;
    const saved = { ...next, version: file.version + 1 };
    if ((await orderFiles.save(saved, file.version)) === 'saved') return saved;
  }
  throw new TooManyConflicts(`The file of order ${orderId}`, MAX_ATTEMPTS);
}
