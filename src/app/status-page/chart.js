const svgNamespace = "http://www.w3.org/2000/svg";
const left = 34;
const bottom = 18;
const top = 6;
/** Fewer, wider steps than the data has: single requests would draw a fence. */
const points = 75;

/**
 * Draws requests per second, stacked by kind, as filled areas; people stand on the ground, automation above them.
 * Sizes are the element's own, so that lines and letters stay sharp at every width.
 */
export function drawChart(svg, { split, kinds }) {
  const width = Math.max(240, svg.clientWidth);
  const height = Math.max(120, svg.clientHeight);
  const rows = recentRows(split.rows);
  const steps = gather(rows, points);
  const seconds = (split.stepMs * rows.length) / points / 1000;
  const totals = steps.map((row) => row.reduce((sum, count) => sum + count, 0) / seconds);
  const max = roundUp(Math.max(1, ...totals));
  const x = (i) => left + ((width - left - 4) * i) / (points - 1);
  const y = (value) => top + (height - top - bottom) * (1 - value / max);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const parts = [];
  for (const share of [0, 0.5, 1]) {
    const at = y(max * share);
    parts.push(element("line", { x1: left, x2: width - 4, y1: at, y2: at }));
    parts.push(element("text", { x: left - 6, y: at + 4, "text-anchor": "end" }, label(max * share)));
  }
  const span = split.stepMs * rows.length;
  const ticks = width < 480 ? [1, 0.5, 0] : [1, 0.8, 0.6, 0.4, 0.2, 0];
  for (const share of ticks) {
    const text = share === 0 ? "now" : ago(span * share);
    const anchor = share === 1 ? "start" : share === 0 ? "end" : "middle";
    parts.push(element("text", { x: x((points - 1) * (1 - share)), y: height - 3, "text-anchor": anchor }, text));
  }
  const ground = new Array(points).fill(0);
  for (const [k, kind] of kinds.entries()) {
    if (steps.every((row) => row[k] === 0)) continue;
    const upper = steps.map((row, i) => ground[i] + row[k] / seconds);
    const forward = upper.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`);
    const back = ground.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).reverse();
    const area = element("polygon", { points: [...forward, ...back].join(" "), class: "area" });
    area.dataset.kind = kind;
    parts.push(area);
    for (let i = 0; i < points; i++) ground[i] = upper[i];
  }
  svg.replaceChildren(...parts);
}

/** From the first request on, two minutes at least: a young gateway has no ten minutes to show. */
function recentRows(rows) {
  const first = rows.findIndex((row) => row.some((count) => count > 0));
  const wanted = first < 0 ? points : Math.max(points, rows.length - first);
  return rows.slice(-wanted);
}

function ago(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s ago` : `${(seconds / 60).toFixed(1).replace(".0", "")} min ago`;
}

function gather(rows, count) {
  const size = rows.length / count;
  return Array.from({ length: count }, (_, i) => {
    const slice = rows.slice(Math.floor(i * size), Math.floor((i + 1) * size));
    return (rows[0] ?? []).map((_, k) => slice.reduce((sum, row) => sum + row[k], 0));
  });
}

function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}

function label(value) {
  return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

function element(name, attributes, text) {
  const made = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}
