import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PassTokens } from '../../core/ports.ts';
import type { Instant } from '../../core/time.ts';

/** Each token covers its kind, so that a token of one kind is not valid as the other. */
type Kind = 'pass' | 'link';

/**
 * Tokens derived from one secret, which stays the same as long as the brand's passes exist. Nothing is stored for a
 * member. One token reveals no other.
 */
export class HmacPassTokens implements PassTokens {
  readonly #secret: () => Promise<string>;
  readonly #passTypeId: string;

  constructor(secret: () => Promise<string>, passTypeId: string) {
    this.#secret = secret;
    this.#passTypeId = passTypeId;
  }

  async tokenOf(serialNumber: string): Promise<string> {
    return (await this.#mac('pass', this.#passTypeId, serialNumber)).toString('base64url');
  }

  async fits(serialNumber: string, token: string): Promise<boolean> {
    const expected = Buffer.from(await this.tokenOf(serialNumber));
    const given = Buffer.from(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  async linkTo(memberId: string, expiresAt: Instant): Promise<string> {
    const mac = await this.#mac('link', memberId, String(expiresAt));
    const said = Buffer.from(`${memberId} ${expiresAt}`, 'utf8').toString('base64url');
    return `${said}.${mac.toString('base64url')}`;
  }

  async readLink(token: string): Promise<{ memberId: string; expiresAt: Instant } | undefined> {
    const [said = '', mac = ''] = token.split('.');
    const [memberId = '', expiresAt = ''] = Buffer.from(said, 'base64url').toString('utf8').split(' ');
    const expected = await this.#mac('link', memberId, expiresAt);
    const given = Buffer.from(mac, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return { memberId, expiresAt: Number(expiresAt) };
  }

  /** The line break separates the parts safely: pass types and member ids contain none. */
  async #mac(kind: Kind, ...parts: string[]): Promise<Buffer> {
    return createHmac('sha256', await this.#secret())
      .update([kind, ...parts].join('\n'))
      .digest();
  }
}
