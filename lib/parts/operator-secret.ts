import { SecretValue, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { retainOnDelete } from './retain-on-delete.ts';

export interface OperatorSecretProps {
  readonly description: string;
  /** The list's name in the secret's JSON document, `{"<list>": []}`. */
  readonly list: string;
}

/**
 * A list of secrets that an operator fills once the stack is there, and in which several are alive while they are rotated. The
 * template holds the empty list, which lets nobody in, and never changes: so no deployment overwrites what the operator put in.
 */
export class OperatorSecret extends Secret {
  constructor(scope: Construct, id: string, props: OperatorSecretProps) {
    super(scope, id, {
      description: props.description,
      secretStringValue: SecretValue.unsafePlainText(JSON.stringify({ [props.list]: [] })),
    });
    retainOnDelete(this);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The other side has to learn the new value: an operator adds it, hands it over, and removes the old one.',
    });
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
