/** `cdk deploy -c brand=acme`: chooses the brand, refuses a file that isn't right, and makes the brand's stack. */
import { App } from 'aws-cdk-lib';
import { LoyaltyStack } from '../lib/loyalty-stack.ts';
import { readBrandFile } from './operator/brand-file.ts';
import { checkDesigns } from './operator/design-check.ts';
import { runCommand } from './operator/operator-error.ts';
import { readRestoredTables } from './operator/restored-tables.ts';

await runCommand(async () => {
  const app = new App();
  const brand = readBrandFile(app.node.tryGetContext('brand'), '-c brand=<name>');
  await checkDesigns(brand);
  const { brand: id, account, region } = brand.settings;
  const restored = readRestoredTables(brand);
  const proxyUrl = app.node.tryGetContext('proxyUrl');
  new LoyaltyStack(app, `laurel-${id}`, { brand: { ...brand, restored, proxyUrl }, env: { account, region } });
});
