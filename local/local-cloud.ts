import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { tapBus } from './bus-tap.ts';
import { bootstrap, credentialsFor, deploy, synthesize } from './cdk.ts';
import { type Emulator, useRunningEmulator } from './emulator.ts';
import { saveFunctionLogs } from './function-logs.ts';
import { LocalCloudFailure } from './local-cloud-failure.ts';
import { type LocalWallets, startLocalWallets, type WalletsOfBrand } from './local-wallets.ts';
import { startMinistack } from './ministack.ts';
import type { LocalCloudAddress } from './observations.ts';
import type { ReportProgress } from './progress.ts';
import { startProxy } from './proxy.ts';
import { makeRunFolder, PROJECT_ROOT } from './run-folder.ts';
import { writeApiKeys, writeShopifySecret } from './secrets.ts';
import { findVirtualEnvironment, makeVirtualEnvironment } from './virtual-environment.ts';

interface Options {
  brand: string;
  onProgress?: ReportProgress;
  /** Ends a start that is under way, with all it has started. */
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
}

export interface LocalCloud {
  address: LocalCloudAddress;
  /** Where the logs of this run are. */
  logs: string;
  /** Hears of every push to a phone. */
  onPush: LocalWallets['onPush'];
  /** Ends everything that was started. May be called twice. */
  stop: () => Promise<void>;
}

const PREFERRED_PORT = 8787;

/** Deploys a brand's stack to a local AWS, gives it keys, and returns where it answers. Nothing of it survives `stop`, nor a failed start. */
export async function startLocalCloud({
  brand,
  onProgress = () => {},
  signal: callersSignal,
  env = process.env,
}: Options): Promise<LocalCloud> {
  const failing = new AbortController();
  const signal = callersSignal ? AbortSignal.any([callersSignal, failing.signal]) : failing.signal;
  const toStop: (() => Promise<void>)[] = [];
  let onPush: LocalWallets['onPush'] = () => {};
  const running: Promise<unknown>[] = [];
  const stop = async () => {
    const failures: unknown[] = [];
    for (let end = toStop.pop(); end !== undefined; end = toStop.pop()) {
      await end().catch((failure: unknown) => failures.push(failure));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'The local cloud did not end cleanly');
  };
  const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const startedAt = Date.now();
    onProgress({ kind: 'step', title });
    const result = await work();
    onProgress({ kind: 'done', title, ms: Date.now() - startedAt });
    return result;
  };
  const onDetail = (text: string) => onProgress({ kind: 'detail', text });

  try {
    const { account, region, wallets } = await readBrand(brand);
    const endpointUrl = env.AWS_ENDPOINT_URL;
    const found = endpointUrl
      ? await step(`Use the cloud at ${endpointUrl}`, () => useRunningEmulator(endpointUrl))
      : undefined;
    const folder = await makeRunFolder(new Date());
    toStop.push(folder.tidy);

    // Bundling the functions needs no cloud, so it goes on while the cloud is installed and started.
    const synthesized = synthesize(brand, { folder, signal });
    const prepared = (async () => {
      const emulator = found ?? (await startOwnEmulator());
      const target = { endpoint: emulator.endpoint, region, account };
      await step('Prepare it for CDK', () => bootstrap(target, { folder, signal, onDetail }));
      await step('Bundle the functions and synthesize the stack', () => synthesized);
      return { emulator, target };
    })();
    running.push(prepared, synthesized);
    const [{ emulator, target }] = await Promise.all([prepared, synthesized]);

    const outputs = await step(`Deploy the stack laurel-${brand}`, () =>
      deploy(`laurel-${brand}`, target, { folder, signal, onDetail }),
    );
    const address = await step('Make keys and certificates, and a plain URL', async () => {
      const client = { endpoint: target.endpoint, region, credentials: credentialsFor(target) };
      const secrets = new SecretsManagerClient(structuredClone(client));
      const keys = await writeApiKeys(secrets, output('ApiKeysSecret'), new Date());
      const shopifySecret = await writeShopifySecret(secrets, output('ShopifySecret'));
      const tap = await tapBus(client, output('EventBus'), `laurel-local-${process.pid}`);
      // A cloud of ours ends as a whole; from one that was there before, what is not of the stack is taken away again.
      if (!emulator.logPath) toStop.push(tap.remove);
      const proxy = await startProxy({ endpoint: target.endpoint, apiId: apiIdIn(output('ApiUrl')) }, PREFERRED_PORT);
      toStop.push(proxy.stop);
      toStop.push(() => saveFunctionLogs(client, folder.log('functions')).catch(() => {}));
      const pushLog = folder.log('pushes');
      const walletSecrets = { apple: outputs.PassCertificatesSecret, google: outputs.GoogleKeySecret };
      const localWallets = await startLocalWallets(secrets, wallets, walletSecrets, pushLog);
      toStop.push(localWallets.stop);
      onPush = localWallets.onPush;
      return {
        url: proxy.url,
        keys,
        shopifySecret,
        outputs,
        client,
        eventsQueueUrl: tap.queueUrl,
        pushLog,
        ...(localWallets.passRoot !== undefined && { passRoot: localWallets.passRoot }),
        ...(emulator.logPath && { logPath: emulator.logPath }),
      };

      function output(id: string): string {
        const value = outputs[id];
        if (value === undefined)
          throw new Error(`The stack has no output ${id}; it has ${Object.keys(outputs).join(', ')}`);
        return value;
      }
    });
    return { address, logs: folder.path, onPush, stop };

    async function startOwnEmulator(): Promise<Emulator> {
      const python =
        (await findVirtualEnvironment()) ??
        (await step('Install the local cloud, for the first time only', () =>
          makeVirtualEnvironment({ env, folder, signal, onDetail }),
        ));
      const own = await step('Start the local cloud', () =>
        startMinistack({ python, folder, region, account, signal }),
      );
      toStop.push(own.stop);
      return own;
    }
  } catch (error) {
    failing.abort();
    // What still runs side by side may yet have started something that has to be stopped.
    await Promise.allSettled(running);
    await stop().catch(() => {}); // why it could not start matters more
    throw error;
  }
}

/** The account and region of a brand's file, which CDK checks the stack against, and the wallets that it has. */
async function readBrand(brand: string): Promise<{ account: string; region: string; wallets: WalletsOfBrand }> {
  const file = path.join(PROJECT_ROOT, 'brands', `${brand}.json`);
  try {
    const { account, region, wallet = {} } = JSON.parse(await readFile(file, 'utf8'));
    return { account: String(account), region: String(region), wallets: wallet };
  } catch (cause) {
    throw new LocalCloudFailure(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** "https://a1b2c3d4.execute-api.eu-west-1.amazonaws.com/" is the API a1b2c3d4. (The local one ends in an IP address, which `URL` refuses.) */
function apiIdIn(url: string): string {
  const apiId = /^https?:\/\/(?<apiId>[a-z0-9]+)\./.exec(url)?.groups?.apiId;
  if (apiId === undefined) throw new Error(`${url} names no API`);
  return apiId;
}
