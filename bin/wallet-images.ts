import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { walletImages } from './drawing/wallet-images.ts';
import { readBrandFile } from './operator/brand-file.ts';
import { operatorCommand } from './operator/command.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';

operatorCommand('wallet:images', {
  about: [
    "Draws the pictures of the demo brand's passes again, from the colours in brands/demo.json, and writes them to brands/demo/wallet.",
  ],
  examples: [['Draw them after a change of colours', 'npm run wallet:images']],
}).parse();

await runCommand(async () => {
  const { settings } = readBrandFile('demo', 'its file');
  if (!settings.wallet) throw new OperatorError('brands/demo.json has no "wallet", so there is nothing to draw.');
  for (const { path, bytes } of walletImages(settings.wallet.designs, 'demo/wallet/google-logo.png')) {
    const file = resolve('brands', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    console.log(`${path}  ${(bytes.length / 1000).toFixed(1)} KB`);
  }
});
