/** `cdk deploy -c brand=acme`: chooses the brand, refuses a file that isn't right, and makes the brand's stack. */
import { App } from 'aws-cdk-lib';
import { checkBrandFile, findBrandFile } from './operator/brand-file.ts';
import { runCommand } from './operator/operator-error.ts';
import { readRestoredTables } from './operator/restored-tables.ts';

await runCommand(async () => {
  const app = new App();
  const howToName = `-c brand=<name>, as in npx cdk ${commandAtHand(app)} -c brand=<name>`;
  const brand = await checkBrandFile(findBrandFile(app.node.tryGetContext('brand'), howToName));
  const { brand: id, account, region } = brand.settings;
  const restored = readRestoredTables(brand);
  const proxyUrl = app.node.tryGetContext('proxyUrl');
  // Loaded last: a file that is refused is refused sooner.
  const { LoyaltyStack } = await import('../lib/loyalty-stack.ts');
  new LoyaltyStack(app, `laurel-${id}`, { brand: { ...brand, restored, proxyUrl }, env: { account, region } });
});

/**
 * CDK runs this app for `cdk bootstrap`, too, to learn its account and region, and does not tell the app which command runs. It only
 * says for which stacks the command wants bundles: for none, where the command is `bootstrap`.
 */
function commandAtHand(app: App): string {
  const bundled: unknown = app.node.tryGetContext('aws:cdk:bundling-stacks');
  return Array.isArray(bundled) && bundled.length === 0 ? 'bootstrap' : 'deploy';
}
