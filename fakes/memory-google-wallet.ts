import type { GoogleWallet } from '../core/ports.ts';
import type { Instant } from '../core/time.ts';
import type { GoogleLoyaltyClass } from '../core/wallet/google-class.ts';
import type { GoogleMessage } from '../core/wallet/google-message.ts';
import type { ClosedGoogleObject, GoogleLoyaltyObject } from '../core/wallet/google-object.ts';
import { googleSaveUrl } from '../core/wallet/google-save-link.ts';

/** Google Wallet in memory: it holds the passes, and remembers what their owners were told. */
export class MemoryGoogleWallet implements GoogleWallet {
  readonly classes = new Map<string, GoogleLoyaltyClass>();
  readonly objects = new Map<string, GoogleLoyaltyObject>();
  readonly told: { objectId: string; message: GoogleMessage }[] = [];
  /** How often an object was written. */
  writes = 0;

  async upsertClass(loyaltyClass: GoogleLoyaltyClass): Promise<void> {
    this.classes.set(loyaltyClass.id, structuredClone(loyaltyClass));
  }

  async upsertObject(object: GoogleLoyaltyObject): Promise<void> {
    if (!this.classes.has(object.classId)) throw new Error(`Google has no class ${object.classId}.`);
    this.objects.set(object.id, structuredClone(object));
    this.writes++;
  }

  async closeObject({ id, state, accountName }: ClosedGoogleObject): Promise<void> {
    const object = this.objects.get(id);
    if (object) this.objects.set(id, { ...object, state, accountName });
  }

  async addMessage(objectId: string, message: GoogleMessage): Promise<'told' | 'tooOften'> {
    if (!this.objects.has(objectId)) throw new Error(`Google has no object ${objectId}.`);
    this.told.push(structuredClone({ objectId, message }));
    return 'told';
  }

  async saveUrl(object: { id: string; classId: string }, now: Instant): Promise<string> {
    return googleSaveUrl(`${object.id}-signed-at-${now}`);
  }
}
