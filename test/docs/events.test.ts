import { describe, expect, test } from 'vitest';
import { CHANGE_CAUSES } from '../../core/member/change-cause.ts';
import type { BusEvent } from '../../core/ports.ts';
import {
  ANNIVERSARY_SHOP,
  CALENDAR_SHOP,
  liveInAnniversaryShop,
  liveInCalendarShop,
} from '../support/eventful-years.ts';
import { makeWorld } from '../support/world.ts';
import { codeOf, type Documented, documentedIn, quotedIn, readDocument, sectionsOf, tableOf } from './read-document.ts';

/** Does not compile if the code has a type that is missing here. The page must then describe that type too. */
const EVERY_TYPE = Object.keys({
  'tier.upgraded': true,
  'tier.downgraded': true,
  'tier.renewed': true,
  'tier.expiring': true,
  'recalculation.completed': true,
  'audit.completed': true,
} satisfies Record<BusEvent['type'], true>);

const page = readDocument('docs/events.md');
const sections = sectionsOf(page, 3).filter(({ title }) => /^[a-z]+\.[a-z]+$/.test(title));

type Detail = Record<string, unknown>;

/** The detail that a subscriber receives: JSON drops undefined fields. */
const sent = (detail: Detail): Detail => JSON.parse(JSON.stringify(detail));

async function eventsOfTwoYears(): Promise<Map<string, Detail[]>> {
  const calendar = makeWorld(CALENDAR_SHOP);
  await liveInCalendarShop(calendar, calendar.ports.members);
  const anniversary = makeWorld(ANNIVERSARY_SHOP);
  await liveInAnniversaryShop(anniversary);
  const details = new Map<string, Detail[]>();
  for (const { type, detail } of [...calendar.ports.bus.events, ...anniversary.ports.bus.events]) {
    details.set(type, [...(details.get(type) ?? []), sent(detail)]);
  }
  return details;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const isMap = (value: unknown): value is Detail => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCounts = (value: unknown) => isMap(value) && Object.values(value).every(Number.isInteger);

/** Checks a value against a type name of the page. */
const IS: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  instant: (value) => INSTANT.test(String(value)),
  'instant or null': (value) => value === null || INSTANT.test(String(value)),
  tier: (value) => isMap(value) && Object.keys(value).sort().join() === 'id,name,rank' && Number.isInteger(value.rank),
  counts: isCounts,
  'map of counts': (value) => isMap(value) && Object.values(value).every(isCounts),
};

/** Returns a sentence for each field that differs from its documentation. */
function differences(detail: Detail, fields: readonly Documented[]): string[] {
  const undocumented = Object.keys(detail).filter((name) => !fields.some((field) => field.name === name));
  const wrong = fields.filter(({ name, type, isAlways }) => (name in detail ? !IS[type]!(detail[name]) : isAlways));
  return [
    ...undocumented.map((name) => `${name} is not documented`),
    ...wrong.map(({ name, type }) => `${name} is not the documented ${type}: ${JSON.stringify(detail[name])}`),
  ];
}

/** Returns how often each field was present. */
function presenceIn(details: readonly Detail[], fields: readonly Documented[]): [name: string, presence: string][] {
  return fields.map(({ name }) => {
    const count = details.filter((detail) => name in detail).length;
    return [name, count === details.length ? 'always' : count === 0 ? 'never' : 'at times'];
  });
}

test('docs/events.md has a section for exactly the event types that the code can publish', () => {
  expect(sections.map(({ title }) => title).sort()).toEqual([...EVERY_TYPE].sort());
});

test('docs/events.md names every cause of a change', () => {
  const upgraded = sections.find(({ title }) => title === 'tier.upgraded')!;
  const [, , , meaning] = tableOf(upgraded, 'Field').find(([name]) => name === '`cause`')!;
  expect(quotedIn(meaning!).sort()).toEqual([...CHANGE_CAUSES].sort());
});

describe('in two years of two shops', async () => {
  const published = await eventsOfTwoYears();

  test('every event type was published', () => {
    expect([...published.keys()].sort()).toEqual([...EVERY_TYPE].sort());
  });

  test.each(sections.map((section) => [section.title, section] as const))(
    '%s has the documented fields, of the documented types, and no others',
    (type, section) => {
      const details = published.get(type)!;
      const fields = documentedIn(section, 'Field');
      expect(details.flatMap((detail) => differences(detail, fields))).toEqual([]);
      expect(presenceIn(details, fields)).toEqual(
        fields.map(({ name, isAlways }) => [name, isAlways ? 'always' : 'at times']),
      );
    },
  );

  test.each(sections.map((section) => [section.title, section] as const))(
    'the example of %s was published',
    (type, section) => {
      const example = JSON.parse(codeOf(section, 'json')[0]!);
      // The version changes with each edit of the shops' rules.
      const anyVersion = 'programVersion' in example && { programVersion: expect.any(String) };
      expect(published.get(type)).toContainEqual({ ...example, ...anyVersion });
    },
  );
});

test('the comparison reports an extra field, a missing field and a field of another type', () => {
  const fields: Documented[] = [
    { name: 'sequence', type: 'integer', isAlways: true },
    { name: 'promotion', type: 'string', isAlways: false },
  ];
  expect(differences({ sequence: 1 }, fields)).toEqual([]);
  expect(differences({ sequence: 1, more: 1 }, fields)).toEqual(['more is not documented']);
  expect(differences({ promotion: 'x' }, fields)).toEqual(['sequence is not the documented integer: undefined']);
  expect(differences({ sequence: 1, promotion: 2 }, fields)).toEqual(['promotion is not the documented string: 2']);
});
