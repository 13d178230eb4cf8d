import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Brand } from '../../core/program/brand.ts';
import { type Rules, rulesOf } from '../../core/use-cases/rules.ts';
import { explainAwsFailure, LOCAL_ACCOUNT, localEndpoint } from './aws-failure.ts';
import { readBrandFile } from './brand-file.ts';
import { OperatorError } from './operator-error.ts';

/** A brand and its deployed stack. */
export interface DeployedStack {
  brand: Brand;
  rules: Rules;
  region: string;
  /** The value of one of the stack's outputs. */
  output(id: string): string;
}

/** Finds a brand's stack with the operator's credentials. */
export async function findStack(brandName: string): Promise<DeployedStack> {
  const brand = readBrandFile(brandName, '--brand <name>').settings;
  const stackName = `laurel-${brandName}`;
  const outputs = await readOutputs(stackName, brand);
  return {
    brand,
    rules: rulesOf(brand),
    region: brand.region,
    output(id) {
      const value = outputs.get(id);
      if (value === undefined) {
        throw new OperatorError(
          `The stack ${stackName} has no output ${id}. Deploy it again: npx cdk deploy -c brand=${brandName}`,
        );
      }
      return value;
    },
  };
}

/**
 * Compares the local program with the deployed one. By another program the command would write tiers that the next transaction
 * moves back.
 * @throws OperatorError where a write would use another program than the deployed one; a dry run only warns
 */
export function holdToDeployedProgram(stack: Pick<DeployedStack, 'brand' | 'rules' | 'output'>, write: boolean): void {
  const deployed = stack.output('ProgramVersion');
  if (deployed === stack.rules.program.version) return;
  const name = stack.brand.brand;
  const difference =
    `brands/${name}.json has the program ${stack.rules.program.version}, and the stack laurel-${name} runs ${deployed}. ` +
    'Use the file that was deployed, or deploy this one.';
  if (write) throw new OperatorError(`Nothing was written. ${difference}`);
  process.stderr.write(`What follows is judged by rules that are not in force. ${difference}\n`);
}

async function readOutputs(stackName: string, brand: Brand): Promise<Map<string, string>> {
  // The local cloud takes any key, and a profile of AWS would win over the printed one.
  if (localEndpoint()) delete process.env.AWS_PROFILE;
  try {
    const client = new CloudFormationClient({ region: brand.region });
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return new Map(Stacks?.[0]?.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  } catch (error) {
    const { name, message } = error as Error;
    if (/does not exist/.test(message)) throw new OperatorError(withoutStack(stackName, brand));
    const why = explainAwsFailure(error) ?? `${name}: ${message}`;
    const where = `account ${brand.account}, region ${brand.region}`;
    throw new OperatorError([`The stack ${stackName} (${where}) cannot be read.`, why, ...hintOf(brand)].join('\n'));
  }
}

function withoutStack(stackName: string, brand: Brand): string {
  const local = localEndpoint();
  if (local) return `The local cloud at ${local} has no stack ${stackName}. Deploy it there: ${startOf(brand)}`;
  return [
    `There is no stack ${stackName} in region ${brand.region} of the account that the AWS credentials belong to.`,
    `The brand's file names the account ${brand.account}. If the credentials are of that account, deploy the stack: npx cdk deploy -c ` +
      `brand=${brand.brand}. If not, set AWS_PROFILE.`,
    ...hintOf(brand),
  ].join('\n');
}

/** The demo runs on the local cloud alone, so a call to AWS means that the operator forgot the endpoint. */
function hintOf(brand: Brand): string[] {
  if (brand.account !== LOCAL_ACCOUNT || process.env.AWS_ENDPOINT_URL !== undefined) return [];
  return [
    `The account ${LOCAL_ACCOUNT} is the local cloud's. Start that with ${startOf(brand)} and set the variables that it prints, ` +
      'AWS_ENDPOINT_URL among them.',
  ];
}

function startOf({ brand }: Brand): string {
  return brand === 'demo' ? 'npm start' : `npm start -- --brand ${brand}`;
}
