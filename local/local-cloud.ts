import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient } from '@aws-sdk/client-ses';
import { readBrandFile } from '../bin/operator/brand-file.ts';
import { OperatorError } from '../bin/operator/operator-error.ts';
import type { Brand } from '../core/program/brand.ts';
import { tapBus } from './bus-tap.ts';
import { bootstrap, credentialsFor, deploy, synthesize } from './cdk.ts';
import { type Emulator, useRunningEmulator } from './emulator.ts';
import { saveFunctionLogs } from './function-logs.ts';
import { type KeptCloud, takeKeptCloud } from './kept-cloud.ts';
import { LocalCloudFailure } from './local-cloud-failure.ts';
import { type LocalWallets, startLocalWallets } from './local-wallets.ts';
import { startMinistack } from './ministack.ts';
import type { LocalCloudAddress } from './observations.ts';
import type { ReportProgress } from './progress.ts';
import { startProxy } from './proxy.ts';
import { makeRunFolder } from './run-folder.ts';
import { type LocalSecrets, writeApiKeys, writeShopifySecret } from './secrets.ts';
import { verifySender } from './verify-sender.ts';
import { findVirtualEnvironment, makeVirtualEnvironment } from './virtual-environment.ts';

interface Options {
  brand: string;
  /** Whether the data of this start is there at the next one. */
  keep?: boolean;
  onProgress?: ReportProgress;
  /** Ends a start that is under way, with all it has started. */
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
}

export interface LocalCloud {
  address: LocalCloudAddress;
  /** The settings of the brand that is deployed. */
  brand: Brand;
  /** Where the logs of this run are. */
  logs: string;
  /** Hears of every push to a phone. */
  onPush: LocalWallets['onPush'];
  /** Ends everything that was started. May be called twice. */
  stop: () => Promise<void>;
}

const PREFERRED_PORT = 8787;

/**
 * Deploys a brand's stack to a local AWS, gives it keys, and returns where it answers. `stop` and a failed start end every process, and
 * remove everything but the logs and what is kept.
 */
export async function startLocalCloud({
  brand,
  keep = false,
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
    const settings = readBrand(brand);
    const { account, region } = settings;
    const endpointUrl = env.AWS_ENDPOINT_URL;
    if (keep && endpointUrl) {
      throw new LocalCloudFailure(
        `--keep works with the local cloud that npm start starts itself. Unset AWS_ENDPOINT_URL (${endpointUrl}), or leave --keep out.`,
      );
    }
    const found = endpointUrl
      ? await step(`Use the cloud at ${endpointUrl}`, () => useRunningEmulator(endpointUrl))
      : undefined;
    const folder = await makeRunFolder(new Date());
    toStop.push(folder.tidy);
    const kept = keep ? await takeKeptCloud(brand) : undefined;
    if (kept) toStop.push(kept.release);
    const proxy = await startProxy(PREFERRED_PORT);
    toStop.push(proxy.stop);

    // Bundling the functions needs no cloud, so it goes on while the cloud is installed and started.
    const synthesized = synthesize(brand, { folder, signal, proxyUrl: proxy.url });
    const prepared = (async () => {
      const emulator = found ?? (await startOwnEmulator(kept));
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
    const address = await step('Make keys and certificates', async () => {
      const client = { endpoint: target.endpoint, region, credentials: credentialsFor(target) };
      const secrets = new SecretsManagerClient(structuredClone(client));
      const { keys, shopifySecret } = (await kept?.readSecrets()) ?? (await makeSecrets());
      const { from } = settings.notifications.email ?? {};
      if (from !== undefined) await verifySender(new SESClient(structuredClone(client)), from);
      const tap = await tapBus(client, output('EventBus'), `laurel-local-${process.pid}`);
      // What is not of the stack must not stay in a cloud that goes on, or that is kept.
      if (!emulator.logPath || kept) toStop.push(tap.remove);
      proxy.serve({ endpoint: target.endpoint, apiId: output('ApiId') });
      toStop.push(() => saveFunctionLogs(client, folder.log('functions')).catch(() => {}));
      const pushLog = folder.log('pushes');
      const walletSecrets = { apple: outputs.PassCertificatesSecret, google: outputs.GoogleKeySecret };
      const localWallets = await startLocalWallets(secrets, settings.wallet ?? {}, walletSecrets, pushLog);
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
      };

      async function makeSecrets(): Promise<LocalSecrets> {
        const made = {
          keys: await writeApiKeys(secrets, output('ApiKeysSecret'), new Date()),
          shopifySecret: await writeShopifySecret(secrets, output('ShopifySecret')),
        };
        await kept?.writeSecrets(made);
        return made;
      }

      function output(id: string): string {
        const value = outputs[id];
        if (value === undefined)
          throw new Error(`The stack has no output ${id}; it has ${Object.keys(outputs).join(', ')}`);
        return value;
      }
    });
    return { address, brand: settings, logs: folder.path, onPush, stop };

    async function startOwnEmulator(kept: KeptCloud | undefined): Promise<Emulator> {
      const python =
        (await findVirtualEnvironment()) ??
        (await step('Install the local cloud, for the first time only', () =>
          makeVirtualEnvironment({ env, folder, signal, onDetail }),
        ));
      const own = await step('Start the local cloud', () =>
        startMinistack({ python, folder, region, account, signal, keepIn: kept?.path }),
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

/** @throws LocalCloudFailure with everything that is wrong with the brand's file */
function readBrand(brand: string): Brand {
  try {
    return readBrandFile(brand, '--brand <name>').settings;
  } catch (cause) {
    if (!(cause instanceof OperatorError)) throw cause;
    throw new LocalCloudFailure(cause.message, { cause });
  }
}
