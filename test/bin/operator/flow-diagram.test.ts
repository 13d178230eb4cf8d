import { describe, expect, test } from 'vitest';
import { flowDiagram } from '../../../bin/operator/flow-diagram.ts';
import { NO_COUNTS, type RunCounts } from '../../../core/runs/run.ts';
import { exampleProgram } from '../../support/program.ts';

const COUNTS: RunCounts = {
  ...NO_COUNTS,
  ...{ processed: 12_345, up: 310, down: 3_012, unchanged: 9_023 },
  matrix: {
    bronze: { bronze: 6_000, silver: 300 },
    silver: { silver: 2_500, bronze: 1_500, gold: 10 },
    gold: { gold: 400, silver: 1_200, bronze: 300 },
    platinum: { platinum: 123, gold: 12 },
  },
};

/** The picture's texts, in the order of the file. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!.replaceAll('\u00a0', ' ').trim());
}

/** Whether every tag and attribute is closed: browsers stop at the first open one. */
function expectWellFormed(svg: string): void {
  const TAG = /<(\/?)([a-z]+[A-Za-z]*)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>/g;
  const open: string[] = [];
  for (const [, closes, name, , isEmpty] of svg.matchAll(TAG)) {
    if (closes) expect(open.pop()).toBe(name);
    else if (!isEmpty) open.push(name!);
  }
  expect(open).toEqual([]);
  const text = svg.replace(TAG, '').replace(/<!\[CDATA\[.*?\]\]>/gs, '');
  expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#\d+|#x[0-9a-f]+);)/);
}

describe('the picture of moves between tiers', () => {
  test('names the tiers, how many members each has before and after, and how many go up and down', () => {
    const texts = textsOf(flowDiagram('Aurora: who moves on 2027-01-01', COUNTS, exampleProgram())).join(' ');
    expect(texts).toContain('Aurora: who moves on 2027-01-01');
    expect(texts).toContain('12,345 members: 310 up, 3,012 down, 9,023 the same');
    for (const [tier, before, after] of [
      ['Platinum', '135', '123'],
      ['Gold', '1,900', '422'],
      ['Silver', '4,010', '4,000'],
      ['Bronze', '6,300', '7,800'],
    ]) {
      expect(texts).toContain(tier);
      expect(texts).toContain(before);
      expect(texts).toContain(after);
    }
    expect(texts).toContain('▼ 1,500');
    expect(texts).toContain('▲ 300');
  });

  test('has a band for each pair of tiers, in the colour of its direction', () => {
    const svg = flowDiagram('x', COUNTS, exampleProgram());
    const bands = (colour: string) => svg.match(new RegExp(`<path[^>]*fill="${colour}"`, 'g'))?.length;
    expect([bands('#c9d1d9'), bands('#c2410c'), bands('#2a7f62')]).toEqual([4, 4, 2]);
  });

  test('is well-formed for any name of a tier or a brand', () => {
    const tiers = [
      { id: 'bronze', name: 'Bronze & <Co> "1"', threshold: 0 },
      { id: 'silver', name: "{name|Sil'ver}", threshold: 1000 },
    ];
    const matrix = { bronze: { silver: 1 }, 'gone-tier': { bronze: 2 } };
    const svg = flowDiagram('A & B <script>"', { ...COUNTS, matrix }, exampleProgram({ tiers }));
    expectWellFormed(svg);
    expect(svg).not.toContain('<script');
    expect(textsOf(svg).join(' ')).toContain('gone-tier');
    expectWellFormed(flowDiagram('x', COUNTS, exampleProgram()));
  });

  test('is drawn for a program without members', () => {
    expectWellFormed(flowDiagram('x', NO_COUNTS, exampleProgram()));
  });

  test('is the same for the same counts', () => {
    const draw = () => flowDiagram('x', COUNTS, exampleProgram());
    expect(draw()).toBe(draw());
  });
});
