import { readFile } from 'node:fs/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Option } from 'commander';
import { parsePassCertificates } from '../functions/adapters/pass-certificates.ts';
import { brandOption, operatorCommand, withWords } from './operator/command.ts';
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

const command = operatorCommand('wallet:certificates', {
  about: [
    "Puts the certificates that sign Apple Wallet passes into the stack's secret, and checks those that are there.",
    'Certificates that would make passes which no phone accepts are refused, with the reason. docs/wallet.md says where the files come from.',
  ],
  examples: [
    [
      'Put the certificates',
      'npm run wallet:certificates -- put --brand acme --cert pass.pem --key pass-key.pem --wwdr wwdr-g4.pem',
    ],
    ['Check those that are there, and when they end', 'npm run wallet:certificates -- check --brand acme'],
  ],
});

withWords(command.command('put').summary('check certificates, and put them into the stack'), {
  about: ["Checks the certificates, and puts them into the stack's secret in place of those that are there."],
  examples: [
    [
      "Put Apple's certificates",
      'npm run wallet:certificates -- put --brand acme --cert pass.pem --key pass-key.pem --wwdr wwdr-g4.pem',
    ],
  ],
})
  .addOption(brandOption())
  .requiredOption('--cert <file>', 'the pass certificate, in PEM')
  .requiredOption('--key <file>', 'its private key, in PEM and without a passphrase')
  .requiredOption('--wwdr <file>', "Apple's intermediate certificate (WWDR) that issued it, in PEM")
  .option('--self-signed', "accept certificates that are not Apple's: for a stack that no phone uses")
  .addOption(new Option('--push-url <url>', 'with --self-signed: push there instead of to Apple').hideHelp())
  .addOption(new Option('--push-ca <file>', 'with --push-url: whose certificate is trusted there, in PEM').hideHelp())
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
        'Running functions use them after their next cold start. Until then they sign with the old ones, as long as those are valid.',
      );
      if (warning === undefined) return;
      process.stderr.write(`${warning}\n`);
      process.exitCode = 1;
    }),
  );

withWords(command.command('check').summary('check the certificates of the stack, and say when they end'), {
  about: ['Checks the certificates of the stack, and says when each of them ends.'],
  examples: [['Check them', 'npm run wallet:certificates -- check --brand acme']],
})
  .addOption(brandOption())
  .action((options: { brand: string }) =>
    runCommand(async () => {
      const stack = await findStack(options.brand);
      const client = new SecretsManagerClient({ region: stack.region });
      const read = await client.send(new GetSecretValueCommand({ SecretId: stack.output(SECRET) }));
      const found = parsePassCertificates(documentOf(read));
      if (!found)
        throw new OperatorError('There are no certificates yet. Put some: npm run wallet:certificates -- put --help');
      acceptedCertificates(found, appleOf(stack), true, Date.now());
      for (const line of describeCertificates(found, Date.now())) console.log(line);
    }),
  );

await command.parseAsync();

function appleOf({ brand: settings }: DeployedStack): { passTypeId: string; teamId: string } {
  const apple = settings.wallet?.apple;
  if (!apple)
    throw new OperatorError(`brands/${settings.brand}.json has no wallet.apple, so there is nothing to sign.`);
  return apple;
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new OperatorError(`The file ${file} cannot be read: ${error.message}`);
  });
}
