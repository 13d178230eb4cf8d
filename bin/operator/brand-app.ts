import type { App } from 'aws-cdk-lib';
import { checkBrandFile, findBrandFile } from './brand-file.ts';
import { readRestoredTables } from './restored-tables.ts';

/**
 * Gives a CDK app the stack of the brand that its context names.
 * @throws OperatorError with every problem of the brand's file
 */
export async function addBrandStack(app: App): Promise<void> {
  const howToName = `-c brand=<name>, as in npx cdk ${commandAtHand(app)} -c brand=<name>`;
  const brand = await checkBrandFile(findBrandFile(app.node.tryGetContext('brand'), howToName));
  const { brand: id, account, region } = brand.settings;
  const restored = readRestoredTables(brand);
  const proxyUrl = app.node.tryGetContext('proxyUrl');
  // Loaded last, so that a faulty file is refused sooner.
  const { LoyaltyStack } = await import('../../lib/loyalty-stack.ts');
  new LoyaltyStack(app, `laurel-${id}`, { brand: { ...brand, restored, proxyUrl }, env: { account, region } });
}

/**
 * CDK runs this app for `cdk bootstrap`, too, to learn its account and region, and does not tell the app which command runs. It only
 * says for which stacks the command wants bundles: for none, where the command is `bootstrap`.
 */
function commandAtHand(app: App): string {
  const bundled: unknown = app.node.tryGetContext('aws:cdk:bundling-stacks');
  return Array.isArray(bundled) && bundled.length === 0 ? 'bootstrap' : 'deploy';
}
