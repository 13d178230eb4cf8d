/** Compares docs/data-model.md with the deployed stack: tables, indexes, streams, and the functions that read and write. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TRANSACTION_TYPES } from '../../core/ledger/transaction.ts';
import { functionsOf, nameOf, type Properties, resourcesOf, synthesized } from '../lib/synthesized.ts';
import { dataModel, KINDS, type TableName } from './data-model.ts';
import { quotedIn, ROOT, type Section, sectionsOf, tableOf } from './read-document.ts';

const { template } = synthesized();
const functions = functionsOf(template);
const TABLES: Record<TableName, string> = { Points: 'PointsLedgerTable', Members: 'MembersTable' };
const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`);
const READS = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'ConditionCheckItem'].map((action) => `dynamodb:${action}`);

const sectionOf = (title: string): Section => sectionsOf(dataModel, 3).find((section) => section.title === title)!;
const listOf = <T>(value: T | T[]): T[] => [value].flat() as T[];
const byName = (a: string[], b: string[]) => a.join().localeCompare(b.join());

/** The actions that a function may take on a table, its stream or an index of it. */
function allowed(folder: string, resource: string): string[] {
  const role = functions[folder]!.Role['Fn::GetAtt'][0];
  const policies = Object.values(resourcesOf(template, 'AWS::IAM::Policy'));
  return policies
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Properties[])
    .filter(({ Resource = [] }) => listOf(Resource).some((each) => nameOf(each) === resource))
    .flatMap(({ Action }) => listOf(Action as string | string[]));
}

const foldersWith = (actions: readonly string[], resource: string) =>
  Object.keys(functions).filter((folder) => allowed(folder, resource).some((action) => actions.includes(action)));

const isCommand = (name: string) => name.startsWith('npm run ');

function namedIn(part: 'writers' | 'readers', table: TableName): string[] {
  const names = KINDS.filter((kind) => kind.table === table).flatMap((kind) => kind[part]);
  return [...new Set(names.filter((name) => !isCommand(name)))].sort();
}

test('the overview lists the items of the sections', () => {
  const atAGlance = tableOf(sectionOf('Items at a glance'), 'Item').map(([item = '', table, pk = '', sk = '']) => {
    const [, title, anchor] = /^\[(.+)\]\(#(.+)\)$/.exec(item)!;
    expect(anchor).toBe(title!.toLowerCase().replaceAll(' ', '-'));
    return [title, table, ...quotedIn(pk), ...quotedIn(sk)];
  });
  expect(atAGlance).toEqual(KINDS.map(({ title, table, pk, sk }) => [title, table, pk, sk]));
});

test('the tables have no time to live, and have the documented keys', () => {
  const tables = Object.entries(resourcesOf(template, 'AWS::DynamoDB::GlobalTable'));
  expect(tables.map(([id]) => nameOf({ Ref: id })).sort()).toEqual(Object.values(TABLES).sort());
  for (const [, { Properties }] of tables) {
    expect(Object.keys(Properties)).not.toContain('TimeToLiveSpecification');
    expect(Properties.KeySchema.map(({ AttributeName }: Properties) => AttributeName)).toEqual(['pk', 'sk']);
  }
});

test('the indexes have the documented keys and readers', () => {
  const tables = Object.values(resourcesOf(template, 'AWS::DynamoDB::GlobalTable'));
  const indexes = tables.flatMap(({ Properties }) => Properties.GlobalSecondaryIndexes ?? []);
  const deployed = indexes.map(({ IndexName, KeySchema }: Properties) => [
    IndexName,
    ...KeySchema.map(({ AttributeName }: Properties) => AttributeName),
    ...foldersWith(READS, `${TABLES.Members}/index/${IndexName}`),
  ]);
  const documented = tableOf(sectionOf('Indexes'), 'Index').map(([name = '', keys = '', , readers = '']) => [
    ...[...quotedIn(name), ...quotedIn(keys)],
    ...quotedIn(readers).filter((reader) => !isCommand(reader)),
  ]);
  expect(documented.sort(byName)).toEqual(deployed.sort(byName));
});

test('the streams have the documented readers and item filters', () => {
  const sources = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'));
  const ofStreams = sources.filter(({ Properties }) => nameOf(Properties.EventSourceArn).endsWith('.stream'));
  const deployed = ofStreams.map(({ Properties }) => {
    const reader = Object.entries(resourcesOf(template, 'AWS::Lambda::Function')).find(
      ([id]) => id === Properties.FunctionName.Ref,
    )![1];
    const [{ Pattern }] = Properties.FilterCriteria.Filters;
    const { eventName, dynamodb } = JSON.parse(Pattern);
    expect(eventName).toEqual(['INSERT']);
    const table = nameOf(Properties.EventSourceArn).replace('.stream', '');
    return [
      Object.keys(TABLES).find((name) => TABLES[name as TableName] === table),
      reader.Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME,
      ...dynamodb.Keys.sk.S.map(({ prefix }: { prefix: string }) => prefix),
    ];
  });
  const documented = tableOf(sectionOf('Streams'), 'Stream of').map(([table = '', reader = '', prefixes = '']) => [
    ...[table, ...quotedIn(reader), ...quotedIn(prefixes)],
  ]);
  expect(documented.sort(byName)).toEqual(deployed.sort(byName));
});

describe.each(Object.entries(TABLES) as [TableName, string][])('in the table %s', (table, resource) => {
  test('the documented writers are exactly the functions that may write', () => {
    expect(namedIn('writers', table)).toEqual(foldersWith(WRITES, resource).sort());
  });

  test('the documented readers are exactly the functions that may read', () => {
    const may = [...foldersWith(READS, resource), ...foldersWith(['dynamodb:GetRecords'], `${resource}.stream`)];
    expect(namedIn('readers', table)).toEqual([...new Set(may)].sort());
  });
});

test('the page lists every type of transaction', () => {
  const [, , , meaning] = tableOf(sectionOf('Ledger entry'), 'Attribute').find(([name]) => name === '`type`')!;
  expect(quotedIn(meaning!)).toEqual([...TRANSACTION_TYPES]);
});

test('every command that the page names exists', () => {
  const { scripts } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'));
  const commands = KINDS.flatMap(({ writers, readers }) => [...writers, ...readers]).filter(isCommand);
  expect(commands.filter((command) => scripts[command.slice('npm run '.length)] === undefined)).toEqual([]);
  expect(commands.length).toBeGreaterThan(5);
});
