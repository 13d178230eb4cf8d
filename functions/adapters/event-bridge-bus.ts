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
    const { FailedEntryCount, Entries } = await this.#client.send(
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
    // The call succeeds even where the event did not.
    if (FailedEntryCount) {
      const [entry] = Entries ?? [];
      throw new Error(`The bus refused ${event.type}: ${entry?.ErrorCode} ${entry?.ErrorMessage}`);
    }
  }
}
