import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { type Emulator, isHealthy } from './emulator.ts';
import { LocalCloudFailure } from './local-cloud-failure.ts';
import { endProcessGroup, ownsProcessGroups } from './process-group.ts';
import type { RunFolder } from './run-folder.ts';
import { PROJECT_ROOT } from './run-folder.ts';
import { WaitedInVain, waitFor } from './wait-for.ts';

const LAUNCHER = path.join(PROJECT_ROOT, 'local', 'run-ministack.py');
const HOST = '127.0.0.1';
const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 5_000;
/** Longer than run-ministack.py waits for the state to be saved. */
const SAVED_AND_STOPPED_WITHIN_MS = 25_000;
const ATTEMPTS = 3;

interface Start {
  python: string;
  folder: RunFolder;
  region: string;
  account: string;
  signal: AbortSignal;
  /** The folder that keeps the state between two starts; without one, everything is forgotten at the end. */
  keepIn?: string | undefined;
}

export interface OwnEmulator extends Emulator {
  stop: () => Promise<void>;
}

/** Starts a local AWS that only this machine can reach. */
export async function startMinistack(start: Start): Promise<OwnEmulator> {
  for (let attempt = 1; ; attempt += 1) {
    const started = await tryToStart(start);
    if (started !== 'port taken') return started;
    // Between asking for a free port and using it somebody else may take it.
    if (attempt === ATTEMPTS) {
      throw new LocalCloudFailure('The local cloud does not start', { logPath: start.folder.log('ministack') });
    }
  }
}

async function tryToStart({
  python,
  folder,
  region,
  account,
  signal,
  keepIn,
}: Start): Promise<OwnEmulator | 'port taken'> {
  signal.throwIfAborted();
  const port = await freePort();
  const endpoint = `http://${HOST}:${port}`;
  const logPath = folder.log('ministack');
  // Lambda code is unpacked below this folder, and each worker's script is CommonJS in a .js file.
  await mkdir(folder.temporary, { recursive: true });
  await writeFile(path.join(folder.temporary, 'package.json'), '{ "type": "commonjs" }\n');
  const log = await open(logPath, 'a');
  const child = spawn(python, [LAUNCHER], {
    cwd: folder.temporary,
    // The open stdin tells the launcher that we are alive.
    stdio: ['pipe', log.fd, log.fd],
    detached: ownsProcessGroups,
    env: {
      // Lambda functions inherit this environment, so it holds nothing of the user's but what processes cannot do without.
      ...inherited(),
      // Functions run on the Node that runs this: the same major version as on Lambda.
      PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
      TMPDIR: folder.temporary,
      TZ: 'UTC',
      PYTHONUNBUFFERED: '1',
      BIND_HOST: HOST,
      MINISTACK_HOST: HOST,
      GATEWAY_PORT: String(port),
      MINISTACK_REGION: region,
      MINISTACK_ACCOUNT_ID: account,
      ...(keepIn === undefined
        ? { PERSIST_STATE: '0' }
        : {
            PERSIST_STATE: '1',
            STATE_DIR: path.join(keepIn, 'state'),
            S3_PERSIST: '1',
            S3_DATA_DIR: path.join(keepIn, 's3'),
          }),
      // Listeners on all interfaces that nothing here needs, and a clean-up of containers that are not ours.
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      DOCKER_HOST: `unix://${path.join(folder.temporary, 'no-docker.sock')}`,
    },
  });
  await log.close();
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    for (const event of ['exit', 'error']) child.once(event, () => resolve());
  }).then(() => {
    ended = true;
    // The group outlives its leader for as long as a Lambda worker runs.
    endProcessGroup(child, 'SIGKILL');
  });
  child.stdin?.on('error', () => {}); // it ended before us

  const stop = async () => {
    child.stdin?.end();
    const patienceMs = keepIn === undefined ? STOPPED_WITHIN_MS : SAVED_AND_STOPPED_WITHIN_MS;
    const impatience = setTimeout(() => endProcessGroup(child, 'SIGKILL'), patienceMs);
    await exited;
    clearTimeout(impatience);
  };

  try {
    const state = await waitFor(
      'the local cloud to answer',
      async () => {
        if (ended) return 'ended';
        return (await isHealthy(endpoint)) ? 'healthy' : undefined;
      },
      { withinMs: READY_WITHIN_MS, signal },
    );
    if (state === 'healthy' && !ended) return { endpoint, logPath, stop };
    return 'port taken';
  } catch (error) {
    await stop();
    if (error instanceof WaitedInVain) throw new LocalCloudFailure(error.message, { logPath, cause: error });
    throw error;
  }
}

function inherited(): NodeJS.ProcessEnv {
  const names = ['HOME', 'USER', 'LANG', 'LC_ALL', 'SystemRoot', 'USERPROFILE', 'PATHEXT', 'COMSPEC'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A listening socket has no port');
  return address.port;
}
