import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { atMost, limitsIn, median, type OnProgress, type Report, type Row, rounded, table } from './report.ts';

export interface FunctionFigure {
  name: string;
  memoryMib: number;
  bundleKb: number;
  importMs: number;
}

const BUNDLE_KB = 450;

const HOW = [
  'The stack of brands/demo.json is synthesized as for a deployment. Measured is the code that would be uploaded, minified, 1 KB = 1000 bytes.',
  'Import: from before to after `await import(…)`, in a fresh process each time, with the variables that the stack sets and an endpoint that',
  'nobody answers, so a call during the import would fail. The empty module is imported in turn with the others. The median of 9.',
];

const PROJECT_ROOT = path.resolve(import.meta.dirname, '..');
const IMPORTS = 9;

interface DeployedFunction extends Pick<FunctionFigure, 'name' | 'memoryMib'> {
  file: string;
  environment: Record<string, string>;
  /** How long its imports took, in milliseconds. */
  times: number[];
}

export async function measureFunctions(onProgress: OnProgress): Promise<Report<FunctionFigure[]>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'laurel-bench-'));
  try {
    const functions = await synthesize(folder, onProgress);
    const empty = path.join(folder, 'empty.mjs');
    await writeFile(empty, 'export const handler = async () => {};\n');
    const modules = [{ file: empty, environment: {}, times: [] as number[] }, ...functions];
    for (let round = 1; round <= IMPORTS; round++) {
      onProgress(`imports, round ${round} of ${IMPORTS}`);
      for (const { file, environment, times } of modules) times.push(await importMs(file, environment));
    }
    const [emptyMs, ...importsMs] = modules.map(({ times }) => rounded(median(times), 1));
    const figures: FunctionFigure[] = [];
    for (const [place, { name, memoryMib, file }] of functions.entries()) {
      const bundleKb = rounded((await stat(file)).size / 1000, 1);
      figures.push({ name, memoryMib, bundleKb, importMs: importsMs[place]! });
    }
    const rows: Row[] = figures.map(({ name, bundleKb, importMs }) => [
      ...[name, bundleKb.toFixed(1), atMost(BUNDLE_KB, bundleKb, 'KB', `bundle of ${name}`)],
      ...[importMs.toFixed(1), `+${(importMs - emptyMs!).toFixed(1)}`],
    ]);
    rows.push(['peer: an empty module', '', '', emptyMs!.toFixed(1), '']);
    const lines = [table(['', 'KB', 'limit', 'import ms', 'above empty'], rows)];
    return { title: 'Functions', how: HOW, lines, limits: limitsIn(rows), figures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes the deployment's files like `cdk synth`, which bundles the code of each function. */
async function synthesize(folder: string, onProgress: OnProgress): Promise<DeployedFunction[]> {
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
      times: [],
      // A value that is known only after the deployment is a reference in the template.
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
  ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' },
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
};

const TIME_IMPORT =
  'const start = performance.now(); await import(process.argv[1]); process.stdout.write(String(performance.now() - start))';

async function importMs(file: string, environment: Record<string, string>): Promise<number> {
  const args = ['--input-type=module', '-e', TIME_IMPORT, pathToFileURL(file).href];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...LAMBDA, ...environment },
  });
  return Number(stdout);
}
