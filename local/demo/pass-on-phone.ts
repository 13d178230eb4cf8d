import { randomBytes } from 'node:crypto';
import type { ReceivedPush } from '../apns-stand-in.ts';
import type { LocalCloudAddress } from '../observations.ts';
import { type ArrivedPush, Phone } from '../phone/phone.ts';
import { openPkpass } from '../phone/pkpass.ts';
import { inSeconds } from '../progress.ts';
import { waitFor } from '../wait-for.ts';
import { UnexpectedAnswer } from './calls.ts';
import type { Customer } from './customer.ts';
import { fact, heading, quote, whileSpinning } from './screen.ts';
import type { Stage } from './stage.ts';

const PREFERRED_PORT = 8788;
const PUSHED_WITHIN_MS = 60_000;

/** What a pass tells the phone that holds it. */
interface PassAccess {
  serialNumber: string;
  passTypeIdentifier: string;
  authenticationToken: string;
}

/** A member's phone, which holds the pass, is registered for it, and shows it on a page. */
export class PassOnPhone {
  readonly #phone: Phone;
  readonly #arrived: ArrivedPush[] = [];
  readonly #signal: AbortSignal;
  #shown = 0;

  private constructor(phone: Phone, signal: AbortSignal) {
    this.#phone = phone;
    this.#signal = signal;
  }

  /** The member adds the pass, and the phone registers for changes. */
  static async add(
    member: Customer,
    { cloud, signal }: Stage,
    onPush: (listener: (push: ReceivedPush) => void) => void,
  ): Promise<PassOnPhone> {
    heading(`${member.name} adds her pass to her phone`);
    const file = await bytesOf(cloud, `${member.path}/pass`, `Bearer ${cloud.keys.read}`);
    const access = openPkpass(file).pass as unknown as PassAccess;
    fact('pass', `${Math.round(file.length / 1024)} KB, signed, for Apple Wallet`);
    const { serialNumber, passTypeIdentifier, authenticationToken } = access;
    const asPhone = `ApplePass ${authenticationToken}`;
    const pushToken = randomBytes(32).toString('hex');
    const service = '/v1/wallet/apple/v1';
    await register(
      cloud,
      `${service}/devices/${randomBytes(16).toString('hex')}/registrations/${passTypeIdentifier}/${serialNumber}`,
      asPhone,
      pushToken,
    );
    const fetchPass = () => bytesOf(cloud, `${service}/passes/${passTypeIdentifier}/${serialNumber}`, asPhone);
    const phone = await Phone.start({ fetchPass, preferredPort: PREFERRED_PORT });
    const pass = new PassOnPhone(phone, signal);
    onPush((push) => {
      if (push.pushToken === pushToken) void phone.pushArrived().then((arrived) => pass.#arrived.push(arrived));
    });
    fact('phone', `${phone.url}  shows it, front and back`);
    return pass;
  }

  get url(): string {
    return this.#phone.url;
  }

  /** Waits for the next push, and shows its effect on the phone. */
  async showPush(): Promise<void> {
    const startedAt = Date.now();
    const place = this.#shown++;
    const { told, outcome } = await whileSpinning('waiting for the push', () =>
      waitFor('the push to the phone', async () => this.#arrived[place], {
        withinMs: PUSHED_WITHIN_MS,
        signal: this.#signal,
      }),
    );
    const seen = outcome === 'changed' ? 'the pass on the phone is the new one' : `the pass is ${outcome}`;
    fact('push', seen, `${inSeconds(Date.now() - startedAt)} later`);
    quote(...told);
  }

  stop(): Promise<void> {
    return this.#phone.stop();
  }
}

async function bytesOf({ url }: LocalCloudAddress, path: string, authorization: string): Promise<Uint8Array> {
  const answer = await fetch(`${url}${path}`, { headers: { authorization } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (answer.status === 200) return bytes;
  const said = Buffer.from(bytes).toString('utf8').slice(0, 500);
  throw new UnexpectedAnswer(`GET ${path} should have answered 200, and answered ${answer.status}: ${said}`);
}

async function register(
  { url }: LocalCloudAddress,
  path: string,
  authorization: string,
  pushToken: string,
): Promise<void> {
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify({ pushToken }) });
  if (answer.status === 201) return;
  throw new UnexpectedAnswer(`POST ${path} should have answered 201, and answered ${answer.status}.`);
}
