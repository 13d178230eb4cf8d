import { Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { retainOnDelete } from './retain-on-delete.ts';

const LENGTH = 64;

/** A secret that nobody ever sees: made when the stack is first deployed, `{"secret": "…"}`, and the same from then on. */
export class GeneratedSecret extends Secret {
  constructor(scope: Construct, id: string, { description, whyForGood }: { description: string; whyForGood: string }) {
    super(scope, id, {
      description,
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'secret',
        excludePunctuation: true,
        passwordLength: LENGTH,
      },
    });
    retainOnDelete(this);
    Validations.of(this).acknowledge({ id: 'AwsSolutions-SMG4', reason: whyForGood });
  }

  /** The value and nothing else, where `grantRead` also tells of the secret's versions. */
  grantValue(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.secretArn],
    });
  }
}
