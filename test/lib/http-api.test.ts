import { expect, test } from 'vitest';
import { CALLS } from '../../functions/serve-wallet/make-handler.ts';
import { nameOf, resourcesOf, synthesized } from './synthesized.ts';

const { template } = synthesized();
const [stage] = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Stage'));

test('the routes are those of the contract, each with its function', () => {
  const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration');
  const functionBehind = (target: { 'Fn::Join': [string, [string, { Ref: string }]] }) => {
    const uri = integrations[target['Fn::Join'][1][1].Ref]!.Properties.IntegrationUri;
    return nameOf(uri).replace(/Function$/, '');
  };
  const routes = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Route')).map(({ Properties }) => [
    Properties.RouteKey,
    functionBehind(Properties.Target),
  ]);
  expect(Object.fromEntries(routes)).toEqual({
    'PUT /v1/members/{memberId}': 'MembersPutMember',
    'GET /v1/members/{memberId}': 'QueriesAnswerQueries',
    'DELETE /v1/members/{memberId}/profile': 'MembersEraseProfile',
    'GET /v1/members/{memberId}/transactions': 'QueriesAnswerQueries',
    'GET /v1/members/{memberId}/tier-changes': 'QueriesAnswerQueries',
    'GET /v1/members/{memberId}/explanation': 'QueriesAnswerQueries',
    'GET /v1/members/{memberId}/google-pass': 'GooglePassesLinkGooglePass',
    'POST /v1/members/{memberId}/transactions': 'TransactionIntakeRecordTransaction',
    'POST /v1/members/{memberId}/tier-actions': 'TierActionsTakeTierActions',
    'PUT /v1/groups/{groupId}/members/{memberId}': 'TierActionsJoinOrLeaveGroup',
    'DELETE /v1/groups/{groupId}/members/{memberId}': 'TierActionsJoinOrLeaveGroup',
    'POST /v1/groups/{groupId}/tier-actions': 'TierActionsTakeTierActions',
    'GET /v1/runs/{runId}': 'QueriesAnswerQueries',
    'GET /v1/runs/{runId}/changes': 'QueriesAnswerQueries',
    'GET /v1/runs/{runId}/outcomes': 'QueriesAnswerQueries',
    'POST /v1/recalculations': 'CycleRecalculationStartRecalculation',
    'POST /v1/webhooks/shopify': 'TransactionIntakeReceiveShopifyOrder',
    'GET /v1/members/{memberId}/pass': 'WalletPassesHandOutPasses',
    'GET /v1/members/{memberId}/pass-link': 'WalletPassesHandOutPasses',
    'GET /v1/passes/{token}': 'WalletPassesHandOutPasses',
    ...Object.fromEntries(Object.values(CALLS).map((route) => [route, 'WalletPassesServeWallet'])),
    'GET /v1/program': 'QueriesAnswerQueries',
    'GET /v1/openapi.json': 'QueriesAnswerQueries',
  });
});

test('only the API may call a function, and only over the function’s own route', () => {
  for (const { Properties } of Object.values(resourcesOf(template, 'AWS::Lambda::Permission'))) {
    expect(Properties.Principal).toBe('apigateway.amazonaws.com');
    expect(JSON.stringify(Properties.SourceArn)).toMatch(/\/v1\/[a-z]/);
  }
});

test('calls are throttled as the brand says, or at 100 a second', () => {
  expect(stage?.Properties).toMatchObject({
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
  });
  const throttleOf = (operations: object) => {
    const { template } = synthesized((brand) => Object.assign(brand, { operations }));
    return Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Stage'))[0]?.Properties.DefaultRouteSettings;
  };
  expect(throttleOf({ throttle: { ratePerSecond: 7, burst: 9 } })).toEqual({
    ThrottlingRateLimit: 7,
    ThrottlingBurstLimit: 9,
  });
  expect(throttleOf({})).toEqual({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 });
});

test('each call leaves a line of JSON that names no member and no address', () => {
  const { DestinationArn, Format } = stage!.Properties.AccessLogSettings;
  const log = resourcesOf(template, 'AWS::Logs::LogGroup')[DestinationArn['Fn::GetAtt'][0]];
  expect(log?.Properties.RetentionInDays).toBe(90);
  expect(Object.keys(JSON.parse(Format))).toEqual(expect.arrayContaining(['requestId', 'route', 'status']));
  expect(Format).not.toMatch(/\$context\.(path|identity|authorizer)/);
  // The gateway escapes nothing: a message with a quote in it would end the string, and the line would be no JSON.
  expect(Format).not.toMatch(/message|integrationError/i);
  expect(Format).toContain('"$context.error.responseType"');
});
