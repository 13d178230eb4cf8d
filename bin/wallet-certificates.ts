import { readFile } from 'node:fs/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Command, Option } from 'commander';
import { parsePassCertificates } from '../functions/adapters/pass-certificates.ts';
import { type DeployedStack, findStack } from './operator/deployed-stack.ts';
import { documentOf, editSecret } from './operator/edit-secret.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';
import { acceptedCertificates, describeCertificates } from './operator/wallet-certificates.ts';

interface PutOptions {
  brand: string;
  cert: string;
  key: string;
  wwdr: string;
  selfSigned?: true;
  pushUrl?: string;
  pushCa?: string;
}

const SECRET = 'PassCertificatesSecret';

const command = new Command('npm run wallet:certificates --').description(
  [
    'Puts the certificates that passes are signed with into the stack’s secret, and says of those that are there whether they are right.',
    '',
    'What would make passes that no phone takes is refused, with the reason. docs/wallet.md says where the files come from.',
  ].join('\n'),
);

const brand = () =>
  new Option(
    '--brand <brand>',
    'the brand whose stack it is: the name of its file under brands/',
  ).makeOptionMandatory();

command
  .command('put')
  .description('check the files, and put them in place of what is there')
  .addOption(brand())
  .requiredOption('--cert <file>', 'the pass certificate, in PEM')
  .requiredOption('--key <file>', 'its private key, in PEM and without a passphrase')
  .requiredOption('--wwdr <file>', 'Apple’s intermediate certificate that issued it, in PEM')
  .option('--self-signed', 'take a chain that is not Apple’s: for a stack that no phone uses')
  .addOption(new Option('--push-url <url>', 'with --self-signed: push there instead of to Apple').hideHelp())
  .addOption(new Option('--push-ca <file>', 'with --push-url: whose certificate is trusted there, in PEM').hideHelp())
  .addHelpText(
    'after',
    '\nExample:\n  npm run wallet:certificates -- put --brand acme --cert pass.pem --key pass-key.pem --wwdr wwdr-g4.pem',
  )
  .action((options: PutOptions) =>
    runCommand(async () => {
      const stack = await findStack(options.brand);
      const [signerCert, signerKey, wwdr] = await Promise.all([options.cert, options.key, options.wwdr].map(textOf));
      const push =
        options.pushUrl && options.pushCa ? { url: options.pushUrl, ca: await textOf(options.pushCa) } : undefined;
      const certificates = acceptedCertificates(
        { signerCert: signerCert!, signerKey: signerKey!, wwdr: wwdr!, ...(push && { push }) },
        appleOf(stack),
        options.selfSigned === true,
        Date.now(),
      );
      const client = new SecretsManagerClient({ region: stack.region });
      const document = { certificates: [certificates] };
      const warning = await editSecret(
        client,
        stack.output(SECRET),
        () => document,
        (found) => JSON.stringify(found) === JSON.stringify(document),
      );
      for (const line of describeCertificates(certificates, Date.now())) console.log(line);
      console.log(
        'Functions that are warm take them with their next cold start; while the old ones are valid, both do.',
      );
      if (warning === undefined) return;
      process.stderr.write(`${warning}\n`);
      process.exitCode = 1;
    }),
  );

command
  .command('check')
  .description('say whether what is there is right, and when it ends')
  .addOption(brand())
  .action((options: { brand: string }) =>
    runCommand(async () => {
      const stack = await findStack(options.brand);
      const client = new SecretsManagerClient({ region: stack.region });
      const read = await client.send(new GetSecretValueCommand({ SecretId: stack.output(SECRET) }));
      const found = parsePassCertificates(documentOf(read));
      if (!found) throw new OperatorError('There are no certificates yet: npm run wallet:certificates -- put --help');
      acceptedCertificates(found, appleOf(stack), true, Date.now());
      for (const line of describeCertificates(found, Date.now())) console.log(line);
    }),
  );

await command.parseAsync();

function appleOf({ brand: settings }: DeployedStack): { passTypeId: string; teamId: string } {
  const apple = settings.wallet?.apple;
  if (!apple) throw new OperatorError(`brands/${settings.brand}.json has no wallet.apple: there is nothing to sign.`);
  return apple;
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new OperatorError(`The file ${file} cannot be read: ${error.message}`);
  });
}
