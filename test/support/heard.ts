import type { World } from './world.ts';

/** Everything that the product sent: to the brand's systems, and to the member by each channel. */
export function heard({ ports }: World) {
  return {
    events: ports.bus.events.map(({ type }) => type),
    mails: ports.mailer.sent.map(({ subject }) => subject),
    texts: ports.texter.sent.map(({ text }) => text),
  };
}

export const NOTHING = { events: [], mails: [], texts: [] };

/** Forgets everything sent so far. */
export function forget({ ports }: World) {
  for (const list of [ports.bus.events, ports.mailer.sent, ports.texter.sent]) list.splice(0);
}
