import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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
  const { version } = (await deployed({})).program;
  holdToDeployedProgram(await deployed({ ProgramVersion: version }), true);
  expect(stderr).not.toHaveBeenCalled();
});

test('by another program nothing is written, and a dry run says that it is judged by another', async () => {
  const stack = await deployed({ ProgramVersion: 'another' });
  expect(() => holdToDeployedProgram(stack, true)).toThrow(OperatorError);
  expect(() => holdToDeployedProgram(stack, true)).toThrow(/^Nothing was written\..*runs another/);
  expect(stderr).not.toHaveBeenCalled();
  holdToDeployedProgram(stack, false);
  expect(stderr.mock.lastCall?.[0]).toMatch(/rules that are not in force.*runs another/);
});

test.each([true, false])(
  'a stack that does not say its program has to be deployed anew (writing: %s)',
  async (write) => {
    const stack = await deployed({});
    expect(() => holdToDeployedProgram(stack, write)).toThrow(/no output ProgramVersion. Deploy it anew/);
  },
);
