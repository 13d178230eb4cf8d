import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeDevCertificates } from '../local/dev-certificates.ts';
import { readBrandFile } from './operator/brand-file.ts';
import { brandOption, operatorCommand } from './operator/command.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';

const command = operatorCommand('wallet:dev-certificates', {
  about: [
    "Makes certificates like Apple's, for local use: a root, an intermediate in the place of WWDR, and a pass certificate for the brand's " +
      'pass type and team.',
    'openssl verifies passes that are signed with them. Phones do not accept such passes.',
  ],
  examples: [['Make them for the demo', 'npm run wallet:dev-certificates -- --brand demo']],
})
  .addOption(brandOption())
  .option('--out <folder>', 'where the files go', '.local/wallet');

const { brand, out } = command.parse().opts<{ brand: string; out: string }>();

await runCommand(async () => {
  const { settings } = readBrandFile(brand, '--brand <name>');
  const apple = settings.wallet?.apple;
  if (!apple) throw new OperatorError(`brands/${brand}.json has no wallet.apple, so there is nothing to sign.`);
  const { root, wwdr, pass } = makeDevCertificates(apple, new Date());
  await mkdir(out, { recursive: true });
  const files = { 'root.pem': root.certificate, 'wwdr.pem': wwdr.certificate, 'pass.pem': pass.certificate };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(out, name), text);
  await writeFile(path.join(out, 'pass-key.pem'), pass.key, { mode: 0o600 });
  console.log(
    `Written to ${out}: ${Object.keys(files).join(', ')}, pass-key.pem. Put them into a stack that no phone uses:`,
  );
  const flags = ['cert', 'key', 'wwdr'].map(
    (flag) => `--${flag} ${path.join(out, { cert: 'pass.pem', key: 'pass-key.pem', wwdr: 'wwdr.pem' }[flag]!)}`,
  );
  console.log(`npm run wallet:certificates -- put --brand ${brand} ${flags.join(' ')} --self-signed`);
});
