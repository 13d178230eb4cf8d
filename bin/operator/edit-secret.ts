import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { OperatorError } from './operator-error.ts';

/**
 * Changes a secret's document. Secrets Manager writes on no condition, so two operators can overwrite each other: it is looked
 * afterwards whether somebody did.
 * @param holds whether a document has the change in it
 * @returns what the operator has to be told, when the change is in force but overwrote another's
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
  // Once somebody wrote on top of ours, who came before us can't be seen any more.
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
