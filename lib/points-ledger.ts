import { Construct } from 'constructs';
import { LaurelTable } from './parts/laurel-table.ts';

/** The ledger: what each member did, as facts that never change. Its stream sets the recalculation going. */
export class PointsLedger extends Construct {
  readonly table: LaurelTable;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new LaurelTable(this, 'Table');
  }
}
