import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import type { ClientSettings } from '../local/observations.ts';
import { startProxy } from '../local/proxy.ts';

/** The least work on the same cloud. The difference to it is Laurel's own share. */
export interface BareFunction {
  /** Where it answers 202 to whatever it is sent. */
  url: string;
  /** A table whose stream feeds it; its key is `pk`. */
  table: string;
  /** When the stream called it about an item of the table, by the item's key. */
  heardAt: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** It logs a line, as Laurel's functions do. For a function that logs none, the emulator waits 50 ms for one. */
const CODE = `
exports.handler = async (event) => {
  console.log('called');
  if (!event.Records) return { statusCode: 202, headers: { 'content-type': 'application/json' }, body: '{}' };
  const keys = event.Records.map((record) => record.dynamodb.Keys.pk.S);
  await fetch(process.env.TELL, { method: 'POST', body: JSON.stringify(keys) });
};`;

/** Deploys it, behind an HTTP API and a stream of its own, to a cloud that is running. */
export async function deployBareFunction(settings: ClientSettings): Promise<BareFunction> {
  const heardAt = new Map<string, number>();
  const ear = createServer(async (request, response) => {
    const now = Date.now();
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    for (const key of JSON.parse(body) as string[]) if (!heardAt.has(key)) heardAt.set(key, now);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(ear, 'listening');
  const tell = `http://127.0.0.1:${(ear.address() as AddressInfo).port}`;

  const client = new CloudFormationClient(structuredClone(settings));
  const StackName = 'bench-bare-function';
  await client.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(templateOf(tell)) }));
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60, minDelay: 1 }, { StackName });
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  const output = (name: string) => stack!.Outputs!.find(({ OutputKey }) => OutputKey === name)!.OutputValue!;
  const proxy = await startProxy(0);
  proxy.serve({ endpoint: settings.endpoint, apiId: output('Api') });
  return {
    url: proxy.url,
    table: output('Table'),
    heardAt,
    async stop() {
      await proxy.stop();
      ear.closeAllConnections();
      await new Promise((resolve) => ear.close(resolve));
    },
  };
}

/** As small as Laurel's own: the same kind of API, integration, table, stream and batch. */
function templateOf(tell: string): object {
  const ref = (Ref: string) => ({ Ref });
  const get = (...names: [string, string]) => ({ 'Fn::GetAtt': names });
  const resource = (Type: string, Properties: object) => ({ Type: `AWS::${Type}`, Properties });
  const Target = { 'Fn::Join': ['/', ['integrations', ref('Integration')]] };
  return {
    Resources: {
      Bare: resource('Lambda::Function', {
        ...{ Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 30, MemorySize: 512 },
        ...{ Role: 'arn:aws:iam::000000000000:role/bare', Code: { ZipFile: CODE } },
        Environment: { Variables: { TELL: tell } },
      }),
      Api: resource('ApiGatewayV2::Api', { Name: 'bare', ProtocolType: 'HTTP' }),
      Integration: resource('ApiGatewayV2::Integration', {
        ...{ ApiId: ref('Api'), IntegrationType: 'AWS_PROXY', IntegrationUri: get('Bare', 'Arn') },
        PayloadFormatVersion: '2.0',
      }),
      Route: resource('ApiGatewayV2::Route', { ApiId: ref('Api'), RouteKey: 'POST /{proxy+}', Target }),
      Stage: resource('ApiGatewayV2::Stage', { ApiId: ref('Api'), StageName: '$default', AutoDeploy: true }),
      Table: resource('DynamoDB::Table', {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      }),
      Feed: resource('Lambda::EventSourceMapping', {
        ...{ EventSourceArn: get('Table', 'StreamArn'), FunctionName: get('Bare', 'Arn') },
        ...{ StartingPosition: 'TRIM_HORIZON', BatchSize: 100 },
      }),
    },
    Outputs: { Api: { Value: ref('Api') }, Table: { Value: ref('Table') } },
  };
}
