import { AttributeType } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { LaurelHttpApi } from './http-api.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { LaurelFunction } from './parts/laurel-function.ts';
import { LaurelTable } from './parts/laurel-table.ts';
import { fieldInvalidAlarms, type Monitored } from './parts/monitored.ts';
import type { PointsLedger } from './points-ledger.ts';
import type { TierClock } from './tier-clock.ts';

export interface MembersProps {
  readonly brand: DeployedBrand;
  readonly httpApi: LaurelHttpApi;
  readonly ledger: PointsLedger;
  readonly clock: TierClock;
}

/** The members as they stand, and the calls that change who a member is: enroll, change, and erase what is personal. */
export class Members extends Construct {
  readonly table: LaurelTable;
  readonly putMember: LaurelFunction;
  readonly eraseProfile: LaurelFunction;

  constructor(scope: Construct, id: string, { brand, httpApi, ledger, clock }: MembersProps) {
    super(scope, id);
    this.table = new LaurelTable(this, 'Table', {
      restored: brand.restored?.members,
      indexes: [
        {
          // Only a member of whom something will be due has both attributes.
          name: 'Due',
          partitionKey: { name: 'dueShard', type: AttributeType.STRING },
          sortKey: { name: 'nextDueAt', type: AttributeType.NUMBER },
        },
        {
          // Only a member whose cycles are counted from its enrolment has the attribute, and it stays what it is.
          name: 'Anniversary',
          partitionKey: { name: 'anniversaryPart', type: AttributeType.STRING },
          sortKey: { name: 'pk', type: AttributeType.STRING },
        },
      ],
    });
    const ofMembers = { MEMBERS_TABLE: this.table.tableName };

    this.putMember = new LaurelFunction(this, 'PutMember', {
      brand,
      environment: { ...ofMembers, POINTS_TABLE: ledger.table.tableName },
    });
    clock.openTo(this.putMember);
    this.table.grant(this.putMember, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query');
    ledger.table.grant(this.putMember, 'dynamodb:Query');
    httpApi.openToKeyHolders('PUT /v1/members/{memberId}', this.putMember);

    this.eraseProfile = new LaurelFunction(this, 'EraseProfile', { brand, environment: ofMembers });
    this.table.grant(
      this.eraseProfile,
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:DeleteItem',
      'dynamodb:Query',
    );
    httpApi.openToKeyHolders('DELETE /v1/members/{memberId}/profile', this.eraseProfile);
  }

  get monitored(): Monitored {
    const { putMember, table } = this;
    return {
      alarms: {
        ...fieldInvalidAlarms(putMember),
        ...table.alarms('Members', {
          read: 'The shop waits longer when it reads members’ tiers.',
          write: 'Members’ points and tiers change late.',
        }),
      },
      tables: [table],
      row: {
        title: 'members that are enrolled or changed',
        graphs: [
          [
            'Promotions at enrollment',
            putMember.counts('PromotionFired', 'ActionApplied', 'ActionRefused', 'FieldInvalid'),
          ],
        ],
      },
    };
  }
}
