/**
 * The picture of the throughput for the documentation: bars of the ratio to the real server, a panel for
 * each pipeline length. Plain SVG without scripts or fonts of its own; its colours follow the
 * reader's light or dark mode.
 *
 * @module
 */

import type { RatioCase } from "./results.ts";
import type { Spread } from "./statistics.ts";
import { LABELS } from "./targets.ts";

/** The value size and connections that the chart shows, where a case has the choice. */
export interface ChartView {
  size: number;
  clients: number;
}

const LAYOUT = {
  left: 96,
  panel: 232,
  gap: 22,
  top: 78,
  row: 26,
  bar: 11,
  peerBar: 4,
  bottom: 46,
  /** Room for the figures in a column behind the bars. */
  figure: 38,
};

const STYLE = `
    text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
    .title { font-size: 15px; font-weight: 600; }
    .small { font-size: 11px; fill: #59636e; }
    .grid { stroke: #d1d9e0; stroke-width: 1; }
    .one { stroke: #1f2328; stroke-width: 1.5; }
    .bar { fill: #0969da; }
    .peer { fill: #9a6700; }
    .spread { stroke: #1f2328; stroke-width: 1; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .small { fill: #9198a1; }
      .grid { stroke: #3d444d; }
      .one, .spread { stroke: #f0f6fc; }
      .bar { fill: #4493f8; }
      .peer { fill: #d29922; }
    }
  `;

