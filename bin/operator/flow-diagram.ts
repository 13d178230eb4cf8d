import * as echarts from 'echarts';
import type { Program } from '../../core/program/program.ts';
import { counted, formatNumber } from '../../core/quantity.ts';
import type { RunCounts } from '../../core/runs/run.ts';

const WIDTH = 960;
const ROW_HEIGHT = 110;
const MARGINS = { top: 96, bottom: 40, left: 200, right: 200 };

const INK = '#1d2733';
const PALE_INK = '#5b6875';
/** Color-blind people can tell these apart by lightness, and by the numbers beside them. */
const COLOURS = { stays: '#c9d1d9', up: '#2a7f62', down: '#c2410c' };
const TIERS = ['#a97142', '#8d99ae', '#d4a017', '#5f8fa8', '#6d5a8c', '#3f6b4f'];

/**
 * Draws the moves between tiers as SVG: a band for each pair of tiers, as broad as its number of members.
 * @param title the picture's heading: its subject and its date
 */
export function flowDiagram(title: string, counts: RunCounts, program: Program): string {
  const flows = flowsOf(counts.matrix, program);
  const sides = (['from', 'to'] as const).map((side) => new Set(flows.map((flow) => flow[side].id)));
  const tallest = Math.max(1, ...sides.map(({ size }) => size));
  const height = MARGINS.top + MARGINS.bottom + tallest * ROW_HEIGHT;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'Helvetica, Arial, sans-serif', color: INK },
    title: {
      text: title,
      subtext: summaryOf(counts),
      left: 24,
      top: 20,
      textStyle: { fontSize: 20, fontWeight: 600, color: INK },
      subtextStyle: { fontSize: 14, color: PALE_INK },
    },
    series: {
      type: 'sankey',
      ...MARGINS,
      nodeWidth: 14,
      // Room for the label of a tier with few members.
      nodeGap: 46,
      draggable: false,
      // Keeps tiers ordered by rank, the highest on top, even where bands cross.
      layoutIterations: 0,
      label: { fontSize: 14, color: INK },
      data: nodesOf(flows),
      links: flows.map(({ from, to, members, direction }) => ({
        source: `from ${from.id}`,
        target: `to ${to.id}`,
        value: members,
        lineStyle: { color: COLOURS[direction], opacity: direction === 'stays' ? 0.45 : 0.65, curveness: 0.5 },
      })),
    },
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Removes hooks for scripts: their numbers differ from picture to picture.
  return svg.replace(/<style.*?<\/style>/gs, '').replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '');
}

function summaryOf({ processed, up, down, unchanged, failed }: RunCounts): string {
  const parts = [`${formatNumber(up)} up`, `${formatNumber(down)} down`, `${formatNumber(unchanged)} the same`];
  if (failed > 0) parts.push(`${formatNumber(failed)} cannot be judged`);
  return `${counted(processed, 'member')}: ${parts.join(', ')}`;
}

interface Named {
  id: string;
  name: string;
  rank: number;
}

interface Flow {
  from: Named;
  to: Named;
  members: number;
  direction: 'up' | 'down' | 'stays';
}

function flowsOf(matrix: RunCounts['matrix'], program: Program): Flow[] {
  // A tier that the program no longer has stands below all others.
  const named = (id: string): Named => program.tiers.find((tier) => tier.id === id) ?? { id, name: id, rank: -1 };
  return Object.entries(matrix)
    .flatMap(([fromId, row]) =>
      Object.entries(row).map(([toId, members]): Flow => {
        const [from, to] = [named(fromId), named(toId)];
        const direction = from.id === to.id ? 'stays' : to.rank > from.rank ? 'up' : 'down';
        return { from, to, members, direction };
      }),
    )
    .sort((a, b) => b.from.rank - a.from.rank || b.to.rank - a.to.rank);
}

function nodesOf(flows: readonly Flow[]) {
  const sum = (some: readonly Flow[]) => some.reduce((all, { members }) => all + members, 0);
  return (['from', 'to'] as const).flatMap((side) => {
    const tiers = new Map(flows.map((flow) => [flow[side].id, flow[side]]));
    return [...tiers.values()]
      .sort((a, b) => b.rank - a.rank)
      .map((tier) => {
        const own = flows.filter((flow) => flow[side].id === tier.id);
        const moved = (['up', 'down'] as const).flatMap((direction) => {
          const members = sum(own.filter((flow) => flow.direction === direction));
          return members > 0 ? [`{${direction}|${direction === 'up' ? '▲' : '▼'} ${formatNumber(members)}}`] : [];
        });
        // Braces are the chart's own mark-up.
        const name = tier.name.replace(/[{}|]/g, ' ');
        return {
          name: `${side} ${tier.id}`,
          depth: side === 'from' ? 0 : 1,
          itemStyle: { color: TIERS[Math.max(0, tier.rank) % TIERS.length], borderWidth: 0 },
          label: {
            position: side === 'from' ? ('left' as const) : ('right' as const),
            formatter: `{name|${name}}\u00a0\u00a0${formatNumber(sum(own))}\n${moved.join(' ')}`,
            lineHeight: 19,
            rich: {
              name: { fontWeight: 600 as const, fontSize: 14, color: INK },
              up: { color: COLOURS.up, fontSize: 13 },
              down: { color: COLOURS.down, fontSize: 13 },
            },
          },
        };
      });
  });
}
