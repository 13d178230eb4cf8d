import { Stack, Validations } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import type { LaurelFunction } from './parts/laurel-function.ts';
import { LaurelLog } from './parts/laurel-log.ts';
import type { Monitored } from './parts/monitored.ts';
import { OperatorSecret } from './parts/operator-secret.ts';

const DEFAULT_THROTTLE = { ratePerSecond: 100, burst: 200 };

export interface LaurelHttpApiProps {
  readonly brand: DeployedBrand;
}

/** A method and a path, as `docs` and the OpenAPI document write them. */
export type Route = `${keyof typeof HttpMethod} /v1/${string}`;

/** Where calls come in: the HTTP API with its throttle and its log, and the keys that open it. */
export class LaurelHttpApi extends Construct {
  readonly api: HttpApi;
  /** Where callers reach the API. */
  readonly url: string;
  readonly apiKeys: OperatorSecret;

  /** One for each function, however many routes lead to it. */
  private readonly integrations = new Map<LaurelFunction, HttpLambdaIntegration>();

  constructor(scope: Construct, id: string, { brand }: LaurelHttpApiProps) {
    super(scope, id);
    // The name is for people: others may have the same.
    this.api = new HttpApi(this, 'Api', { apiName: Stack.of(this).stackName, createDefaultStage: false });
    this.url = brand.proxyUrl ?? this.api.apiEndpoint;
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Each function checks its caller: an API key against its stored hash, or a platform’s signature over the raw body, which ' +
        'an authorizer never sees. An authorizer would be one more function to wait for.',
    });

    const { ratePerSecond, burst } = brand.settings.operations?.throttle ?? DEFAULT_THROTTLE;
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: ratePerSecond, burstLimit: burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(new LaurelLog(this, 'AccessLog', brand)),
        // No path, no address: the one names a member, the other could be one's.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: AccessLogField.contextRequestId(),
            at: AccessLogField.contextRequestTime(),
            route: AccessLogField.contextRouteKey(),
            status: AccessLogField.contextStatus(),
            milliseconds: AccessLogField.contextResponseLatency(),
            functionMilliseconds: AccessLogField.contextIntegrationLatency(),
            responseBytes: AccessLogField.contextResponseLength(),
            // One of the gateway's words. Its messages hold quotes, which nothing escapes here; what went wrong inside a function is
            // in the function's log, and `messageString`, where there is no error, is a bare dash.
            error: AccessLogField.contextErrorResponseType(),
            lambdaStatus: AccessLogField.contextIntegrationStatus(),
          }),
        ),
      },
    });

    this.apiKeys = new OperatorSecret(this, 'ApiKeys', {
      description: 'Who may call: {"keys": [{"id", "role", "sha256", "createdAt"}]}. No key itself, only its hash.',
      list: 'keys',
    });
  }

  /** Routes calls to a function that checks the caller's API key and its role. */
  openToKeyHolders(route: Route, handler: LaurelFunction): void {
    handler.lambda.addEnvironment('API_KEYS_SECRET', this.apiKeys.secretArn);
    this.apiKeys.grantValue(handler);
    this.openToAnyone(route, handler);
  }

  /** Routes calls to a function that asks for no key: what it serves is public, or it checks a signature. */
  openToAnyone(route: Route, handler: LaurelFunction): void {
    const [method, path] = route.split(' ') as [keyof typeof HttpMethod, string];
    const integration = this.integrations.get(handler) ?? new HttpLambdaIntegration(handler.node.id, handler.lambda);
    this.integrations.set(handler, integration);
    this.api.addRoutes({ path, methods: [HttpMethod[method]], integration });
  }

  get monitored(): Monitored {
    const { api } = this;
    return {
      // One alarm for all functions behind the API: none of them fails without an answer to its caller.
      alarms: {
        FailedCalls: {
          metric: api.metricServerError({ statistic: Stats.SUM }),
          from: 5,
          impact:
            'Some of the shop’s API calls fail with a server error. The shop cannot post purchases or show members their tier.',
        },
      },
      row: {
        title: 'calls',
        graphs: [
          [
            'Calls',
            [
              api.metricCount({ statistic: Stats.SUM, label: 'all' }),
              api.metricClientError({ statistic: Stats.SUM, label: 'refused (4xx)' }),
              api.metricServerError({ statistic: Stats.SUM, label: 'failed (5xx)' }),
            ],
          ],
          [
            'How long calls take (ms)',
            [
              api.metricLatency({ statistic: Stats.p(50), label: 'half' }),
              api.metricLatency({ statistic: Stats.p(99), label: '99 of 100' }),
            ],
          ],
        ],
      },
    };
  }
}
