import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type Announcing, announcingOf } from '../../core/member/settle.ts';
import type { Brand } from '../../core/program/brand.ts';
import { compileProgram, type Program } from '../../core/program/program.ts';
import { readBrandFile } from './brand-file.ts';
import { OperatorError } from './operator-error.ts';

/** A brand, and where its stack keeps things. */
export interface DeployedStack {
  brand: Brand;
  program: Program;
  announcing: Announcing;
  region: string;
  /** The value of one of the stack's outputs. */
  output(id: string): string;
}

/** Finds a brand's stack with the credentials of whoever asks. */
export async function findStack(brandName: string): Promise<DeployedStack> {
  const brand = readBrandFile(brandName, '--brand <name>').settings;
  const stackName = `laurel-${brandName}`;
  const outputs = await readOutputs(stackName, brand);
  return {
    brand,
    program: compileProgram(brand),
    announcing: announcingOf(brand.notifications),
    region: brand.region,
    output(id) {
      const value = outputs.get(id);
      if (value === undefined) {
        throw new OperatorError(
          `The stack ${stackName} has no output ${id}. Deploy it anew: npx cdk deploy -c brand=${brandName}`,
        );
      }
      return value;
    },
  };
}

/**
 * What an operator's command judges by must be what the functions judge by, or it would write tiers that the next transaction
 * moves back.
 * @throws OperatorError where it would write by another program than the deployed one; a dry run is only warned
 */
export function holdToDeployedProgram(
  stack: Pick<DeployedStack, 'brand' | 'program' | 'output'>,
  write: boolean,
): void {
  const deployed = stack.output('ProgramVersion');
  if (deployed === stack.program.version) return;
  const name = stack.brand.brand;
  const difference =
    `brands/${name}.json says program ${stack.program.version}, and the stack laurel-${name} runs ${deployed}: ` +
    'take the file that was deployed, or deploy this one.';
  if (write) throw new OperatorError(`Nothing was written. ${difference}`);
  process.stderr.write(`What follows is judged by rules that are not in force. ${difference}\n`);
}

async function readOutputs(stackName: string, brand: Brand): Promise<Map<string, string>> {
  const where = `account ${brand.account}, region ${brand.region}`;
  try {
    const client = new CloudFormationClient({ region: brand.region });
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return new Map(Stacks?.[0]?.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  } catch (error) {
    const { name, message } = error as Error;
    if (/does not exist/.test(message)) {
      throw new OperatorError(`There is no stack ${stackName} where your credentials lead (it belongs to ${where}).`);
    }
    throw new OperatorError(
      `The stack ${stackName} (${where}) cannot be asked: ${name}: ${message}\nSet credentials for that account, such as AWS_PROFILE.`,
    );
  }
}
