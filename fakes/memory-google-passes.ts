import type { GooglePass, GooglePasses } from '../core/ports.ts';
import type { Instant } from '../core/time.ts';
import { withNotice } from '../core/wallet/google-message.ts';

export class MemoryGooglePasses implements GooglePasses {
  readonly #passes = new Map<string, GooglePass>();

  async load(memberId: string): Promise<GooglePass | undefined> {
    const pass = this.#passes.get(memberId);
    return pass && structuredClone(pass);
  }

  async move(
    memberId: string,
    from: GooglePass['state'] | undefined,
    to: GooglePass['state'],
  ): Promise<'moved' | 'conflict'> {
    const pass = this.#passes.get(memberId);
    if (pass?.state !== from) return 'conflict';
    this.#passes.set(memberId, { notices: pass?.notices ?? [], state: to });
    return 'moved';
  }

  async takeNotice(memberId: string, sequence: number, now: Instant): Promise<boolean> {
    const pass = this.#passes.get(memberId);
    if (!pass) throw new Error(`Member ${memberId} has no Google pass.`);
    const notices = withNotice(pass.notices, sequence, now);
    if (notices) this.#passes.set(memberId, { ...pass, notices });
    return notices !== undefined;
  }
}