/** The view with the most cases: the chart shows as much as was measured. */
export function chooseView(cases: readonly RatioCase[]): ChartView {
  const views = new Map<string, { view: ChartView; count: number }>();
  for (const { size, clients } of cases) {
    if (size === null) continue;
    const found = views.get(`${size} ${clients}`) ?? { view: { size, clients }, count: 0 };
    found.count++;
    views.set(`${size} ${clients}`, found);
  }
  // Among equals, the sizes and connections that most programs have.
  const rank = ({ view, count }: { view: ChartView; count: number }) =>
    count + (view.size === 32 ? 0.2 : 0) + (view.clients === 50 ? 0.1 : 0);
  const [best] = [...views.values()].sort((a, b) => rank(b) - rank(a));
  return best?.view ?? { size: 32, clients: Math.max(1, ...cases.map((one) => one.clients)) };
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function line(name: string, [x1, y1]: [number, number], [x2, y2]: [number, number]): string {
  return `<line class="${name}" x1="${number(x1)}" y1="${number(y1)}" x2="${number(x2)}" y2="${
    number(y2)
  }"/>`;
}

function text(
  content: string,
  [x, y]: [number, number],
  { name, anchor }: { name?: string; anchor?: "middle" | "end" } = {},
): string {
  const attributes = (name === undefined ? "" : ` class="${name}"`) +
    (anchor === undefined ? "" : ` text-anchor="${anchor}"`);
  return `<text x="${number(x)}" y="${number(y)}"${attributes}>${escape(content)}</text>`;
}

function rectangle(name: string, [x, y]: [number, number], width: number, height: number): string {
  return `<rect class="${name}" x="${number(x)}" y="${number(y)}" width="${
    number(Math.max(width, 0.5))
  }" height="${height}" rx="1.5"/>`;
}

/** The ratios of one row of one panel. */
interface Bar {
  redeno: Spread;
  peer?: Spread;
}

class Panel {
  constructor(
    readonly x: number,
    /** The ratio at the right end. */
    readonly most: number,
    readonly rows: number,
  ) {}

  at(ratio: number): number {
    return this.x + Math.min(ratio, this.most) / this.most * (LAYOUT.panel - LAYOUT.figure);
  }

  get end(): number {
    return LAYOUT.top + this.rows * LAYOUT.row;
  }

  frame(title: string): string[] {
    const parts = [text(title, [this.x, LAYOUT.top - 10])];
    const step = this.most > 2 ? 0.5 : 0.25;
    for (let ratio = 0; ratio <= this.most + 1e-9; ratio += step) {
      if (ratio !== 1) {
        parts.push(line("grid", [this.at(ratio), LAYOUT.top], [this.at(ratio), this.end]));
      }
      if (ratio % 0.5 === 0) {
        parts.push(
          text(number(ratio), [this.at(ratio), this.end + 15], { name: "small", anchor: "middle" }),
        );
      }
    }
    return parts;
  }

  bar(row: number, { redeno, peer }: Bar): string[] {
    const y = LAYOUT.top + row * LAYOUT.row + 4;
    const middle = y + LAYOUT.bar / 2;
    const parts = [
      rectangle("bar", [this.x, y], this.at(redeno.median) - this.x, LAYOUT.bar),
      line("spread", [this.at(redeno.low), middle], [this.at(redeno.high), middle]),
      text(redeno.median.toFixed(2), [this.x + LAYOUT.panel, y + LAYOUT.bar - 1], {
        anchor: "end",
      }),
    ];
    if (peer !== undefined) {
      const width = this.at(peer.median) - this.x;
      parts.push(rectangle("peer", [this.x, y + LAYOUT.bar + 1], width, LAYOUT.peerBar));
    }
    return parts;
  }

  one(): string {
    return line("one", [this.at(1), LAYOUT.top - 4], [this.at(1), this.end + 3]);
  }
}

/** The ratio at the right end of the panels: a half above the longest bar, at least 1.5. */
function scale(bars: readonly Bar[]): number {
  const most = Math.max(1.25, ...bars.map(({ redeno }) => redeno.high));
  return Math.ceil(most * 2) / 2;
}

/** The chart as an SVG document. */
export function drawChart(cases: readonly RatioCase[], subtitle: string): string {
  const view = chooseView(cases);
  const bars = cases.filter((one) =>
    one.clients === view.clients && (one.size === null || one.size === view.size)
  );
  const workloads = [...new Set(bars.map((one) => one.workload))];
  const pipelines = [...new Set(bars.map((one) => one.pipeline))].sort((a, b) => a - b);
  const most = scale(bars);
  const width = LAYOUT.left + Math.max(2, pipelines.length) * (LAYOUT.panel + LAYOUT.gap);
  const height = LAYOUT.top + workloads.length * LAYOUT.row + LAYOUT.bottom;
  const title = "Requests a second, Redis = 1";
  const parts = [
    text(title, [12, 24], { name: "title" }),
    text(`${view.size}-byte values, ${view.clients} connections; ${subtitle}`, [12, 42], {
      name: "small",
    }),
    ...workloads.map((name, row) =>
      text(name, [LAYOUT.left - 10, LAYOUT.top + row * LAYOUT.row + 14], { anchor: "end" })
    ),
  ];
  pipelines.forEach((pipeline, i) => {
    const panel = new Panel(
      LAYOUT.left + i * (LAYOUT.panel + LAYOUT.gap),
      most,
      workloads.length,
    );
    parts.push(...panel.frame(pipeline === 1 ? "no pipeline" : `pipeline of ${pipeline}`));
    for (const bar of bars.filter((one) => one.pipeline === pipeline)) {
      parts.push(...panel.bar(workloads.indexOf(bar.workload), bar));
    }
    parts.push(panel.one());
  });
  parts.push(...legend(height - 10, bars.some(({ peer }) => peer !== undefined)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">\n` +
    `  <style>${STYLE}</style>\n  ${parts.join("\n  ")}\n</svg>\n`;
}

function legend(y: number, peer: boolean): string[] {
  const parts = [
    rectangle("bar", [12, y - 10], 18, LAYOUT.bar),
    text(LABELS.redeno, [36, y], { name: "small" }),
    line("spread", [96, y - 4], [114, y - 4]),
    text("lowest to highest round", [120, y], { name: "small" }),
  ];
  if (peer) {
    parts.push(rectangle("peer", [264, y - 6], 18, LAYOUT.peerBar));
    parts.push(text(LABELS.peer, [288, y], { name: "small" }));
  }
  return parts;
}
