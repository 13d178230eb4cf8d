/** `cdk deploy -c brand=acme`: chooses the brand, refuses a faulty file, and makes the brand's stack. */
import { App } from 'aws-cdk-lib';
import { addBrandStack } from './operator/brand-app.ts';
import { runCommand } from './operator/operator-error.ts';

await runCommand(() => addBrandStack(new App()));
