import { Construct } from 'constructs';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { LaurelTable } from './parts/laurel-table.ts';
import type { Monitored } from './parts/monitored.ts';

export interface PointsLedgerProps {
  readonly brand: DeployedBrand;
}

/** The ledger: what each member did, as facts that never change. Its stream sets the recalculation going. */
export class PointsLedger extends Construct {
  readonly table: LaurelTable;

  constructor(scope: Construct, id: string, { brand }: PointsLedgerProps) {
    super(scope, id);
    this.table = new LaurelTable(this, 'Table', { restored: brand.restored?.points });
  }

  get monitored(): Monitored {
    return {
      alarms: this.table.alarms('Points', {
        read: 'The shop waits longer for members’ explanations and transactions, or gets an error.',
        write: 'Laurel accepts purchases slowly, or not at all.',
      }),
      tables: [this.table],
    };
  }
}
