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
/** What others write: right before and right after our own writing. */
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

test('nobody else writes: the change is in it, and there is nothing to tell', async () => {
  expect(await edit()).toBeUndefined();
  expect(versions.at(-1)!.names).toEqual(['old', 'ours']);
});

test('somebody overwrites the change: it is told that it is not in force', async () => {
  after = ['old', 'theirs'];
  await expect(edit()).rejects.toThrow('your change is not in it');
});

test('somebody adds to the change: all is well', async () => {
  after = ['old', 'ours', 'theirs'];
  expect(await edit()).toBeUndefined();
});

test('somebody is overwritten by it: it is told whose change is lost', async () => {
  before = ['old', 'theirs'];
  expect(await edit()).toContain('theirs was overwritten');
});
