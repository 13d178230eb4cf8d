import type { TierChange, TierNotice } from '../core/member/tier-change.ts';
import type { Email } from '../core/notifications/email.ts';
import type { Announcements, BusEvent, EventBus, Mailer, PassRefreshes, Texter } from '../core/ports.ts';
import type { Channel } from '../core/program/brand.ts';
import { frozen } from './frozen.ts';

/** The bus, the topic, the queue of passes and the message providers: each records its input. */

export class RecordingBus implements EventBus {
  readonly events: BusEvent[] = [];

  async publish(event: BusEvent): Promise<void> {
    this.events.push(frozen(event));
  }
}

export class RecordingAnnouncements implements Announcements {
  readonly published: { change: TierChange | TierNotice; channels: Channel[] }[] = [];

  async publish(change: TierChange | TierNotice, channels: Channel[]): Promise<void> {
    this.published.push(frozen({ change, channels }));
  }
}

export class RecordingMailer implements Mailer {
  readonly sent: Email[] = [];

  async send(email: Email): Promise<void> {
    this.sent.push({ ...email });
  }
}

export class RecordingTexter implements Texter {
  readonly sent: { to: string; text: string }[] = [];

  async send(message: { to: string; text: string }): Promise<void> {
    this.sent.push({ ...message });
  }
}

export class RecordingPassRefreshes implements PassRefreshes {
  /** The members whose passes are to be refreshed. */
  readonly asked: string[] = [];

  async ask(memberId: string): Promise<void> {
    this.asked.push(memberId);
  }
}
