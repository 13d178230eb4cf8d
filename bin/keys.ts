import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import Table from 'cli-table3';
import { Option } from 'commander';
import { counted } from '../core/quantity.ts';
import { type ApiKey, newApiKey, parseApiKeys, ROLES, type Role, sha256 } from '../functions/runtime/api-keys.ts';
import { brandOption, operatorCommand, withWords } from './operator/command.ts';
import { type DeployedStack, findStack } from './operator/deployed-stack.ts';
import { documentOf, editSecret } from './operator/edit-secret.ts';
import { readGoogleKey } from './operator/google-key-file.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';

type Edit = [change: (document: unknown) => unknown, holds: (document: unknown) => boolean];

const command = operatorCommand('keys', {
  about: [
    'Creates, lists and revokes the keys that call the API. Also sets the secret with which Shopify signs its webhooks, and the key that ' +
      'writes passes to Google Wallet.',
    'A key is shown once, when it is created: Laurel keeps only its hash. A lost key cannot be recovered; create a new one.',
    'To rotate a key, create another one of the same role, give it to the shop, and revoke the old one when nobody uses it any more. ' +
      'Both work in the meantime.',
  ],
  examples: [
    ["Create a key for the shop's server", 'npm run keys -- create --brand acme --role intake'],
    ['List the keys', 'npm run keys -- list --brand acme'],
    ['Revoke one of them', 'npm run keys -- revoke 3f9a1c07 --brand acme'],
    ['Show the options of a command', 'npm run keys -- create --help'],
  ],
});

withWords(command.command('create').summary('create a key, and show it once'), {
  about: ['Creates a key and shows it once, on standard output. It works at once.'],
  lists: {
    'Roles:': [
      ['intake', 'enrols members and posts transactions'],
      ['read', 'reads members, explanations and runs'],
      ['admin', 'may do everything, tier actions and recalculations included'],
    ],
  },
  examples: [["A key for the shop's server", 'npm run keys -- create --brand acme --role intake']],
})
  .addOption(brandOption())
  .addOption(new Option('--role <role>', 'what the key may do').choices(ROLES).makeOptionMandatory())
  .action((options: { brand: string; role: Role }) =>
    runCommand(async () => {
      const { text, kept } = newApiKey(options.role, new Date().toISOString());
      await edit(
        await findStack(options.brand),
        'ApiKeysSecret',
        (document) => ({ keys: [...parseApiKeys(document), kept] }),
        (document) => parseApiKeys(document).some(({ id }) => id === kept.id),
      );
      console.log(text);
      process.stderr.write(`The key ${kept.id} with the role ${kept.role} works now. It will not be shown again.\n`);
    }),
  );

withWords(command.command('list').summary('list the keys that work'), {
  about: ['Lists the keys that work, each with its id, its role and when it was created.'],
  examples: [['List the keys', 'npm run keys -- list --brand acme']],
})
  .addOption(brandOption())
  .action((options: { brand: string }) =>
    runCommand(async () => {
      const keys = parseApiKeys(await read(await findStack(options.brand), 'ApiKeysSecret'));
      const table = new Table({ head: ['id', 'role', 'created at'], style: { head: [], border: [] } });
      table.push(...keys.map(({ id, role, createdAt }: ApiKey) => [id, role, createdAt]));
      console.log(
        keys.length === 0
          ? `There is no key yet. Create one: npm run keys -- create --brand ${options.brand} --role intake`
          : table.toString(),
      );
    }),
  );

withWords(command.command('revoke').summary('revoke a key: it is refused within a minute'), {
  about: ['Revokes a key: every call with it is refused within a minute.'],
  examples: [['Revoke the key with this id', 'npm run keys -- revoke 3f9a1c07 --brand acme']],
})
  .argument('<id>', "the key's id, as the list shows it")
  .addOption(brandOption())
  .action((id: string, options: { brand: string }) =>
    runCommand(async () => {
      const without = (document: unknown) => {
        const keys = parseApiKeys(document);
        const left = keys.filter((key) => key.id !== id);
        if (left.length === keys.length)
          throw new OperatorError(
            `There is no key ${id}. There is: ${keys.map((key) => key.id).join(', ') || 'none'}.`,
          );
        return { keys: left };
      };
      await edit(await findStack(options.brand), 'ApiKeysSecret', without, (document) =>
        parseApiKeys(document).every((key) => key.id !== id),
      );
      console.log(`The key ${id} is revoked.`);
    }),
  );

withWords(command.command('shopify').summary('set the client secrets of the Shopify app'), {
  about: [
    "Sets the client secret of the brand's Shopify app, which signs its webhooks. The secret is read from standard input.",
    'While the secret is rotated, give the old one and the new one, each on its own line: both are accepted. Later give the new one alone.',
  ],
  examples: [['Set what a file holds', 'npm run keys -- shopify --brand acme < secrets.txt']],
})
  .addOption(brandOption())
  .action((options: { brand: string }) =>
    runCommand(async () => {
      if (process.stdin.isTTY) process.stderr.write("Paste the app's client secret, then press Enter and Ctrl-D.\n");
      const lines = (await textOf(process.stdin)).split('\n').map((line) => line.trim());
      const secrets = lines.filter((line) => line !== '');
      if (secrets.length === 0) {
        throw new OperatorError('Standard input holds no secret. Give at least one, each on its own line.');
      }
      await edit(
        await findStack(options.brand),
        'ShopifySecret',
        () => ({ secrets }),
        (document) => JSON.stringify(document) === JSON.stringify({ secrets }),
      );
      const prints = secrets.map((secret) => sha256(secret).slice(0, 8)).join(', ');
      console.log(
        `Within a minute webhooks are verified by ${counted(secrets.length, 'secret')} (SHA-256 ${prints}…).`,
      );
    }),
  );

withWords(command.command('google').summary('set the key that writes passes to Google Wallet'), {
  about: [
    'Sets the key of the service account that writes passes to Google Wallet. The JSON file that Google gave out is read from standard input.',
  ],
  examples: [['Set what the file holds', 'npm run keys -- google --brand acme < key.json']],
})
  .addOption(brandOption())
  .action((options: { brand: string }) =>
    runCommand(async () => {
      if (process.stdin.isTTY) process.stderr.write('Paste the key file, then press Enter and Ctrl-D.\n');
      const { file, clientEmail } = readGoogleKey(await textOf(process.stdin));
      const stack = await findStack(options.brand);
      if (!stack.brand.wallet?.google) {
        throw new OperatorError(
          `brands/${options.brand}.json has no wallet.google, so its stack does not use the key.`,
        );
      }
      await edit(
        stack,
        'GoogleKeySecret',
        () => ({ keys: [file] }),
        (document) => JSON.stringify(document) === JSON.stringify({ keys: [file] }),
      );
      console.log(
        `The key of ${clientEmail} is in use within an hour. After that, delete the previous key at Google, if there was one.`,
      );
    }),
  );

await command.parseAsync();

async function read(stack: DeployedStack, output: string): Promise<unknown> {
  const client = new SecretsManagerClient({ region: stack.region });
  return documentOf(await client.send(new GetSecretValueCommand({ SecretId: stack.output(output) })));
}

async function edit(stack: DeployedStack, output: string, ...how: Edit): Promise<void> {
  const client = new SecretsManagerClient({ region: stack.region });
  const warning = await editSecret(client, stack.output(output), ...how);
  if (warning === undefined) return;
  process.stderr.write(`${warning}\n`);
  process.exitCode = 1;
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
