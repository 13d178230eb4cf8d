import type { OrderFile } from '../core/ledger/order-file.ts';
import type { OrderFiles } from '../core/ports.ts';

export class MemoryOrderFiles implements OrderFiles {
  readonly #files = new Map<string, OrderFile>();

  async load(source: string, orderId: string): Promise<OrderFile | undefined> {
    const file = this.#files.get(`${source}#${orderId}`);
    return file && structuredClone(file);
  }

  async save(file: OrderFile, readVersion: number): Promise<'saved' | 'conflict'> {
    const key = `${file.source}#${file.orderId}`;
    if ((this.#files.get(key)?.version ?? 0) !== readVersion) return 'conflict';
    this.#files.set(key, structuredClone(file));
    return 'saved';
  }
}
