import { styleText } from 'node:util';
import type { LocalCloudAddress } from './observations.ts';

/** Four commands that work as they stand when they are pasted into a shell. */
export function commandsToTry(
  { url, keys }: LocalCloudAddress,
  memberId: string,
  now: Date,
): { why: string; command: string }[] {
  const member = `${url}/v1/members/${memberId}`;
  const order = { id: 'order-4', type: 'purchase', amount: '25.00', currency: 'EUR', occurredAt: now.toISOString() };
  const action = {
    id: 'action-2',
    action: 'upgrade',
    strategy: { type: 'specific', tier: 'gold' },
    expiry: { type: 'duration', amount: 90, unit: 'days' },
  };
  return [
    {
      why: 'another order, for 25.00 EUR (run it twice: it counts once)',
      command: `curl -s -w '\\n' ${member}/transactions -H 'authorization: Bearer ${keys.intake}' -H 'content-type: application/json' -d '${JSON.stringify(order)}'`,
    },
    {
      why: 'Gold for 90 days, by staff (run it twice: the answer stays the same)',
      command: `curl -s -w '\\n' ${member}/tier-actions -H 'authorization: Bearer ${keys.admin}' -H 'content-type: application/json' -d '${JSON.stringify(action)}'`,
    },
    {
      why: 'the member: tier, points, and how far it is to the next tier',
      command: `curl -s -w '\\n' ${member} -H 'authorization: Bearer ${keys.read}'`,
    },
    {
      why: 'why the member has this tier',
      command: `curl -s -w '\\n' ${member}/explanation -H 'authorization: Bearer ${keys.read}'`,
    },
  ];
}

export function tryItYourself(cloud: LocalCloudAddress, memberId: string, phoneUrl?: string): string {
  const commands = commandsToTry(cloud, memberId, new Date()).flatMap(({ why, command }) => [
    `  ${styleText('dim', `# ${why}`)}`,
    `  ${command}`,
    '',
  ]);
  return [
    `  ${styleText('bold', 'It stays up.')} Everything is made up and forgotten at the end; Ctrl-C ends it.`,
    '',
    ...(phoneUrl === undefined
      ? []
      : [`  phone    ${styleText('cyan', phoneUrl)}  shows Ada’s pass, and changes as she buys`]),
    `  URL      ${styleText('cyan', cloud.url)}`,
    ...Object.entries(cloud.keys).map(
      ([role, key], index) => `  ${index === 0 ? 'keys' : '    '}     ${role.padEnd(7)} ${key}`,
    ),
    '',
    ...commands,
    `  ${styleText('dim', "# operators' commands work here too")}`,
    `  ${operatorsEnvironment(cloud)} npm run rebuild -- --brand demo --all`,
    '',
  ].join('\n');
}

/** What operators' commands need in order to find the local cloud. */
function operatorsEnvironment({ client }: LocalCloudAddress): string {
  const { accessKeyId, secretAccessKey } = client.credentials;
  return `AWS_ENDPOINT_URL=${client.endpoint} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`;
}
