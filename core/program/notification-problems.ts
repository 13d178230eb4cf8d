/** What a brand's file says of messages that nobody could ever get, or that could not be filled in. */
import * as z from 'zod';
import { VARIABLES, variablesIn } from '../notifications/message.ts';
import type { Channel } from './brand.ts';
import { CHANNELS, readable, textSchema } from './brand-schema.ts';
import { listAt, oneOf, type Problem, recordAt, show, valueAt } from './problem.ts';
import { didYouMean } from './spelling.ts';

export interface Channels {
  on: Channel[];
  /** Set up, with `enabled: false`. */
  off: Channel[];
}

/** @returns undefined where the file's channels cannot be read */
export function channelsOf(json: unknown): Channels | undefined {
  const settings = valueAt(json, ['notifications']);
  if (settings === null || typeof settings !== 'object') return undefined;
  const configured = recordAt(json, 'notifications');
  const isOff = (channel: Channel) => valueAt(configured[channel], ['enabled']) === false;
  const there = CHANNELS.filter((channel) => configured[channel] !== undefined);
  return { on: there.filter((channel) => !isOff(channel)), off: there.filter(isOff) };
}

/** What to do about a channel that is not on. */
export function howToSwitchOn(channel: Channel, { off }: Channels): string {
  const place = `notifications.${channel}`;
  return off.includes(channel) ? `Set ${place}.enabled to true` : `Add ${place}`;
}

/** @param tiers the ids of those that can be read */
export function notificationProblems(json: unknown, tiers: string[]): Problem[] {
  const texts = listAt(json, 'notifications', 'texts');
  return [
    ...texts.flatMap((text, place) => wordProblems(text, `notifications.texts[${place}]`, tiers)),
    ...choiceProblems(texts),
    ...channelProblems(json, texts, channelsOf(json)),
  ];
}

const wordOf = (text: unknown, part: string) => readable(z.string(), valueAt(text, [part]));

function wordProblems(text: unknown, at: string, tiers: string[]): Problem[] {
  const unknown = ['subject', 'text'].flatMap((part) =>
    variablesIn(wordOf(text, part) ?? '')
      .filter((name) => !(VARIABLES as readonly string[]).includes(name))
      .map((name) => ({
        place: `${at}.${part}`,
        given: `{{${name}}}`,
        allowed: oneOf([...VARIABLES]),
        remedy: `${didYouMean(name, VARIABLES)}Correct the variable, or remove it.`,
      })),
  );
  const tier = wordOf(text, 'tier');
  if (tier === undefined || tiers.length === 0 || tiers.includes(tier)) return unknown;
  return [
    ...unknown,
    {
      place: `${at}.tier`,
      given: show(tier),
      allowed: oneOf(tiers),
      remedy: `${didYouMean(tier, tiers)}Name a tier of program.tiers.`,
    },
  ];
}

const CHOSEN_BY = ['cause', 'direction', 'tier', 'locale'] as const;

/** Texts that could never be chosen. */
function choiceProblems(texts: unknown[]): Problem[] {
  const first = new Map<string, number>();
  return texts.flatMap((text, place) => {
    const given = Object.fromEntries(CHOSEN_BY.map((part) => [part, valueAt(text, [part])]));
    if (!CHOSEN_BY.every((part) => textSchema.shape[part].safeParse(given[part]).success)) return [];
    const at = `notifications.texts[${place}]`;
    const problems: Problem[] = [];
    if ((given.cause === 'renewal' || given.cause === 'reminder') && given.direction !== undefined) {
      problems.push({
        place: `${at}.direction`,
        given: show(given.direction),
        allowed: `no direction beside the cause "${given.cause}": the tier stays as it is`,
        remedy: 'Leave the direction out.',
      });
    }
    const occasion = JSON.stringify(given);
    const same = first.get(occasion);
    if (same === undefined) first.set(occasion, place);
    else {
      problems.push({
        place: at,
        given: occasion === '{}' ? 'a second text for every occasion' : `a second text for ${occasion}`,
        allowed: `one text for each cause, direction, tier and locale: notifications.texts[${same}] has the same ones`,
        remedy: 'Take one of the two out, or let them differ in one of these.',
      });
    }
    return problems;
  });
}

/** Words for channels that are not on. */
function channelProblems(json: unknown, texts: unknown[], channels: Channels | undefined): Problem[] {
  if (channels === undefined) return [];
  const problems: Problem[] = [];
  const nobody = 'as no channel is on, and no member gets a message';
  const switchOne = `Switch a channel on: ${CHANNELS.map((channel) => `notifications.${channel}`).join(', ')}`;
  if (channels.on.length === 0) {
    if (valueAt(json, ['program', 'reminders', 'notify']) === true) {
      problems.push({
        place: 'program.reminders.notify',
        given: 'true',
        allowed: `false, ${nobody}`,
        remedy: `${switchOne}. Or leave "notify" out.`,
      });
    }
    if (texts.length > 0) {
      problems.push({
        place: 'notifications.texts',
        given: texts.length === 1 ? '1 text' : `${texts.length} texts`,
        allowed: `no texts, ${nobody}`,
        remedy: `${switchOne}. Or take the texts out.`,
      });
    }
  } else if (!channels.on.includes('email')) {
    texts.forEach((text, place) => {
      const subject = wordOf(text, 'subject');
      if (subject === undefined) return;
      problems.push({
        place: `notifications.texts[${place}].subject`,
        given: show(subject),
        allowed: 'no subject: only emails have one, and the channel email is not on',
        remedy: `${howToSwitchOn('email', channels)}, or take the subject out.`,
      });
    });
  }
  return problems;
}
