import { styleText } from 'node:util';
import { currencyDigits, formatAmount } from '../core/money.ts';
import type { Brand } from '../core/program/brand.ts';
import type { DemoOutcome } from './demo.ts';
import type { LocalCloud } from './local-cloud.ts';
import type { LocalCloudAddress } from './observations.ts';

/** A member and a brand's settings, for which commands are made. */
interface Subject {
  memberId: string;
  brand: Pick<Brand, 'brand' | 'program'>;
  now: Date;
}

export interface CommandToTry {
  why: string;
  command: string;
}

/** Commands that work as they stand when they are pasted into a shell. */
export function commandsToTry({ url, keys }: LocalCloudAddress, { memberId, brand, now }: Subject): CommandToTry[] {
  const { currency, tiers } = brand.program;
  const member = `${url}/v1/members/${memberId}`;
  const curl = (path: string, key: string, body?: object) =>
    [
      `curl -s -w '\\n' ${member}${path} -H 'authorization: Bearer ${key}'`,
      ...(body ? [`-H 'content-type: application/json' -d '${JSON.stringify(body)}'`] : []),
    ].join(' ');
  const order = {
    id: 'order-4',
    type: 'purchase',
    amount: amountIn(currency),
    currency,
    occurredAt: now.toISOString(),
  };
  const tier = tiers.at(-1)!;
  const action = {
    id: 'action-2',
    action: 'upgrade',
    strategy: { type: 'specific', tier: tier.id },
    expiry: { type: 'duration', amount: 90, unit: 'days' },
  };
  return [
    {
      why: `an order for ${order.amount} ${currency} (run it twice: it counts once)`,
      command: curl('/transactions', keys.intake, order),
    },
    ...(tiers.length > 1
      ? [
          {
            why: `${tier.name} for 90 days, by staff (run it twice: the answer stays the same)`,
            command: curl('/tier-actions', keys.admin, action),
          },
        ]
      : []),
    { why: 'the member: tier, points, and the way to the next tier', command: curl('', keys.read) },
    { why: 'why the member has this tier', command: curl('/explanation', keys.read) },
  ];
}

/** What stays on the screen while the stack is up. */
export function tryItYourself({ address, brand }: LocalCloud, { memberId, phone }: DemoOutcome, keep: boolean): string {
  const commands = commandsToTry(address, { memberId, brand, now: new Date() }).flatMap(({ why, command }) => [
    `  ${styleText('dim', `# ${why}`)}`,
    `  ${command}`,
    '',
  ]);
  const afterwards = keep
    ? `The data is kept in .local/kept/${brand.brand} for the next start with --keep; Ctrl-C ends it.`
    : 'Everything is made up and forgotten at the end; Ctrl-C ends it.';
  return [
    `  ${styleText('bold', 'It stays up.')} ${afterwards}`,
    '',
    ...(phone === undefined
      ? []
      : [`  phone    ${styleText('cyan', phone.url)}  shows Ada’s pass, and changes as she buys`]),
    `  URL      ${styleText('cyan', address.url)}`,
    ...Object.entries(address.keys).map(
      ([role, key], index) => `  ${index === 0 ? 'keys' : '    '}     ${role.padEnd(7)} ${key}`,
    ),
    '',
    ...commands,
    `  ${styleText('dim', "# operators' commands work here too")}`,
    `  ${operatorsEnvironment(address)} npm run rebuild -- --brand ${brand.brand} --all`,
    '',
  ].join('\n');
}

/** What operators' commands need in order to find the local cloud. */
function operatorsEnvironment({ client }: LocalCloudAddress): string {
  const { accessKeyId, secretAccessKey } = client.credentials;
  return `AWS_ENDPOINT_URL=${client.endpoint} AWS_DEFAULT_REGION=${client.region} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`;
}

/** 25 units of a currency, with as many digits as it has. */
function amountIn(currency: string): string {
  return formatAmount(25 * 10 ** currencyDigits(currency), currency);
}
