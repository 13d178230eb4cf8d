import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { OperatorError } from './operator-error.ts';

/**
 * Changes a secret's document. Secrets Manager has no conditional write, so two operators can overwrite each other. A second
 * read detects this.
 * @param holds whether a document contains the change
 * @returns a warning for the operator, when the change is in force but overwrote another change
 * @throws OperatorError when the change is not in force
 */
export async function editSecret(
  client: SecretsManagerClient,
  SecretId: string,
  change: (document: unknown) => unknown,
  holds: (document: unknown) => boolean,
): Promise<string | undefined> {
  const read = await client.send(new GetSecretValueCommand({ SecretId }));
  const SecretString = JSON.stringify(change(documentOf(read)));
  const written = await client.send(new PutSecretValueCommand({ SecretId, SecretString }));

  const current = await client.send(new GetSecretValueCommand({ SecretId }));
  if (!holds(documentOf(current))) {
    throw new OperatorError(
      'Somebody else changed the secret at the same moment, and your change is not in it. List what there is, and try again.',
    );
  }
  // A later write hides the version before ours.
  if (current.VersionId !== written.VersionId) return undefined;
  const previous = await client.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' }));
  if (previous.VersionId === read.VersionId) return undefined;
  return (
    'Your change is in force, but somebody else changed the secret at the same moment, and theirs was overwritten: ' +
    'list what there is, and make their change again.'
  );
}

export function documentOf({ SecretString }: { SecretString?: string | undefined }): unknown {
  return JSON.parse(SecretString ?? 'null');
}
