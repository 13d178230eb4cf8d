import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LocalCloudFailure } from './local-cloud-failure.ts';
import { isAlive, LOCAL_ROOT } from './run-folder.ts';
import type { LocalSecrets } from './secrets.ts';

/** The folder in which a brand's local cloud keeps its data between two starts. */
export interface KeptCloud {
  path: string;
  /** The keys of an earlier start; undefined at the first. */
  readSecrets: () => Promise<LocalSecrets | undefined>;
  writeSecrets: (secrets: LocalSecrets) => Promise<void>;
  /** Releases the folder for another start. */
  release: () => Promise<void>;
}

/**
 * Takes the folder for this process alone: two clouds that save into one folder would overwrite each other.
 * @throws LocalCloudFailure while another start uses it
 */
export async function takeKeptCloud(brand: string, root = path.join(LOCAL_ROOT, 'kept')): Promise<KeptCloud> {
  const folder = path.join(root, brand);
  const owner = path.join(folder, 'owner');
  const secrets = path.join(folder, 'secrets.json');
  await mkdir(folder, { recursive: true });
  const pid = Number(await readIfThere(owner));
  if (isAlive(pid)) {
    throw new LocalCloudFailure(
      `Another start (process ${pid}) uses the kept data of ${brand}. Stop that one first, or start without --keep.`,
    );
  }
  await writeFile(owner, String(process.pid));
  await forgetStreamPositions(path.join(folder, 'state', 'lambda.json'));
  return {
    path: folder,
    async readSecrets() {
      const text = await readIfThere(secrets);
      return text === undefined ? undefined : JSON.parse(text);
    },
    writeSecrets: (held) => writeFile(secrets, JSON.stringify(held), { mode: 0o600 }),
    release: () => rm(owner, { force: true }),
  };
}

/**
 * MiniStack keeps how far each function has read a stream, but not the stream's records. With the old positions, functions
 * would wait for records that never come.
 */
async function forgetStreamPositions(file: string): Promise<void> {
  const text = await readIfThere(file);
  if (text === undefined) return;
  const saved = JSON.parse(text);
  delete saved.payload?.dynamodb_stream_positions;
  await writeFile(file, JSON.stringify(saved));
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
