import type { Fault } from '../../../fakes/unreliable.ts';

/** The parts of the SDK's requests and answers that this file uses. */
interface WireRequest {
  headers: Record<string, string>;
  body?: unknown;
}
interface WireAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: unknown;
}
interface Sent {
  request: WireRequest;
}
interface Received {
  response: WireAnswer;
}

/** The part of an SDK client that this file uses. The middleware is between the client's retries and the wire. */
interface SdkClient {
  // biome-ignore lint/suspicious/noExplicitAny: every client's middleware has types of its own
  middlewareStack: { add(middleware: (next: any) => any, options: any): void };
}

const WRITES = /\.(?:PutItem|UpdateItem|DeleteItem|TransactWriteItems)$/;

/**
 * Makes the calls of a client meet a fault as AWS produces it: in HTTP answers. The client reacts as it does to AWS,
 * for example with a retry.
 * @returns a function that sets the current fault; undefined for none
 */
export function unreliableWire(client: SdkClient): (fault: Fault | undefined) => void {
  let on: Fault | undefined;
  let writes = 0;

  const send = async (next: (sent: Sent) => Promise<Received>, sent: Sent): Promise<Received> => {
    const target = sent.request.headers['x-amz-target'] ?? '';
    const isRead = target.startsWith('DynamoDB_') && !WRITES.test(target);
    const refusal = sent.request.headers['content-type']?.includes('form-urlencoded') ? inXml : inJson;
    switch (on) {
      case 'throttled':
        return { response: refusal(400, THROTTLED) };
      case 'server error':
        return { response: refusal(500, BROKEN) };
      case 'no answer':
        throw timeout();
      default:
        if (on === undefined || isRead) return next(sent);
    }
    const isFirst = ++writes === 1;
    switch (on) {
      case 'conflict': {
        if (!isFirst) return next(sent);
        if (!target.endsWith('.TransactWriteItems')) {
          return { response: refusal(400, 'TransactionConflictException') };
        }
        const CancellationReasons = transactionReasons(sent.request);
        return { response: refusal(400, 'TransactionCanceledException', { CancellationReasons }) };
      }
      case 'server error, done':
        if (isFirst) await next(sent);
        return { response: refusal(500, BROKEN) };
      case 'no answer, done':
        if (isFirst) await next(sent);
        throw timeout();
      case 'repeated': {
        const received = await next(sent);
        if (isFirst) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        return received;
      }
    }
  };
  client.middlewareStack.add((next) => (sent: Sent) => send(next, sent), {
    step: 'deserialize',
    priority: 'low',
    name: 'unreliableWire',
  });

  return (fault) => {
    on = fault;
    writes = 0;
  };
}

/** The timeout error of the SDK's HTTP handler: https://github.com/smithy-lang/smithy-typescript/tree/main/packages/node-http-handler */
function timeout(): Error {
  return Object.assign(new Error('a request has exceeded the configured time'), {
    name: 'TimeoutError',
    code: 'ETIMEDOUT',
  });
}

const THROTTLED = 'ThrottlingException';
const BROKEN = 'InternalServerError';

/** An error in the format of most services. */
function inJson(statusCode: number, name: string, more: object = {}): WireAnswer {
  const body = JSON.stringify({ __type: `com.amazonaws#${name}`, message: 'said by AWS', ...more });
  return {
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': name },
    body: bytesOf(body),
  };
}

/** An error in the format of the oldest services. */
function inXml(statusCode: number, name: string): WireAnswer {
  const error = `<Error><Type>Sender</Type><Code>${name}</Code><Message>said by AWS</Message></Error>`;
  const body = `<ErrorResponse>${error}<RequestId>1</RequestId></ErrorResponse>`;
  return { statusCode, headers: { 'content-type': 'text/xml' }, body: bytesOf(body) };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** One reason for each item of the transaction: the first item has the conflict. */
function transactionReasons({ body }: WireRequest): { Code: string }[] {
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
  const { TransactItems } = JSON.parse(text) as { TransactItems: unknown[] };
  return TransactItems.map((_, place) => ({ Code: place === 0 ? 'TransactionConflict' : 'None' }));
}
