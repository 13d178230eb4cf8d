import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Runs } from '../../core/ports.ts';
import {
  NO_COUNTS,
  type Run,
  type RunAmendment,
  type RunCounts,
  type RunOutcome,
  type RunPage,
} from '../../core/runs/run.ts';
import type { Instant } from '../../core/time.ts';
import { longNames, renamed } from './short-names.ts';

const RUN = 'RUN';
const PAGE_PREFIX = 'PAGE#';
const ATTEMPTS = 5;

/** The runs, in the members table: one item for each run with its counts so far, and one for each page of the run. */
export class DynamoRuns implements Runs {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async create(run: Run): ReturnType<Runs['create']> {
    const { runId, counts, ...rest } = run;
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...keyOf(runId, RUN), ...rest, ...flattened(counts) },
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { status: 'created' };
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
      const { Item } = error as Error & { Item?: Parameters<typeof unmarshall>[0] };
      if (!Item) throw new Error('The condition failed, and the item it failed on was not returned.', { cause: error });
      return { status: 'exists', run: runOf(runId, unmarshall(Item)) };
    }
  }

  async load(runId: string): Promise<Run | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keyOf(runId, RUN), ConsistentRead: true }),
    );
    return Item && runOf(runId, Item);
  }

  async recordPage(runId: string, page: RunPage, counts: RunCounts): Promise<RunPage> {
    // An update expression must not be empty, so `processed` is added even if it is 0.
    const added = Object.entries(flattened(counts)).filter(([name, count]) => count > 0 || name === 'processed');
    const write = new TransactWriteCommand({
      TransactItems: [
        {
          Put: {
            TableName: this.#table,
            Item: itemOfPage(runId, page),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        {
          Update: {
            TableName: this.#table,
            Key: keyOf(runId, RUN),
            UpdateExpression: `ADD ${added.map((_, place) => `#${place} :${place}`).join(', ')}`,
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeNames: Object.fromEntries(added.map(([name], place) => [`#${place}`, name])),
            ExpressionAttributeValues: Object.fromEntries(added.map(([, count], place) => [`:${place}`, count])),
          },
        },
      ],
    });
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.send(write);
        return page;
      } catch (error) {
        const [ofPage, ofRun] = reasonsOf(error);
        if (ofPage === 'ConditionalCheckFailed') return (await this.page(runId, page.name))!;
        if (ofRun === 'ConditionalCheckFailed') throw new Error(`There is no run ${runId}.`, { cause: error });
        // Two pages can add to the same counts at once; the one that loses retries.
        if (![ofPage, ofRun].includes('TransactionConflict') || attempt === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * 25 * Math.random()));
      }
    }
  }

  async page(runId: string, name: string): Promise<RunPage | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keyOf(runId, PAGE_PREFIX + name), ConsistentRead: true }),
    );
    return Item && pageOf(Item);
  }

  async finish(runId: string, now: Instant, facts: Parameters<Runs['finish']>[2] = {}): Promise<void> {
    const { aborted } = facts;
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: keyOf(runId, RUN),
          UpdateExpression: `SET finishedAt = :now${aborted === undefined ? '' : ', aborted = :aborted'}`,
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(finishedAt)',
          ExpressionAttributeValues: { ':now': now, ...(aborted !== undefined && { ':aborted': aborted }) },
        }),
      );
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
      if (!(await this.load(runId))) throw new Error(`There is no run ${runId}.`, { cause: error });
    }
  }

  async amend(runId: string, facts: RunAmendment): Promise<void> {
    const changes = Object.entries(facts);
    if (changes.length === 0) return;
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: keyOf(runId, RUN),
        UpdateExpression: `SET ${changes.map((_, place) => `#${place} = :${place}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: Object.fromEntries(changes.map(([name], place) => [`#${place}`, name])),
        ExpressionAttributeValues: Object.fromEntries(changes.map(([, value], place) => [`:${place}`, value])),
      }),
    );
  }

  async pages(runId: string, page: { limit: number; from: string }): Promise<RunPage[]> {
    // A query ends at 1 MB and a page of outcomes may be long, so this sends as many queries as needed.
    const queries = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: {
          ':pk': keyOf(runId, '').pk,
          ':first': PAGE_PREFIX + page.from,
          ':last': `${PAGE_PREFIX}\uffff`,
        },
        Limit: page.limit,
        ConsistentRead: true,
      },
    );
    const found: RunPage[] = [];
    for await (const { Items = [] } of queries) {
      found.push(...Items.map(pageOf));
      if (found.length >= page.limit) break;
    }
    return found.slice(0, page.limit);
  }
}

