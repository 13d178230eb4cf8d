import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { type ApiKey, newApiKey, parseApiKeys, ROLES, type Role, sha256 } from '../functions/runtime/api-keys.ts';

import { type DeployedStack, findStack } from './operator/deployed-stack.ts';
import { documentOf, editSecret } from './operator/edit-secret.ts';
import { readGoogleKey } from './operator/google-key-file.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';

type Edit = [change: (document: unknown) => unknown, holds: (document: unknown) => boolean];

const command = new Command('npm run keys --').description(
  [
    'Makes, lists and revokes the keys that call the API, sets the secret that Shopify signs its webhooks with, and the key by which',
    'passes are written to Google Wallet.',
    '',
    'A key is shown once, when it is made: only its hash is kept. To rotate one: make another of the same role, give it to the shop,',
    'and revoke the old one when nobody uses it any more. Both are alive in between.',
  ].join('\n'),
);

const brand = () =>
  new Option(
    '--brand <brand>',
    'the brand whose stack it is: the name of its file under brands/',
  ).makeOptionMandatory();

command
  .command('create')
  .description('make a key and show it, this once')
  .addOption(brand())
  .addOption(
    new Option('--role <role>', 'intake enrols members and posts transactions; read asks; admin may do everything')
      .choices(ROLES)
      .makeOptionMandatory(),
  )
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
      process.stderr.write(`The key ${kept.id} of the role ${kept.role} is alive. It will not be shown again.\n`);
    }),
  );

command
  .command('list')
  .description('list the keys that are alive')
  .addOption(brand())
  .action((options: { brand: string }) =>
    runCommand(async () => {
      const keys = parseApiKeys(await read(await findStack(options.brand), 'ApiKeysSecret'));
      const table = new Table({ head: ['id', 'role', 'made at'], style: { head: [], border: [] } });
      table.push(...keys.map(({ id, role, createdAt }: ApiKey) => [id, role, createdAt]));
      console.log(
        keys.length === 0 ? 'There is no key yet: npm run keys -- create --brand … --role intake' : table.toString(),
      );
    }),
  );

command
  .command('revoke')
  .description('end a key: it is refused everywhere within a minute')
  .argument('<id>', 'as the list shows it')
  .addOption(brand())
  .action((id: string, options: { brand: string }) =>
    runCommand(async () => {
      const without = (document: unknown) => {
        const keys = parseApiKeys(document);
        const left = keys.filter((key) => key.id !== id);
        if (left.length === keys.length)
          throw new OperatorError(`There is no key ${id}. Alive: ${keys.map((key) => key.id).join(', ') || 'none'}.`);
        return { keys: left };
      };
      await edit(await findStack(options.brand), 'ApiKeysSecret', without, (document) =>
        parseApiKeys(document).every((key) => key.id !== id),
      );
      console.log(`The key ${id} is revoked.`);
    }),
  );

command
  .command('shopify')
  .description('set the client secrets of the Shopify app, one a line on standard input; two while one is rotated')
  .addOption(brand())
  .addHelpText('after', '\nExample:\n  npm run keys -- shopify --brand acme < secrets.txt')
  .action((options: { brand: string }) =>
    runCommand(async () => {
      if (process.stdin.isTTY) process.stderr.write("Paste the app's client secret, then press Enter and Ctrl-D.\n");
      const lines = (await textOf(process.stdin)).split('\n').map((line) => line.trim());
      const secrets = lines.filter((line) => line !== '');
      if (secrets.length === 0) throw new OperatorError('No secret was given on standard input: one a line is taken.');
      await edit(
        await findStack(options.brand),
        'ShopifySecret',
        () => ({ secrets }),
        (document) => JSON.stringify(document) === JSON.stringify({ secrets }),
      );
      const prints = secrets.map((secret) => sha256(secret).slice(0, 8)).join(', ');
      console.log(
        `${secrets.length === 1 ? 'One secret is' : `${secrets.length} secrets are`} alive within a minute (SHA-256 ${prints}…).`,
      );
    }),
  );

command
  .command('google')
  .description('set the key of the service account that writes to Google Wallet: its JSON file on standard input')
  .addOption(brand())
  .addHelpText('after', '\nExample:\n  npm run keys -- google --brand acme < key.json')
  .action((options: { brand: string }) =>
    runCommand(async () => {
      if (process.stdin.isTTY) process.stderr.write('Paste the key file, then press Enter and Ctrl-D.\n');
      const { file, clientEmail } = readGoogleKey(await textOf(process.stdin));
      const stack = await findStack(options.brand);
      if (!stack.brand.wallet?.google) {
        throw new OperatorError(`brands/${options.brand}.json has no wallet.google: its stack has no use for the key.`);
      }
      await edit(
        stack,
        'GoogleKeySecret',
        () => ({ keys: [file] }),
        (document) => JSON.stringify(document) === JSON.stringify({ keys: [file] }),
      );
      console.log(
        `The key of ${clientEmail} is in force within an hour. Delete the one before it at Google after that, if there was one.`,
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
