import { join, resolve } from 'node:path';
import { Duration, Validations } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import type { DeployedBrand } from './deployed-brand.ts';
import type { LaurelAlarmProps } from './laurel-alarm.ts';
import { LaurelLog } from './laurel-log.ts';

const PROJECT_ROOT = resolve(import.meta.dirname, '../..');
const METRICS_NAMESPACE = 'Laurel';

/** Memory buys processor time: what stands between a purchase and the member's tier, or changes many members, gets twice as much. */
export const HOT_PATH_MEMORY_MIB = 1024;
const MEMORY_MIB = 512;

/**
 * The SDK is bundled, so that what was tested is what runs, but for what it loads only where the environment holds no credentials:
 * on Lambda it always does. They would be 130 KB of each bundle.
 */
const NEVER_LOADED = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

export interface LaurelFunctionProps {
  readonly brand: DeployedBrand;
  /** Read by the handler's first paragraph: names and ARNs only, never a secret's value. */
  readonly environment?: Record<string, string>;
  /** @default 512 */
  readonly memoryMib?: number;
  /** @default 10 seconds: a caller over HTTP has given up by then */
  readonly timeout?: Duration;
  /** Folders that lie beside the code, under these names. */
  readonly folders?: readonly { readonly from: string; readonly to: string }[];
}

/**
 * A function of Laurel's. Its construct id names its folder: `RecordTransaction` runs `functions/record-transaction/handler.ts`.
 * It may write its own log and nothing else, until something is granted to it.
 */
export class LaurelFunction extends Construct implements IGrantable {
  /** The folder under `functions/`, the name of its log lines' service, and its metrics' dimension. */
  readonly folder: string;
  readonly timeout: Duration;
  readonly lambda: NodejsFunction;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: LaurelFunctionProps) {
    super(scope, id);
    this.folder = id.replace(/(?<=.)(?=[A-Z])/g, '-').toLowerCase();
    this.timeout = props.timeout ?? Duration.seconds(10);

    // CDK's own role would carry AWS's managed policy, which opens every log group of the account.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.grantPrincipal = role.grantPrincipal;

    const logGroup = new LaurelLog(this, 'Log', props.brand);
    logGroup.grantWrite(role);

    this.lambda = new NodejsFunction(this, 'Function', {
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMib ?? MEMORY_MIB,
      timeout: this.timeout,
      environment: {
        POWERTOOLS_SERVICE_NAME: this.folder,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        LOG_LEVEL: 'INFO',
        ...props.environment,
      },
      entry: resolve(PROJECT_ROOT, 'functions', this.folder, 'handler.ts'),
      projectRoot: PROJECT_ROOT,
      depsLockFilePath: resolve(PROJECT_ROOT, 'package-lock.json'),
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        externalModules: NEVER_LOADED,
        minify: true,
        logLevel: LogLevel.WARNING,
        // CommonJS dependencies call `require`, which an ES module doesn't have.
        banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
        esbuildArgs: { '--alias': `@laurel/brand=${props.brand.file}` },
        commandHooks: {
          beforeInstall: () => [],
          beforeBundling: () => [],
          afterBundling: (_, output) => (props.folders ?? []).map(({ from, to }) => copying(from, join(output, to))),
        },
      },
    });

    Validations.of(this.lambda).acknowledge(
      {
        id: 'Serverless-LambdaDLQ',
        reason:
          'A dead-letter target serves asynchronous invocations: an HTTP caller gets the failure as its answer, streams and queues ' +
          'keep what failed in a queue of their own, a run stands still until it is redriven, and what only looks at something ' +
          'looks again.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason:
          'A trace would end at the table, as a DynamoDB stream hands on no trace context, and would cost every role a ' +
          'permission on all resources. What became of a purchase is told by the ledger and by the member’s explanation.',
      },
    );
  }

  /** How often the function reported something in five minutes, such as `TransactionAccepted`. */
  count(metricName: string): Metric {
    return new Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { service: this.folder },
      statistic: Stats.SUM,
    });
  }

  /** Several of them, each with its own name as its label. */
  counts(...metricNames: string[]): Metric[] {
    return metricNames.map((name) => this.count(name).with({ label: name }));
  }

  /** Rings from the first time on that the function reports something. */
  alarmFromFirst(metricName: string, impact: string): LaurelAlarmProps {
    return { metric: this.count(metricName), from: 1, impact };
  }

  /** A metric with the function's name as its label. */
  named(metric: Metric): Metric {
    return metric.with({ label: this.folder });
  }
}

/** A command for any shell that copies a folder, without the drawings that its pictures were made from. */
function copying(from: string, to: string): string {
  const script =
    'const [from,to]=process.argv.slice(1);require("node:fs").cpSync(from,to,{recursive:true,filter:(file)=>!file.endsWith(".svg")})';
  return `node -e '${script}' ${JSON.stringify(from)} ${JSON.stringify(to)}`;
}
