import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, test } from 'vitest';
import { OutcomeUnknown } from '../../../core/failures.ts';
import { EventBridgeBus } from '../../../functions/adapters/event-bridge-bus.ts';
import { once } from '../../../functions/adapters/once.ts';
import { SecretDocument } from '../../../functions/adapters/secret-document.ts';
import { SesMailer } from '../../../functions/adapters/ses-mailer.ts';
import { SnsAnnouncements } from '../../../functions/adapters/sns-announcements.ts';
import { SnsTexter } from '../../../functions/adapters/sns-texter.ts';
import { SqsParking } from '../../../functions/adapters/sqs-parking.ts';

const ses = mockClient(SESClient);
const sns = mockClient(SNSClient);
const sqs = mockClient(SQSClient);
const eventBridge = mockClient(EventBridgeClient);
const secretsManager = mockClient(SecretsManagerClient);

afterEach(() => {
  for (const client of [ses, sns, sqs, eventBridge, secretsManager]) client.reset();
});

const region = 'eu-west-1';
const EMAIL = { to: 'ana@mail.example', subject: '¡Hola!', text: 'text', html: '<p>html</p>' };

const failure = (name: string, more: Record<string, unknown> = {}) =>
  Object.assign(new Error(`${name} for ana@mail.example`), { name }, more);
const answered = (name: string, httpStatusCode: number) => failure(name, { $metadata: { httpStatusCode } });

const CERTAIN: [string, Error][] = [
  ['the provider refused the address', answered('MessageRejected', 400)],
  ['the provider throttled', answered('Throttling', 400)],
  ['there was no permission', answered('AccessDenied', 403)],
  ['nobody listened', failure('Error', { code: 'ECONNREFUSED' })],
  ['the host has no address', failure('Error', { code: 'ENOTFOUND' })],
  ['there are no credentials', failure('CredentialsProviderError')],
];
const UNSURE: [string, unknown][] = [
  ['the provider broke', answered('InternalFailure', 500)],
  ['the provider was away', answered('ServiceUnavailable', 503)],
  ['the connection broke', failure('Error', { code: 'ECONNRESET' })],
  ['no answer came in time', failure('TimeoutError')],
  ['something else failed', failure('TypeError')],
  ['what was thrown is no error', 'boom'],
];

describe('what must not happen twice', () => {
  test('gives what it gave', async () => {
    expect(await once(async () => 7)).toBe(7);
  });

  test.each(CERTAIN)('certainly did not happen where %s', async (_, error) => {
    const thrown = await once(async () => Promise.reject(error)).catch((caught: unknown) => caught);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).not.toBeInstanceOf(OutcomeUnknown);
  });

  test.each(UNSURE)('may have happened where %s', async (_, error) => {
    await expect(once(async () => Promise.reject(error))).rejects.toBeInstanceOf(OutcomeUnknown);
  });

  test.each([...CERTAIN, ...UNSURE])(
    'tells of it by name, without the address that providers quote: %s',
    async (_, error) => {
      const thrown = (await once(async () => Promise.reject(error)).catch((caught: unknown) => caught)) as Error;
      expect(JSON.stringify([thrown.message, thrown.stack, thrown.cause])).not.toContain('ana@');
      if (error instanceof Error) expect(thrown.message).toContain(error.name);
    },
  );
});

describe('mail through SES', () => {
  test('is sent in UTF-8, as text and HTML, to one address', async () => {
    await new SesMailer('Aurora Coffee <hello@shop.example>').send(EMAIL);
    expect(ses.commandCalls(SendEmailCommand).map((call) => call.args[0].input)).toEqual([
      {
        Source: 'Aurora Coffee <hello@shop.example>',
        Destination: { ToAddresses: ['ana@mail.example'] },
        Message: {
          Subject: { Data: '¡Hola!', Charset: 'UTF-8' },
          Body: { Text: { Data: 'text', Charset: 'UTF-8' }, Html: { Data: '<p>html</p>', Charset: 'UTF-8' } },
        },
      },
    ]);
  });

  test.each([
    ['hello@shop.example', 'hello@shop.example'],
    ['Café <hello@shop.example>', '=?UTF-8?B?Q2Fmw6k=?= <hello@shop.example>'],
    ['Acme, Inc. <hello@shop.example>', '"Acme, Inc." <hello@shop.example>'],
    [
      `${'é'.repeat(30)} <hello@shop.example>`,
      `=?UTF-8?B?${Buffer.from('é'.repeat(22)).toString('base64')}?= =?UTF-8?B?${Buffer.from('é'.repeat(8)).toString('base64')}?= <hello@shop.example>`,
    ],
  ])('from %s has the header %s', async (from, header) => {
    await new SesMailer(from).send(EMAIL);
    expect(ses.commandCalls(SendEmailCommand)[0]!.args[0].input.Source).toBe(header);
  });

  test('is asked for once: the client does not repeat what may have left', async () => {
    ses.on(SendEmailCommand).rejects(answered('ServiceUnavailable', 503));
    const mailer = new SesMailer('hello@shop.example');
    await expect(mailer.send(EMAIL)).rejects.toBeInstanceOf(OutcomeUnknown);
    expect(ses.commandCalls(SendEmailCommand)).toHaveLength(1);
    const [call] = ses.commandCalls(SendEmailCommand);
    expect(await (call!.thisValue as SESClient).config.maxAttempts()).toBe(1);
  });

  test('that was refused was certainly not sent', async () => {
    ses.on(SendEmailCommand).rejects(answered('MessageRejected', 400));
    await expect(new SesMailer('hello@shop.example').send(EMAIL)).rejects.not.toBeInstanceOf(OutcomeUnknown);
  });
});

