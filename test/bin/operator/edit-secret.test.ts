import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { editSecret } from '../../../bin/operator/edit-secret.ts';

interface Version {
  id: string;
  names: string[];
}

const secrets = mockClient(SecretsManagerClient);
let versions: Version[];
/** Writes of other operators, right before and right after the command's own write. */
let [before, after]: [string[]?, string[]?] = [];

const write = (names: string[]) => versions.push({ id: `v-${versions.length}`, names });
const namesOf = (document: unknown) => (document as { names: string[] }).names;

beforeEach(() => {
  versions = [{ id: 'v-0', names: ['old'] }];
  [before, after] = [undefined, undefined];
  secrets.reset();
  secrets.on(GetSecretValueCommand).callsFake(({ VersionStage }) => {
    const { id, names } = versions.at(VersionStage === 'AWSPREVIOUS' ? -2 : -1)!;
    return { VersionId: id, SecretString: JSON.stringify({ names }) };
  });
  secrets.on(PutSecretValueCommand).callsFake(({ SecretString }) => {
    if (before) write(before);
    write(JSON.parse(SecretString).names);
    const VersionId = versions.at(-1)!.id;
    if (after) write(after);
    return { VersionId };
  });
});

const edit = () =>
  editSecret(
    new SecretsManagerClient({ region: 'eu-west-1' }),
    'arn:secret',
    (document) => ({ names: [...namesOf(document), 'ours'] }),
    (document) => namesOf(document).includes('ours'),
  );

test('without another write, the change is in the secret and there is no warning', async () => {
  expect(await edit()).toBeUndefined();
  expect(versions.at(-1)!.names).toEqual(['old', 'ours']);
});

test('a write that overwrites the change is reported: the change is not in force', async () => {
  after = ['old', 'theirs'];
  await expect(edit()).rejects.toThrow('your change is not in it');
});

test('a later write that keeps the change causes no warning', async () => {
  after = ['old', 'ours', 'theirs'];
  expect(await edit()).toBeUndefined();
});

test('a change that overwrites another operator’s change warns of the loss', async () => {
  before = ['old', 'theirs'];
  expect(await edit()).toContain('theirs was overwritten');
});
