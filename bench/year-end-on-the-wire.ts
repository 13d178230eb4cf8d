import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { LedgerEntry } from '../core/ledger/transaction.ts';
import type { MemberRecords } from '../core/member/audit/audit-member.ts';
import type { Member } from '../core/member/member.ts';
import type { Ledger, MemberStore } from '../core/ports.ts';
import type { Program } from '../core/program/program.ts';
import { entryOf, itemOf } from '../functions/adapters/dynamo-ledger.ts';
import { itemOfMember, itemOfNews, memberOf, newsOf } from '../functions/adapters/dynamo-member-store.ts';
import { memberIdOf, numberOf, type Sample, YearEnd } from './year-end.ts';

type Item = Parameters<typeof unmarshall>[0];

/**
 * Members and ledgers of a year's end as DynamoDB sends them. Each is made when it is read and forgotten when it was written, so all memory
 * in use is the engine's. A reader decodes them like the adapter: `JSON.parse`, `unmarshall`, `memberOf`.
 */
export class YearEndOnTheWire
  extends YearEnd
  implements
    Pick<MemberStore, 'inSegment' | 'load' | 'save' | 'action' | 'actionsOf' | 'recordsOf'>,
    Pick<Ledger, 'entriesOf'>
{
  readonly #size: number;
  readonly #wrongOneOf: number;
  readonly #texts: Map<Sample, { member: string[]; entries: string[]; news: string[] }>;
  saved = 0;

  /** @param wrongOneOf one of so many members has a wrong balance in `recordsOf`; 0 for none */
  constructor(program: Program, size: number, downOfTen: number, wrongOneOf = 0) {
    super(program, downOfTen);
    this.#size = size;
    this.#wrongOneOf = wrongOneOf;
    const placeholder = memberIdOf(0);
    const text = (item: Record<string, unknown>) => JSON.stringify(marshall(item, { removeUndefinedValues: true }));
    this.#texts = new Map(
      this.samples.map((sample) => [
        sample,
        {
          member: text(itemOfMember(sample.member)).split(placeholder),
          news: sample.news
            .flatMap((change) => [',', text(itemOfNews(change))])
            .join('')
            .split(placeholder),
          entries: listOf(sample.entries.map((entry) => text(itemOf(entry)))).split(placeholder),
        },
      ]),
    );
  }

  async inSegment(_segment: unknown, { limit, after = '0' }: { limit: number; after?: string }) {
    const first = Number(after);
    const next = first + limit;
    return { members: this.page(first, limit), ...(next < this.#size && { next: String(next) }) };
  }

  /** The members from one number on. */
  page(first: number, limit: number): Member[] {
    const count = Math.min(limit, this.#size - first);
    const texts = Array.from({ length: count }, (_, place) => this.#memberText(first + place));
    return decoded(listOf(texts)).map(memberOf);
  }

  async load(memberId: string): Promise<Member> {
    const [item] = decoded(listOf([this.#memberText(numberOf(memberId))]));
    return memberOf(item!);
  }

  async recordsOf(memberId: string): Promise<MemberRecords> {
    const number = numberOf(memberId);
    const news = this.#textsOf(number).news.join(memberId);
    const [item, ...others] = decoded(listOf([this.#memberText(number) + news]));
    const member = memberOf(item!);
    if (this.#wrongOneOf > 0 && number % this.#wrongOneOf === 0) member.tally.balance += 1;
    return { member, actions: [], news: others.map(newsOf), staleIndexKeys: [] };
  }

  async entriesOf(memberId: string): Promise<LedgerEntry[]> {
    const { entries } = this.#textsOf(numberOf(memberId));
    return decoded(entries.join(memberId)).map(entryOf);
  }

  async actionsOf(): Promise<never[]> {
    return [];
  }

  async action(): Promise<undefined> {
    return undefined;
  }

  async save(member: Member, readVersion: number): Promise<'saved'> {
    if (member.version !== readVersion + 1) throw new Error(`${member.memberId} has the version ${member.version}.`);
    this.saved += 1;
    return 'saved';
  }

  #memberText(number: number): string {
    return this.#textsOf(number).member.join(memberIdOf(number));
  }

  #textsOf(number: number) {
    return this.#texts.get(this.sample(number))!;
  }
}

function listOf(texts: readonly string[]): string {
  return `{"Items":[${texts.join(',')}]}`;
}

function decoded(text: string): Record<string, unknown>[] {
  const { Items } = JSON.parse(text) as { Items: Item[] };
  return Items.map((item) => unmarshall(item));
}
