import { CALLS } from '../../functions/serve-wallet/make-handler.ts';
import { type ReadPass, readPass } from './read-pass.ts';
import type { Response, World } from './world.ts';

interface Held extends ReadPass {
  lastModified: string;
}

/** The fields of a pass that Wallet compares, by their keys. */
function fieldsOf({ pass }: ReadPass): Map<string, { value: unknown; changeMessage?: string }> {
  const fields = Object.values<{ key: string; value: unknown }[]>(pass.storeCard).flat();
  return new Map(fields.map((field) => [field.key, field]));
}

/**
 * A phone with Wallet on it, as Apple documents what it does: it registers the passes that its owner adds, asks what is new when it is
 * pushed, fetches that, and shows a field's text of change where the field is another than before.
 */
export class Phone {
  readonly pushToken: string;
  /** The messages to the phone's owner, in order. */
  readonly told: string[] = [];
  /** Statuses of its calls. */
  readonly statuses: number[] = [];
  readonly #world: World;
  readonly #deviceId: string;
  readonly #passes = new Map<string, Held>();
  #lastUpdated: string | undefined;

  constructor(world: World, deviceId: string, pushToken = Buffer.from(deviceId).toString('hex').padStart(64, '0')) {
    this.#world = world;
    this.#deviceId = deviceId;
    this.pushToken = pushToken;
  }

  /** The owner adds the pass from a mail's button, or from the shop's app. */
  async add({ body, headers }: Response): Promise<number> {
    const held: Held = { ...readPass(body), lastModified: headers['last-modified']! };
    this.#passes.set(held.pass.serialNumber, held);
    const { status } = await this.#call('register', held, { body: { pushToken: this.pushToken } });
    return status;
  }

  /** The owner removes a pass. */
  async remove(serialNumber: string): Promise<number> {
    const held = this.#held(serialNumber);
    this.#passes.delete(serialNumber);
    return (await this.#call('unregister', held)).status;
  }

  /** A push arrived, or the owner pulled the pass down. @returns the serial numbers of the fetched passes */
  async update(): Promise<string[]> {
    const query: Record<string, string> =
      this.#lastUpdated === undefined ? {} : { passesUpdatedSince: this.#lastUpdated };
    const list = await this.#world.call(CALLS.list, { key: '', params: this.#params(), query });
    this.statuses.push(list.status);
    if (list.status === 204) return [];
    this.#lastUpdated = list.body.lastUpdated;
    const serialNumbers: string[] = list.body.serialNumbers;
    for (const serialNumber of serialNumbers) await this.fetch(serialNumber);
    return serialNumbers;
  }

  async fetch(serialNumber: string): Promise<number> {
    const held = this.#held(serialNumber);
    const answer = await this.#call('read', held, { headers: { 'If-Modified-Since': held.lastModified } });
    if (answer.status !== 200) return answer.status;
    const fresh: Held = { ...readPass(answer.body), lastModified: answer.headers['last-modified']! };
    const before = fieldsOf(held);
    for (const [key, { value, changeMessage }] of fieldsOf(fresh)) {
      if (changeMessage !== undefined && before.get(key)?.value !== value) {
        this.told.push(changeMessage.replace('%@', String(value)));
      }
    }
    this.#passes.set(serialNumber, fresh);
    return 200;
  }

  /** The value of a field on the front, by its key. */
  shows(serialNumber: string): Record<string, unknown> {
    return Object.fromEntries([...fieldsOf(this.#held(serialNumber))].map(([key, { value }]) => [key, value]));
  }

  pass(serialNumber: string): ReadPass {
    return this.#held(serialNumber);
  }

  #held(serialNumber: string): Held {
    const held = this.#passes.get(serialNumber);
    if (!held) throw new Error(`The phone ${this.#deviceId} holds no pass ${serialNumber}.`);
    return held;
  }

  #params(): Record<string, string> {
    return { deviceId: this.#deviceId, passTypeId: this.#world.apple.apple.passTypeId };
  }

  async #call(
    call: keyof typeof CALLS,
    { pass }: Held,
    request: { body?: unknown; headers?: Record<string, string> } = {},
  ) {
    const answer = await this.#world.call(CALLS[call], {
      key: `ApplePass ${pass.authenticationToken}`,
      params: { ...this.#params(), serialNumber: pass.serialNumber },
      ...request,
    });
    this.statuses.push(answer.status);
    return answer;
  }
}

/** Delivers the sent pushes to every phone, as Apple would. */
export async function deliverPushes(world: World, phones: readonly Phone[]): Promise<void> {
  for (const token of world.ports.push.sent.splice(0)) {
    for (const phone of phones.filter(({ pushToken }) => pushToken === token)) await phone.update();
  }
}
