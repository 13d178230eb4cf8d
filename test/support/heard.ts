import type { World } from './world.ts';

/** All that left the product: for the brand's systems, and for the member by each channel. */
export function heard({ ports }: World) {
  return {
    events: ports.bus.events.map(({ type }) => type),
    mails: ports.mailer.sent.map(({ subject }) => subject),
    texts: ports.texter.sent.map(({ text }) => text),
  };
}

export const NOTHING = { events: [], mails: [], texts: [] };

/** Whatever left so far is no part of what a test looks at. */
export function forget({ ports }: World) {
  for (const list of [ports.bus.events, ports.mailer.sent, ports.texter.sent]) list.splice(0);
}
