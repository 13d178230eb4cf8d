import { mkdtempSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { inject } from 'vitest';
import type { Brand } from '../../core/program/brand.ts';
import { LoyaltyStack } from '../../lib/loyalty-stack.ts';
import type { RestoredTables } from '../../lib/parts/deployed-brand.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { context } = JSON.parse(readFileSync(resolve(ROOT, 'cdk.json'), 'utf8'));

/** CDK leaves an assembly behind for each app. */
const assemblies = inject('assemblies');

/** An app whose assembly is tidied away. */
export function makeApp(context: Record<string, unknown> = {}): App {
  return new App({ outdir: mkdtempSync(join(assemblies, 'app-')), context });
}

export interface Synthesized {
  app: App;
  stack: LoyaltyStack;
  template: Template;
}

/**
 * The demo's stack as CDK makes it from `cdk.json`, but for the bundles.
 * @param change makes another brand of the demo's file. @param restored tables to use in place of the stack's own
 * @param proxyUrl where a proxy answers for the API
 */
export function synthesized(
  change: (brand: Brand) => void = () => {},
  restored: RestoredTables = {},
  proxyUrl?: string,
): Synthesized {
  const file = resolve(ROOT, 'brands/demo.json');
  const settings: Brand = JSON.parse(readFileSync(file, 'utf8'));
  change(settings);
  const app = makeApp({ ...context, 'aws:cdk:bundling-stacks': [] });
  const stack = new LoyaltyStack(app, 'laurel-demo', {
    brand: { settings, file, restored, proxyUrl },
    env: { account: settings.account, region: settings.region },
  });
  return { app, stack, template: Template.fromStack(stack) };
}

export type Resource = { Type: string; DeletionPolicy?: string; UpdateReplacePolicy?: string; Properties: Properties };
// biome-ignore lint/suspicious/noExplicitAny: a template's properties have every shape that CloudFormation knows
export type Properties = Record<string, any>;

/** The template's resources by logical id. */
export function resourcesOf(template: Template, type?: string): Record<string, Resource> {
  const all: [string, Resource][] = Object.entries(template.toJSON().Resources);
  return Object.fromEntries(all.filter(([, resource]) => type === undefined || resource.Type === type));
}

/** The functions' properties by the name of their folder. */
export function functionsOf(template: Template): Record<string, Properties> {
  return Object.fromEntries(
    Object.values(resourcesOf(template, 'AWS::Lambda::Function')).map(({ Properties }) => [
      Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME,
      Properties,
    ]),
  );
}

/** What a reference points at, without the hash that CDK adds: `PointsLedgerTable`, or the text itself, also where both are mixed. */
export function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const reference = value as { Ref?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::Join'?: [string, unknown[]] };
  if (reference['Fn::Join']) return reference['Fn::Join'][1].map(nameOf).join(reference['Fn::Join'][0]);
  const [id, attribute] = reference['Fn::GetAtt'] ?? [reference.Ref ?? JSON.stringify(value), ''];
  const name = id.replace(/[0-9A-F]{8}$/, '');
  return attribute === 'StreamArn' ? `${name}.stream` : name;
}
