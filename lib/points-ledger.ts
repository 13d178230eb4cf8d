import { Construct } from 'constructs';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { LaurelTable } from './parts/laurel-table.ts';

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
}
