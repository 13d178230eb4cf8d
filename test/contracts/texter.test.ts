import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import type { Texter } from '../../core/ports.ts';
import { RecordingTexter } from '../../fakes/recording-world.ts';
import { SnsTexter } from '../../functions/adapters/sns-texter.ts';
import { textMessagesTo } from '../../local/observations.ts';
import { fakeAndReal } from './setup/fake-and-real.ts';
import { localAws } from './setup/local-aws.ts';

/** Text messages with an unknown outcome are tested in `unreliable-providers.test.ts`. */

interface ReadTexter {
  port: Texter;
  /** The text messages to a number, the oldest first. */
  textsTo(phone: string): Promise<string[]>;
}

function inMemory(): ReadTexter {
  const port = new RecordingTexter();
  return {
    port,
    textsTo: async (phone) => port.sent.filter(({ to }) => to === phone).map(({ text }) => text),
  };
}

/** The local AWS keeps every text message instead of sending it. */
function inSns(): ReadTexter {
  return {
    port: new SnsTexter('AURORA', new SNSClient({ ...localAws(), maxAttempts: 1 })),
    textsTo: async (phone) => (await textMessagesTo(phone, { client: localAws() })).map(({ text }) => text),
  };
}

const texters = fakeAndReal<Texter, ReadTexter>(['in memory', inMemory()], ['of SNS', inSns()]);

let last = 600_000_000;
const aNumber = () => `+34${++last}`;

describe.each(texters)('a texter %s', (_, { port, textsTo }) => {
  test.each([
    ['plain words', 'You are Silver.'],
    ['letters of many languages', '¡Hola Zoë! ☕️ קפה'],
    ['quotes', `"it's" \\ \${x} <b>`],
  ])('sends %s to the right number', async (_, text) => {
    const [to, other] = [aNumber(), aNumber()];
    await port.send({ to, text });
    expect(await textsTo(to)).toEqual([text]);
    expect(await textsTo(other)).toEqual([]);
  });

  test('sends one message per call; the delivery log prevents duplicates', async () => {
    const to = aNumber();
    await port.send({ to, text: 'one' });
    await port.send({ to, text: 'one' });
    expect(await textsTo(to)).toEqual(['one', 'one']);
  });
});
