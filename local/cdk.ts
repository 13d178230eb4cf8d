import { readFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import path from 'node:path';
import { LocalCloudFailure } from './local-cloud-failure.ts';
import { runCommand } from './run-command.ts';
import { LOCAL_ROOT, PROJECT_ROOT, type RunFolder } from './run-folder.ts';

export const CDK = path.join(PROJECT_ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const QUIET = ['--no-notices', '--no-version-reporting', '--no-color'];

interface Job {
  folder: RunFolder;
  signal: AbortSignal;
  onDetail?: (text: string) => void;
  /** Where `cdk.json` and `brands/` lie; the project itself where it is left out. */
  project?: string;
}

interface Synthesis extends Job {
  /** The address that passes and links carry, and that the stack's output `ApiUrl` names. */
  proxyUrl: string;
}

/** Where CDK deploys to, and as whom. */
export interface Target {
  endpoint: string;
  region: string;
  account: string;
}

/** Synthesizes and bundles the app for one brand, as for AWS. Needs no cloud. */
export async function synthesize(
  brand: string,
  { folder, signal, onDetail, project, proxyUrl }: Synthesis,
): Promise<void> {
  const context = ['--context', `brand=${brand}`, '--context', `proxyUrl=${proxyUrl}`];
  await cdk('synth', ['--quiet', ...context, '--output', assemblyIn(folder)], {
    folder,
    signal,
    onDetail,
    project,
    env: environmentWithoutAws(),
    failure: `The stack of ${brand} does not synthesize.`,
  });
}

/** Prepares an account for CDK: the bucket and the roles of its deployments. */
export async function bootstrap(target: Target, { folder, signal, onDetail }: Job): Promise<void> {
  await cdk('bootstrap', [`aws://${target.account}/${target.region}`, '--app', ''], {
    folder,
    signal,
    onDetail,
    env: environmentFor(target),
    failure: 'The local cloud could not be bootstrapped for CDK.',
  });
}

/** Deploys the stack that `synthesize` made, and returns its outputs. */
export async function deploy(
  stack: string,
  target: Target,
  { folder, signal, onDetail }: Job,
): Promise<Record<string, string>> {
  const outputsFile = path.join(folder.path, 'outputs.json');
  await cdk(
    'deploy',
    [
      stack,
      '--app',
      assemblyIn(folder),
      '--require-approval',
      'never',
      '--progress',
      'events',
      '--outputs-file',
      outputsFile,
    ],
    {
      folder,
      signal,
      onDetail,
      env: environmentFor(target),
      failure: `${stack} could not be deployed to the local cloud.`,
    },
  );
  const outputs: Record<string, Record<string, string>> = JSON.parse(await readFile(outputsFile, 'utf8'));
  const ofStack = outputs[stack];
  if (ofStack === undefined) throw new Error(`${outputsFile} holds no outputs of ${stack}`);
  return ofStack;
}

/** The test credentials that reach nothing but an emulator. As key id, twelve digits name the account. */
export function credentialsFor(target: Pick<Target, 'account'>): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: target.account, secretAccessKey: 'test' };
}

async function cdk(
  command: string,
  args: readonly string[],
  { folder, signal, onDetail, project = PROJECT_ROOT, env, failure }: Job & { env: NodeJS.ProcessEnv; failure: string },
): Promise<void> {
  const logPath = folder.log(`cdk-${command}`);
  const exitCode = await runCommand({
    file: process.execPath,
    args: [CDK, command, ...args, ...QUIET],
    cwd: project,
    env,
    logPath,
    signal,
    ...(onDetail && { onLine: (line: string) => onDetail(readable(line)) }),
  });
  if (exitCode !== 0) throw new LocalCloudFailure(failure, { logPath });
}

/** "laurel-demo | 12/60 | 10:00:00 AM | CREATE_COMPLETE | AWS::SQS::Queue | EmailQueue (…)" as "12/60 AWS::SQS::Queue EmailQueue" */
function readable(line: string): string {
  const [, count, , , type, id] = line.split('|').map((part) => part.trim());
  return id === undefined ? line : `${count} ${type} ${id.split(' ')[0]}`;
}

function assemblyIn(folder: RunFolder): string {
  return path.join(folder.path, 'cdk.out');
}

/** Test credentials and the target's address, and nothing of the user's. */
export function environmentFor(target: Target): NodeJS.ProcessEnv {
  const { accessKeyId, secretAccessKey } = credentialsFor(target);
  return {
    ...environmentWithoutAws(),
    AWS_ENDPOINT_URL: target.endpoint,
    AWS_REGION: target.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

/** Nothing of the user's AWS settings may leak in: a profile or another endpoint would send this deployment to a real account. */
function environmentWithoutAws(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|CDK_|https?_proxy$|all_proxy$)/i.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // CDK turns Node's compile cache on, which would otherwise be left in the system's temporary folder.
    NODE_COMPILE_CACHE: path.join(LOCAL_ROOT, 'node-compile-cache'),
    NO_COLOR: '1',
  };
}
