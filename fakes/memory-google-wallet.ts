import type { GoogleWallet } from '../core/ports.ts';
import type { Instant } from '../core/time.ts';
import type { GoogleLoyaltyClass } from '../core/wallet/google-class.ts';
import { type GoogleMessage, keptMessages } from '../core/wallet/google-message.ts';
import type { ClosedGoogleObject, GoogleLoyaltyObject } from '../core/wallet/google-object.ts';
import { googleSaveUrl } from '../core/wallet/google-save-link.ts';

/** A pass as Google holds it, with the messages to its owner. */
type HeldPass = { [Part in keyof GoogleLoyaltyObject]: GoogleLoyaltyObject[Part] | null } & {
  messages?: GoogleMessage[];
};

/** Google Wallet in memory: keeps the passes and the messages to their owners. */
export class MemoryGoogleWallet implements GoogleWallet {
  readonly classes = new Map<string, GoogleLoyaltyClass>();
  readonly objects = new Map<string, HeldPass>();
  readonly told: { objectId: string; message: GoogleMessage }[] = [];
  /** How often an object was written. */
  writes = 0;

  async upsertClass(loyaltyClass: GoogleLoyaltyClass): Promise<void> {
    this.classes.set(loyaltyClass.id, structuredClone(loyaltyClass));
  }

  async upsertObject(object: GoogleLoyaltyObject): Promise<void> {
    if (!this.classes.has(object.classId)) throw new Error(`Google has no class ${object.classId}.`);
    this.objects.set(object.id, { ...this.objects.get(object.id), ...structuredClone(object) });
    this.writes++;
  }

  async closeObject(closed: ClosedGoogleObject): Promise<void> {
    const object = this.objects.get(closed.id);
    if (object) this.objects.set(closed.id, { ...object, ...structuredClone(closed) });
  }

  async addMessage(objectId: string, message: GoogleMessage): Promise<'told' | 'tooOften'> {
    const object = this.objects.get(objectId);
    if (!object) throw new Error(`Google has no object ${objectId}.`);
    const messages = [...(object.messages ?? []), structuredClone(message)];
    this.objects.set(objectId, { ...object, messages: keptMessages(messages) ?? messages });
    this.told.push(structuredClone({ objectId, message }));
    return 'told';
  }

  async saveUrl(object: { id: string; classId: string }, now: Instant): Promise<string> {
    return googleSaveUrl(`${object.id}-signed-at-${now}`);
  }
}
