import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { makeDevCertificates } from '../local/dev-certificates.ts';
import { readBrandFile } from './operator/brand-file.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';

const command = new Command('npm run wallet:dev-certificates --')
  .description(
    [
      'Makes a chain of certificates like Apple’s, for local use: a root, an intermediate in the place of WWDR, and a pass certificate for',
      'the brand’s pass type and team. openssl verifies passes that it signs; phones do not take them.',
    ].join('\n'),
  )
  .requiredOption('--brand <brand>', 'the brand: the name of its file under brands/')
  .option('--out <folder>', 'where the files go', '.local/wallet')
  .addHelpText('after', '\nExample:\n  npm run wallet:dev-certificates -- --brand demo');

const { brand, out } = command.parse().opts<{ brand: string; out: string }>();

await runCommand(async () => {
  const { settings } = readBrandFile(brand, '--brand <name>');
  const apple = settings.wallet?.apple;
  if (!apple) throw new OperatorError(`brands/${brand}.json has no wallet.apple: there is nothing to sign.`);
  const { root, wwdr, pass } = makeDevCertificates(apple, new Date());
  await mkdir(out, { recursive: true });
  const files = { 'root.pem': root.certificate, 'wwdr.pem': wwdr.certificate, 'pass.pem': pass.certificate };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(out, name), text);
  await writeFile(path.join(out, 'pass-key.pem'), pass.key, { mode: 0o600 });
  console.log(
    `Written to ${out}: ${Object.keys(files).join(', ')}, pass-key.pem. To put them into a stack that no phone uses:`,
  );
  const flags = ['cert', 'key', 'wwdr'].map(
    (flag) => `--${flag} ${path.join(out, { cert: 'pass.pem', key: 'pass-key.pem', wwdr: 'wwdr.pem' }[flag]!)}`,
  );
  console.log(`npm run wallet:certificates -- put --brand ${brand} ${flags.join(' ')} --self-signed`);
});
