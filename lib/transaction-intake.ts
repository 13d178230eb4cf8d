import { Construct } from 'constructs';
import type { LaurelHttpApi } from './http-api.ts';
import type { Members } from './members.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { HOT_PATH_MEMORY_MIB, LaurelFunction } from './parts/laurel-function.ts';
import type { Monitored } from './parts/monitored.ts';
import { OperatorSecret } from './parts/operator-secret.ts';
import type { PointsLedger } from './points-ledger.ts';

export interface TransactionIntakeProps {
  readonly brand: DeployedBrand;
  readonly httpApi: LaurelHttpApi;
  readonly ledger: PointsLedger;
  readonly members: Members;
}

/** How purchases, refunds and the like get into the ledger: posted by the shop's servers, or sent by Shopify. */
export class TransactionIntake extends Construct {
  readonly recordTransaction: LaurelFunction;
  readonly receiveShopifyOrder: LaurelFunction;
  readonly shopifySecret: OperatorSecret;

  constructor(scope: Construct, id: string, { brand, httpApi, ledger, members }: TransactionIntakeProps) {
    super(scope, id);
    const environment = { POINTS_TABLE: ledger.table.tableName, MEMBERS_TABLE: members.table.tableName };
    const memoryMib = HOT_PATH_MEMORY_MIB;

    this.recordTransaction = new LaurelFunction(this, 'RecordTransaction', { brand, environment, memoryMib });
    ledger.table.grant(this.recordTransaction, 'dynamodb:PutItem');
    members.table.grant(this.recordTransaction, 'dynamodb:GetItem');
    httpApi.openToKeyHolders('POST /v1/members/{memberId}/transactions', this.recordTransaction);

    this.shopifySecret = new OperatorSecret(this, 'ShopifySecret', {
      description: 'What Shopify signs its webhooks with: {"secrets": ["..."]}, several while they are rotated.',
      list: 'secrets',
    });
    this.receiveShopifyOrder = new LaurelFunction(this, 'ReceiveShopifyOrder', {
      brand,
      environment: { ...environment, SHOPIFY_SECRET: this.shopifySecret.secretArn },
      memoryMib,
    });
    ledger.table.grant(this.receiveShopifyOrder, 'dynamodb:PutItem', 'dynamodb:GetItem');
    members.table.grant(this.receiveShopifyOrder, 'dynamodb:GetItem');
    this.shopifySecret.grantValue(this.receiveShopifyOrder);
    httpApi.openToAnyone('POST /v1/webhooks/shopify', this.receiveShopifyOrder);
  }

  get monitored(): Monitored {
    const { recordTransaction, receiveShopifyOrder } = this;
    const ofBoth = (name: string) =>
      [recordTransaction, receiveShopifyOrder].map((each) => each.named(each.count(name)));
    return {
      functions: [
        {
          reporter: recordTransaction,
          failure: 'CallFailed',
          impact: 'Laurel does not accept some purchases. The shop has to post them again, which is safe.',
        },
        {
          reporter: receiveShopifyOrder,
          failure: 'CallFailed',
          impact:
            'Laurel does not accept some orders from Shopify. Shopify sends each order again for about four hours, and then gives up.',
        },
      ],
      alarms: {
        RefusedWebhooks: receiveShopifyOrder.alarmFromFirst(
          'WebhookRefused',
          'Laurel refuses orders from Shopify, so they give no points. Shopify tries each order for four hours, and may then stop ' +
            'sending orders.',
        ),
      },
      felt: [['Purchases taken', ofBoth('TransactionAccepted')]],
      row: {
        title: 'purchases that come in',
        graphs: [
          ['Posted again', [...ofBoth('TransactionDuplicate'), ...ofBoth('TransactionConflict')]],
          ['Webhooks refused', receiveShopifyOrder.counts('WebhookRefused')],
        ],
      },
    };
  }
}