describe('text messages through SNS', () => {
  test('go to the number, as transactional, with the brand’s sender id where it has one', async () => {
    await new SnsTexter('AURORA').send({ to: '+34600000001', text: 'Hola' });
    await new SnsTexter(undefined).send({ to: '+34600000001', text: 'Hola' });
    const [named, nameless] = sns.commandCalls(PublishCommand).map((call) => call.args[0].input);
    expect(named).toEqual({
      PhoneNumber: '+34600000001',
      Message: 'Hola',
      MessageAttributes: {
        'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
        'AWS.SNS.SMS.SenderID': { DataType: 'String', StringValue: 'AURORA' },
      },
    });
    expect(nameless!.MessageAttributes).not.toHaveProperty(['AWS.SNS.SMS.SenderID']);
  });

  test('are asked for once as well', async () => {
    sns.on(PublishCommand).rejects(failure('TimeoutError'));
    await expect(new SnsTexter('AURORA').send({ to: '+34600000001', text: 'Hola' })).rejects.toBeInstanceOf(
      OutcomeUnknown,
    );
    const [call] = sns.commandCalls(PublishCommand);
    expect(await (call!.thisValue as SNSClient).config.maxAttempts()).toBe(1);
  });
});

describe('announcements', () => {
  test('say for which channels they are, so that each queue takes only its own', async () => {
    const change = { memberId: 'm-1', sequence: 1 } as never;
    const announcements = new SnsAnnouncements('arn:topic', new SNSClient({ region }));
    await announcements.publish(change, ['email', 'sms']);
    await announcements.publish(change, []);
    expect(sns.commandCalls(PublishCommand).map((call) => call.args[0].input)).toEqual([
      {
        TopicArn: 'arn:topic',
        Message: '{"memberId":"m-1","sequence":1}',
        MessageAttributes: { channels: { DataType: 'String.Array', StringValue: '["email","sms"]' } },
      },
      {
        TopicArn: 'arn:topic',
        Message: '{"memberId":"m-1","sequence":1}',
        MessageAttributes: { channels: { DataType: 'String.Array', StringValue: '[]' } },
      },
    ]);
  });

  const event = {
    type: 'tier.upgraded' as const,
    occurredAt: Date.parse('2026-05-02T10:00:00Z'),
    detail: { memberId: 'm-1' },
  };

  test('on the bus come from laurel, with their type and their moment', async () => {
    eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
    await new EventBridgeBus('bus', new EventBridgeClient({ region })).publish(event);
    expect(eventBridge.commandCalls(PutEventsCommand)[0]!.args[0].input).toEqual({
      Entries: [
        {
          EventBusName: 'bus',
          Source: 'laurel',
          DetailType: 'tier.upgraded',
          Time: new Date('2026-05-02T10:00:00Z'),
          Detail: '{"memberId":"m-1"}',
        },
      ],
    });
  });

  test('that the bus did not take have failed, though the call did not', async () => {
    eventBridge
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow' }] });
    await expect(new EventBridgeBus('bus', new EventBridgeClient({ region })).publish(event)).rejects.toThrow(
      'ThrottlingException',
    );
  });
});

test('what is parked names the record and why', async () => {
  const record = { kind: 'transaction' as const, memberId: 'm-1', key: 'TX#api#1', reason: 'Error: poison' };
  await new SqsParking('https://queue', new SQSClient({ region })).park(record);
  const [call] = sqs.commandCalls(SendMessageCommand);
  expect(call!.args[0].input.QueueUrl).toBe('https://queue');
  expect(JSON.parse(call!.args[0].input.MessageBody!)).toEqual(record);
});

describe('a secret’s document', () => {
  const secret = () =>
    new SecretDocument('secret', (document) => document as { version: number }, new SecretsManagerClient({ region }));
  const holding = (text: string | undefined) =>
    secretsManager.on(GetSecretValueCommand).resolves(text === undefined ? {} : { SecretString: text });
  const reads = () => secretsManager.commandCalls(GetSecretValueCommand).length;
  const START = 1_000_000;

  test('is read once and kept for a minute, and then read again', async () => {
    holding('{"version":1}');
    const document = secret();
    expect(await document.read(START)).toEqual({ version: 1 });
    holding('{"version":2}');
    expect(await document.read(START + 60_000)).toEqual({ version: 1 });
    expect(reads()).toBe(1);
    expect(await document.read(START + 60_001)).toEqual({ version: 2 });
    expect(reads()).toBe(2);
  });

  test('is read again at once by who needs it fresher, and not twice for the same freshness', async () => {
    holding('{"version":1}');
    const document = secret();
    await document.read(START);
    holding('{"version":2}');
    expect(await document.read(START + 4000, START - 1000)).toEqual({ version: 1 });
    expect(await document.read(START + 6000, START + 1000)).toEqual({ version: 2 });
    expect(await document.read(START + 7000, START + 2000)).toEqual({ version: 2 });
    expect(reads()).toBe(2);
  });

  test('that cannot be read, or is no JSON, fails; the next call tries again', async () => {
    const document = secret();
    secretsManager.on(GetSecretValueCommand).rejectsOnce(new Error('away'));
    await expect(document.read(START)).rejects.toThrow('away');
    holding('not json');
    await expect(document.read(START)).rejects.toThrow();
    holding('{"version":3}');
    expect(await document.read(START)).toEqual({ version: 3 });
  });

  test('without a text is nothing, for its parser to refuse', async () => {
    holding(undefined);
    expect(await secret().read(START)).toBeNull();
  });
});