function itemOfPage(runId: string, { name, outcomes, next }: RunPage): Record<string, unknown> {
  return {
    ...keyOf(runId, PAGE_PREFIX + name),
    outcomes: outcomes.map((outcome) => renamed(outcome, SHORT_NAMES)),
    ...(next !== undefined && { next }),
  };
}

function pageOf({ sk, outcomes, next }: Record<string, unknown>): RunPage {
  return {
    name: String(sk).slice(PAGE_PREFIX.length),
    outcomes: (outcomes as object[]).map((outcome) => renamed(outcome, LONG_NAMES) as unknown as RunOutcome),
    ...(next !== undefined && { next: String(next) }),
  };
}

/** Short attribute names, because DynamoDB charges for names and a page holds hundreds of outcomes. */
const SHORT_NAMES: Readonly<Record<keyof RunOutcome, string>> = {
  memberId: 'm',
  outcome: 'o',
  why: 'w',
  from: 'f',
  to: 't',
  direction: 'd',
  cause: 'c',
  until: 'u',
  points: 'p',
  missing: 'n',
  missingFor: 'g',
  differences: 'x',
};
const LONG_NAMES = longNames(SHORT_NAMES);

/** This key cannot collide with a member's key: member ids contain no `#`. */
function keyOf(runId: string, sk: string): { pk: string; sk: string } {
  return { pk: `RUN#${runId}`, sk };
}

/** Stores each count as its own attribute, so that concurrent pages can add to it. Tier ids contain no `#`. */
function flattened({ outcomes, matrix, causes = {}, ...counts }: RunCounts): Record<string, number> {
  const flat: Record<string, number> = { ...counts };
  for (const [outcome, count] of Object.entries(outcomes)) flat[`outcome#${outcome}`] = count;
  for (const [cause, count] of Object.entries(causes)) flat[`cause#${cause}`] = count;
  for (const [from, row] of Object.entries(matrix)) {
    for (const [to, count] of Object.entries(row)) flat[`matrix#${from}#${to}`] = count;
  }
  return flat;
}

function runOf(runId: string, item: Record<string, unknown>): Run {
  const { pk: _, sk: __, ...attributes } = item;
  const rest: Record<string, unknown> = { runId };
  const counts: RunCounts = { ...NO_COUNTS, outcomes: {}, matrix: {} };
  for (const [name, value] of Object.entries(attributes)) {
    const [kind, first, second] = name.split('#');
    if (kind === 'outcome' && first !== undefined) counts.outcomes[first] = value as number;
    else if (kind === 'cause' && first !== undefined) {
      counts.causes = { ...counts.causes, [first]: value as number };
    } else if (kind === 'matrix' && first !== undefined && second !== undefined) {
      counts.matrix[first] = {
        ...(Object.hasOwn(counts.matrix, first) && counts.matrix[first]),
        [second]: value as number,
      };
    } else if (name in counts) (counts as unknown as Record<string, unknown>)[name] = value;
    else rest[name] = value;
  }
  return { ...rest, counts } as Run;
}

/** Why AWS canceled a transaction: one code for each of its items. */
function reasonsOf(error: unknown): (string | undefined)[] {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return [];
  const { CancellationReasons = [] } = error as Error & { CancellationReasons?: { Code?: string }[] };
  return CancellationReasons.map(({ Code }) => Code);
}
