import { randomUUID } from 'node:crypto';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';
import type { BusEvent } from '../../core/ports.ts';
import { EventBridgeBus } from '../../functions/adapters/event-bridge-bus.ts';
import { codeOf, readDocument, sectionsOf } from '../docs/read-document.ts';
import { localAws, newInbox } from './setup/local-aws.ts';

const page = readDocument('docs/events.md');
const sectionOf = (level: number, title: string) => sectionsOf(page, level).find((section) => section.title === title)!;

/** The examples in docs/events.md, in the form in which the code publishes events. */
const examples = sectionsOf(page, 3).flatMap((section) => {
  const [example] = codeOf(section, 'json');
  return example === undefined ? [] : [{ type: section.title as BusEvent['type'], detail: JSON.parse(example) }];
});

test('a rule with the pattern from docs/events.md receives the documented events in the documented envelope', async () => {
  const client = new EventBridgeClient(localAws());
  const bus = `bus-${randomUUID()}`;
  await client.send(new CreateEventBusCommand({ Name: bus }));
  const inbox = await newInbox();
  const rule = { EventBusName: bus, Rule: 'of-the-page' };
  const [EventPattern] = codeOf(sectionOf(2, 'Subscribe'), 'json');
  await client.send(new PutRuleCommand({ EventBusName: bus, Name: rule.Rule, EventPattern }));
  await client.send(new PutTargetsCommand({ ...rule, Targets: [{ Id: 'inbox', Arn: inbox.arn }] }));

  const upgrade = examples.find(({ type }) => type === 'tier.upgraded')!;
  const platinum = { id: 'platinum', name: 'Platinum', rank: 3 };
  const toPlatinum = { ...upgrade, detail: { ...upgrade.detail, to: platinum } };
  const port = new EventBridgeBus(bus, client);
  for (const event of [...examples, toPlatinum]) await port.publish({ ...event, occurredAt: Date.now() });

  const matching = [...examples.filter(({ type }) => type === 'tier.renewed'), toPlatinum];
  const envelopes = (await inbox.take(matching.length)).map((message) => JSON.parse(message));
  expect(envelopes.map(({ 'detail-type': type, detail }) => ({ type, detail }))).toEqual(matching);
  const documented = JSON.parse(codeOf(sectionOf(2, 'The envelope'), 'json')[0]!);
  for (const envelope of envelopes) expect(Object.keys(envelope).sort()).toEqual(Object.keys(documented).sort());
});
