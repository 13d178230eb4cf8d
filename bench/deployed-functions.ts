import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Limit } from './limit.ts';

export interface FunctionFigures {
  functions: FunctionFigure[];
  /** The same, of a module that does nothing. */
  emptyImportMs: number;
}

export interface FunctionFigure {
  name: string;
  memoryMib: number;
  bundleKb: number;
  importMs: number;
}

export const BUNDLE_KB = 450;

export const HOW_FUNCTIONS = [
  'The stack of brands/demo.json is synthesized as for a deployment, and what is measured is the very code that it would upload, minified,',
  '1 KB = 1000 bytes. Import: from before to after `await import(…)`, in a fresh process each time, with the variables that the stack sets',
  'and an endpoint where nobody answers, so that a call on import would fail; the empty module in turn with the others. Median of 9.',
];

const PROJECT_ROOT = path.resolve(import.meta.dirname, '..');
const IMPORTS = 9;

interface DeployedFunction {
  name: string;
  memoryMib: number;
  file: string;
  environment: Record<string, string>;
}

export async function measureFunctions(onProgress: (what: string) => void): Promise<FunctionFigures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'laurel-bench-'));
  try {
    const functions = await synthesize(folder, onProgress);
    const empty = path.join(folder, 'empty.mjs');
    await writeFile(empty, 'export const handler = async () => {};\n');
    const importsMs = new Map<string, number[]>(
      [empty, ...functions.map(({ file }) => file)].map((file) => [file, []]),
    );
    for (let round = 1; round <= IMPORTS; round++) {
      onProgress(`imports, round ${round} of ${IMPORTS}`);
      importsMs.get(empty)!.push(await importMs(empty, {}));
      for (const { file, environment } of functions) importsMs.get(file)!.push(await importMs(file, environment));
    }
    return {
      functions: await Promise.all(
        functions.map(async ({ name, memoryMib, file }) => ({
          name,
          memoryMib,
          bundleKb: Number(((await stat(file)).size / 1000).toFixed(1)),
          importMs: median(importsMs.get(file)!),
        })),
      ),
      emptyImportMs: median(importsMs.get(empty)!),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes the deployment's files as `cdk synth` does; the code of each function is bundled on the way. */
async function synthesize(folder: string, onProgress: (what: string) => void): Promise<DeployedFunction[]> {
  const assembly = path.join(folder, 'cdk.out');
  const { context } = JSON.parse(await readFile(path.join(PROJECT_ROOT, 'cdk.json'), 'utf8'));
  const app = spawn(process.execPath, ['bin/laurel.ts'], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify({ ...context, brand: 'demo' }) },
  });
  const said: string[] = [];
  for (const output of [app.stdout, app.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      said.push(line);
      const bundled = /Bundling asset .*?\/(\w+)\/Function\//.exec(line)?.[1];
      if (bundled) onProgress(`bundling ${bundled}`);
    });
  }
  const exitCode = await new Promise((resolve) => app.once('close', resolve));
  if (exitCode !== 0) throw new Error(`The stack does not synthesize:\n${said.join('\n')}`);

  const template = JSON.parse(await readFile(path.join(assembly, 'laurel-demo.template.json'), 'utf8'));
  const resources = Object.values<{ Type: string; Properties: LambdaProperties }>(template.Resources);
  return resources
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties: { Code, MemorySize, Environment } }) => ({
      name: String(Environment.Variables.POWERTOOLS_SERVICE_NAME),
      memoryMib: MemorySize,
      file: path.join(assembly, `asset.${Code.S3Key.replace('.zip', '')}`, 'index.mjs'),
      // What is known only once it is deployed is a reference in the template.
      environment: Object.fromEntries(
        Object.entries(Environment.Variables).map(([name, value]) => [name, typeof value === 'string' ? value : name]),
      ),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface LambdaProperties {
  Code: { S3Key: string };
  MemorySize: number;
  Environment: { Variables: Record<string, unknown> };
}

const LAMBDA = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
};

async function importMs(file: string, environment: Record<string, string>): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [path.join(import.meta.dirname, 'time-import.ts'), file],
    { env: { ...process.env, ...LAMBDA, ...environment } },
  );
  return Number(stdout);
}

function median(values: number[]): number {
  return Number(values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!.toFixed(1));
}

export function limitsOfFunctions({ functions }: FunctionFigures): Limit[] {
  return functions.map(({ name, bundleKb }) => ({
    what: `bundle of ${name}`,
    unit: 'KB',
    measured: bundleKb,
    sense: 'at most',
    bound: BUNDLE_KB,
  }));
}
