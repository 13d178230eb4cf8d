import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { BusEvent, EventBus } from '../../core/ports.ts';

export class EventBridgeBus implements EventBus {
  readonly #client: EventBridgeClient;
  readonly #bus: string;

  constructor(bus: string, client: EventBridgeClient = new EventBridgeClient()) {
    this.#client = client;
    this.#bus = bus;
  }

  async publish(event: BusEvent): Promise<void> {
    const { FailedEntryCount, Entries, $metadata } = await this.#client.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: this.#bus,
            Source: 'laurel',
            DetailType: event.type,
            Time: new Date(event.occurredAt),
            Detail: JSON.stringify(event.detail),
          },
        ],
      }),
    );
    // The call succeeds even if the bus refuses the event.
    if (FailedEntryCount) {
      const [entry] = Entries ?? [];
      const said = `${entry?.ErrorCode} ${entry?.ErrorMessage}`;
      // `$metadata` marks it as an SDK error, which callers treat as temporary.
      throw Object.assign(new Error(`The bus refused ${event.type}: ${said}`), { $metadata });
    }
  }
}
