import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findStack, holdToDeployedProgram } from '../../../bin/operator/deployed-stack.ts';
import { OperatorError } from '../../../bin/operator/operator-error.ts';

const cloudFormation = mockClient(CloudFormationClient);
const stderr = vi.spyOn(process.stderr, 'write');
beforeEach(() => {
  stderr.mockReset().mockReturnValue(true);
});
afterEach(() => cloudFormation.reset());

function deployed(outputs: Record<string, string>) {
  const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
  cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [{ StackName: 'laurel-demo', CreationTime: new Date(0), StackStatus: 'CREATE_COMPLETE', Outputs }],
  });
  return findStack('demo');
}

test('the deployed program may be written by', async () => {
  const { version } = (await deployed({})).rules.program;
  holdToDeployedProgram(await deployed({ ProgramVersion: version }), true);
  expect(stderr).not.toHaveBeenCalled();
});

test('a write with another program is refused, and a dry run warns of the other program', async () => {
  const stack = await deployed({ ProgramVersion: 'another' });
  expect(() => holdToDeployedProgram(stack, true)).toThrow(OperatorError);
  expect(() => holdToDeployedProgram(stack, true)).toThrow(/^Nothing was written\..*runs another/);
  expect(stderr).not.toHaveBeenCalled();
  holdToDeployedProgram(stack, false);
  expect(stderr.mock.lastCall?.[0]).toMatch(/rules that are not in force.*runs another/);
});

describe('a stack that cannot be read', () => {
  const missing = Object.assign(new Error('Stack with id laurel-demo does not exist'), { name: 'ValidationError' });
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
  afterEach(() => vi.unstubAllEnvs());

  async function told(error: Error, endpoint: string | undefined): Promise<string> {
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    cloudFormation.on(DescribeStacksCommand).rejects(error);
    return findStack('demo').then(
      () => 'nothing',
      (failure: Error) => `${failure.name}: ${failure.message}`,
    );
  }

  test('because nothing listens: the message says how to start the local cloud, and names no profile', async () => {
    const text = await told(refused, 'http://127.0.0.1:9');
    expect(text).toMatch(
      /^OperatorError: The stack laurel-demo .*cannot be read\.\nNothing listens at http:\/\/127\.0\.0\.1:9,.*npm start/,
    );
    expect(text).not.toContain('AWS_PROFILE');
  });

  test('because the local cloud has none: the message says how to deploy it there', async () => {
    expect(await told(missing, 'http://127.0.0.1:9')).toBe(
      'OperatorError: The local cloud at http://127.0.0.1:9 has no stack laurel-demo. Deploy it there: npm start',
    );
  });

  test('because the account has none: the message names the account, and how to deploy or choose another', async () => {
    const text = await told(missing, undefined);
    expect(text).toMatch(
      /There is no stack laurel-demo in region eu-west-1 of the account that the AWS credentials belong to\./,
    );
    expect(text).toContain('npx cdk deploy -c brand=demo');
    expect(text).toContain('AWS_PROFILE');
    // The demo's account does not exist on AWS.
    expect(text).toMatch(/000000000000 is the local cloud's.*npm start.*AWS_ENDPOINT_URL/);
  });

  test('for an unknown reason: the message is AWS’s own', async () => {
    const odd = Object.assign(new Error('Something odd'), { name: 'OddException' });
    expect(await told(odd, 'http://127.0.0.1:9')).toMatch(/cannot be read\.\nOddException: Something odd$/);
  });
});

test.each([true, false])(
  'a stack that does not say its program has to be deployed anew (writing: %s)',
  async (write) => {
    const stack = await deployed({});
    expect(() => holdToDeployedProgram(stack, write)).toThrow(/no output ProgramVersion. Deploy it again/);
  },
);
