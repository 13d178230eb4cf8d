import { Construct } from 'constructs';
import type { FrontDoor } from './front-door.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { LaurelFunction } from './parts/laurel-function.ts';
import { LaurelTable } from './parts/laurel-table.ts';
import type { PointsLedger } from './points-ledger.ts';

export interface MembersProps {
  readonly brand: DeployedBrand;
  readonly frontDoor: FrontDoor;
  readonly ledger: PointsLedger;
}

/** The members as they stand, and the calls about one member: enrol, read, explain, list, and forget who it is. */
export class Members extends Construct {
  readonly table: LaurelTable;

  constructor(scope: Construct, id: string, { brand, frontDoor, ledger }: MembersProps) {
    super(scope, id);
    this.table = new LaurelTable(this, 'Table');
    const ofMembers = { MEMBERS_TABLE: this.table.tableName };
    const ofMembersAndPoints = { ...ofMembers, POINTS_TABLE: ledger.table.tableName };

    const put = new LaurelFunction(this, 'PutMember', { brand, environment: ofMembersAndPoints });
    this.table.grant(put, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
    ledger.table.grant(put, 'dynamodb:Query');
    frontDoor.openToKeyHolders('PUT /v1/members/{memberId}', put);

    const read = new LaurelFunction(this, 'ReadMember', { brand, environment: ofMembersAndPoints });
    this.table.grant(read, 'dynamodb:GetItem');
    ledger.table.grant(read, 'dynamodb:Query');
    frontDoor.openToKeyHolders('GET /v1/members/{memberId}', read);

    const explain = new LaurelFunction(this, 'ExplainTier', { brand, environment: ofMembersAndPoints });
    this.table.grant(explain, 'dynamodb:GetItem');
    ledger.table.grant(explain, 'dynamodb:Query');
    frontDoor.openToKeyHolders('GET /v1/members/{memberId}/explanation', explain);

    const listTransactions = new LaurelFunction(this, 'ListTransactions', { brand, environment: ofMembersAndPoints });
    this.table.grant(listTransactions, 'dynamodb:GetItem');
    ledger.table.grant(listTransactions, 'dynamodb:Query');
    frontDoor.openToKeyHolders('GET /v1/members/{memberId}/transactions', listTransactions);

    const listTierChanges = new LaurelFunction(this, 'ListTierChanges', { brand, environment: ofMembers });
    this.table.grant(listTierChanges, 'dynamodb:GetItem', 'dynamodb:Query');
    frontDoor.openToKeyHolders('GET /v1/members/{memberId}/tier-changes', listTierChanges);

    const erase = new LaurelFunction(this, 'EraseProfile', { brand, environment: ofMembers });
    this.table.grant(erase, 'dynamodb:GetItem', 'dynamodb:DeleteItem');
    frontDoor.openToKeyHolders('DELETE /v1/members/{memberId}/profile', erase);
  }
}
