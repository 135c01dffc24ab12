import type { Kind, Millis } from "#core";
import type { TrafficBucket } from "../traffic-sample.ts";
import { count, kindWords, moment } from "../words.ts";
import { type Html, html } from "./html.ts";

const width = 960;

/** A legend of the kinds that occur, in stacking order. */
export function legend(present: ReadonlySet<Kind>): Html {
  const items = kindWords
    .filter(([kind]) => present.has(kind))
    .map(
      ([kind, words]) =>
        html`<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="k-${kind}" width="12" height="12" rx="3"/></svg>${words}</li>`,
    );
  return html`<ul class="legend">${items}</ul>`;
}

/** Requests over time, stacked by kind, with axes that people can read. */
export function trafficChart(buckets: readonly TrafficBucket[]): Html {
  const height = 300;
  const plot = { left: 56, right: 12, top: 14, bottom: 34 };
  const inner = { width: width - plot.left - plot.right, height: height - plot.top - plot.bottom };
  const totals = buckets.map((bucket) => sumOf(bucket.requests));
  const top = niceCeiling(Math.max(1, ...totals));
  const slot = inner.width / Math.max(1, buckets.length);
  const y = (value: number): number => plot.top + inner.height * (1 - value / top);
  const bars = buckets.flatMap((bucket, index) => {
    let floor = 0;
    const label = `${moment(bucket.from)}: ${kindWords.map(([kind, words]) => `${words} ${count(bucket.requests[kind])}`).join(", ")}`;
    const rects = [...kindWords].reverse().flatMap(([kind]) => {
      const value = bucket.requests[kind];
      if (value <= 0) return [];
      const from = floor;
      floor += value;
      return [
        html`<rect class="k-${kind}" x="${fixed(plot.left + index * slot + slot * 0.06)}" y="${fixed(y(floor))}" width="${fixed(slot * 0.88)}" height="${fixed(y(from) - y(floor))}"/>`,
      ];
    });
    return rects.length === 0 ? [] : [html`<g><title>${label}</title>${rects}</g>`];
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = fixed(y(top * part));
    return html`<line class="grid" x1="${plot.left}" x2="${width - plot.right}" y1="${at}" y2="${at}"/><text x="${plot.left - 8}" y="${fixed(y(top * part) + 4)}" text-anchor="end">${count(top * part)}</text>`;
  });
  const ticks = timeTicks(buckets, (index) => plot.left + index * slot, height - 10);
  return html`<div class="chart"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Requests over time by kind of client; the numbers are in the table below">${grid}${bars}${ticks}</svg></div>`;
}

function timeTicks(buckets: readonly TrafficBucket[], x: (index: number) => number, y: number): Html[] {
  const first = buckets[0];
  const last = buckets.at(-1);
  if (first === undefined || last === undefined) return [];
  const days = last.from - first.from > 36 * 3_600_000;
  const each = Math.max(1, Math.ceil(buckets.length / 8));
  return buckets.flatMap((bucket, index) => {
    if (index % each !== 0) return [];
    return [html`<text x="${fixed(x(index))}" y="${y}">${tickText(bucket.from, days)}</text>`];
  });
}

function tickText(at: Millis, days: boolean): string {
  const text = new Date(at).toISOString();
  return days ? `${text.slice(5, 10)} ${text.slice(11, 13)} h` : text.slice(11, 16);
}

/** One row of a bar chart: a name, its parts, and what stands at the end. */
export interface BarRow {
  readonly name: string;
  readonly parts: readonly { readonly style: Kind | "before"; readonly value: number }[];
  readonly end: string;
}

/** Horizontal stacked bars with their names and totals. */
export function barChart(rows: readonly BarRow[], label: string): Html {
  const rowHeight = 34;
  const height = rows.length * rowHeight + 6;
  const left = 236;
  const right = 170;
  const most = Math.max(1, ...rows.map((row) => row.parts.reduce((sum, part) => sum + part.value, 0)));
  const drawn = rows.map((row, index) => {
    const y = index * rowHeight + 6;
    let x = left;
    const parts = row.parts.flatMap(({ style, value }) => {
      if (value <= 0) return [];
      const size = Math.max(1.5, ((width - left - right) * value) / most);
      const from = x;
      x += size;
      return [html`<rect class="k-${style}" x="${fixed(from)}" y="${y}" width="${fixed(size)}" height="20" rx="2"/>`];
    });
    return html`<g><text class="name" x="${left - 12}" y="${y + 15}" text-anchor="end">${row.name}</text>${parts}<text x="${fixed(x + 8)}" y="${y + 15}">${row.end}</text></g>`;
  });
  return html`<div class="chart"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${drawn}</svg></div>`;
}

/** A score as a ring with its number. */
export function scoreRing(score: number, kind: Kind): Html {
  const around = 2 * Math.PI * 23;
  const filled = (around * Math.max(0.5, score)) / 100;
  return html`<svg viewBox="0 0 56 56" role="img" aria-label="score ${score.toFixed(0)} of 100, higher is worse"><circle class="ring" cx="28" cy="28" r="23"/><circle class="arc s-${kind}" cx="28" cy="28" r="23" stroke-dasharray="${fixed(filled)} ${fixed(around)}" transform="rotate(-90 28 28)"/><text x="28" y="33" text-anchor="middle">${score.toFixed(0)}</text></svg>`;
}

function sumOf(requests: Readonly<Record<Kind, number>>): number {
  return Object.values(requests).reduce((sum, value) => sum + value, 0);
}

/** The next number that divides by four into round ones. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10;
  return Math.max(4, step * power);
}

function fixed(value: number): string {
  return value.toFixed(2);
}
