import Table from 'cli-table3';
import { isDrift } from '../../core/member/audit/findings.ts';
import { counted, formatNumber } from '../../core/quantity.ts';
import type { Audited } from './audit-members.ts';

/** The result so far of an audit of many members. */
export class AuditReport {
  readonly #counts = { proved: 0, waits: 0, differs: 0, healed: 0, failed: 0 };
  readonly #causes = new Map<string, { members: number; healed: number; isDrift: boolean }>();

  add(audit: Exclude<Audited, { status: 'noMember' }>): void {
    this.#counts[audit.status]++;
    if (!('findings' in audit)) return;
    for (const cause of new Set(audit.findings.map((finding) => finding.cause))) {
      const before = this.#causes.get(cause) ?? { members: 0, healed: 0, isDrift: isDrift({ cause }) };
      const healed = before.healed + Number(audit.status === 'healed');
      this.#causes.set(cause, { ...before, members: before.members + 1, healed });
    }
  }

  /** The number of members that the audit compared. */
  get members(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  /** The number of members that still differ. */
  get differing(): number {
    return this.#counts.differs;
  }

  get failed(): number {
    return this.#counts.failed;
  }

  progress(): string {
    const { differs, healed } = this.#counts;
    return `${counted(this.members, 'member')} compared, ${formatNumber(differs + healed)} different`;
  }

  /** The number of members for each cause, differences first; undefined where every member was proved. */
  table(): string | undefined {
    if (this.#causes.size === 0) return undefined;
    const table = new Table({
      head: ['Cause', 'Members', 'Put right', ''],
      colAligns: ['left', 'right', 'right', 'left'],
      style: { head: [], border: [] },
    });
    const rows = [...this.#causes].sort(
      ([, a], [, b]) => Number(b.isDrift) - Number(a.isDrift) || b.members - a.members,
    );
    for (const [cause, { members, healed, isDrift: isWrong }] of rows) {
      table.push([cause, formatNumber(members), formatNumber(healed), isWrong ? '' : 'nothing is wrong']);
    }
    return table.toString();
  }

  lastLine(): string {
    const { proved, waits, differs, healed, failed } = this.#counts;
    const others = [
      ...(healed > 0 ? [`${formatNumber(healed)} different and put right`] : []),
      ...(differs > 0 ? [`${formatNumber(differs)} different`] : []),
      ...(failed > 0 ? [`${formatNumber(failed)} could not be audited`] : []),
      ...(waits > 0 ? [`${formatNumber(waits)} cannot be proved today`] : []),
    ];
    const parts = [`${formatNumber(proved)} proved equal to the ledger`, ...others];
    return `${counted(this.members, 'member')}: ${parts.join(', ')}.`;
  }
}
