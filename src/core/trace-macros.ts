import { GaitError } from "./errors.ts";
import { mix32 } from "./sketches/mix.ts";

/** One line of a trace after its macros were written out, and the line it came from. */
export interface TraceSourceLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

const linesMax = 200_000;
const nestingMax = 3;

/**
 * Writes out the macros of a trace, which keep long traffic short to read:
 *
 *     40x +3 #user{n} POST /login 401      the line forty times; {n} counts from 1
 *     repeat 10                            the lines up to "end" ten times; {m} is the count of the loop around
 *       +{~5..30} GET /product/{n*7} 200   {~5..30} draws a number, the same one at every reading
 *     end
 *     browse / /search?q=tea /product/7    a person's pages: pauses, parts, referers, cookies as a browser has them
 *     submit #ann POST /login 302          a write by that person: with cookie, referer and origin, after a pause
 *
 * `{n}` may be followed by one of `+ - * / %` and a number or `n`, and once more (`{n*7+3}`); `{a|b|c}` takes its choices in
 * turn; `{#}` is eight hexadecimal digits.
 *
 * @throws GaitError `trace-syntax` for a loop that does not end, `trace-size` beyond 200,000 lines.
 */
export function expandTrace(text: string): readonly TraceSourceLine[] {
  const lines = text.split("\n").map((raw, index) => ({ text: raw, line: index + 1 }));
  const writer: Writer = { out: [], person: undefined, people: 0 };
  expandBlock(lines, [], writer);
  return writer.out;
}

interface Writer {
  readonly out: TraceSourceLine[];
  person: Person | undefined;
  people: number;
}

interface Person {
  readonly number: number;
  here: string;
  pages: number;
}

function expandBlock(lines: readonly TraceSourceLine[], counts: readonly number[], writer: Writer): void {
  for (let i = 0; i < lines.length; i++) {
    const { text, line } = lines[i] as TraceSourceLine;
    const code = withoutComment(text).trim();
    const loop = /^repeat\s+(\d+)$/.exec(code);
    if (loop === null) {
      expandLine({ text, line }, counts, writer);
      continue;
    }
    if (counts.length >= nestingMax) throw syntax(line, `loops nest at most ${nestingMax} deep`);
    const end = endOf(lines, i);
    const body = lines.slice(i + 1, end);
    for (let n = 1; n <= Number(loop[1]); n++) expandBlock(body, [...counts, n], writer);
    i = end;
  }
}

/** The comment of a line: from two slashes at its beginning or after a blank. */
function withoutComment(text: string): string {
  return text.replace(/(^|\s)\/\/[\s\S]*$/, "");
}

function endOf(lines: readonly TraceSourceLine[], from: number): number {
  let depth = 0;
  for (let i = from; i < lines.length; i++) {
    const code = withoutComment(lines[i]?.text ?? "").trim();
    if (/^repeat\s+\d+$/.test(code)) depth++;
    if (code === "end" && --depth === 0) return i;
  }
  throw syntax(lines[from]?.line ?? 0, '"repeat" has no "end"');
}

function expandLine({ text, line }: TraceSourceLine, counts: readonly number[], writer: Writer): void {
  const code = withoutComment(text).trim();
  const many = /^(\d+)x\s+(\S.*)$/.exec(code);
  if (many !== null) {
    for (let n = 1; n <= Number(many[1]); n++) expandLine({ text: many[2] ?? "", line }, [...counts, n], writer);
    return;
  }
  if (code === "") writer.person = undefined;
  const filled = code.includes("{") ? fill(code, { line, counts }) : code === "" ? text : code;
  if (filled.startsWith("browse ")) browse(filled.slice(7), line, writer);
  else if (filled.startsWith("submit ")) submit(filled.slice(7), line, writer);
  else emit(filled, line, writer);
}

function emit(text: string, line: number, { out }: Writer): void {
  if (out.length >= linesMax)
    throw new GaitError("trace-size", `the trace has more than ${linesMax} lines written out`);
  out.push({ text, line });
}

const browserHeaders = '"Accept: text/html" "Accept-Language: de-DE,de;q=0.9" "Accept-Encoding: gzip, br"';

/** Pages as a person opens them: sub-resources with the first, the browser's cache later, links followed. */
function browse(paths: string, line: number, writer: Writer): void {
  for (const path of paths.split(/\s+/).filter((one) => one !== "")) {
    const person = personOf(writer);
    const pause = 3 + (mix32(person.number * 131 + person.pages, 5) % 280) / 10;
    const first = person.pages === 0;
    const cookie = `sid=person${person.number}`;
    const from = first ? "" : ` "Referer: https://shop.example${person.here}"`;
    const fetch = ` "Sec-Fetch-Site: ${first ? "none" : "same-origin"}" "Sec-Fetch-Mode: navigate" "Sec-Fetch-Dest: document"`;
    const gap = first ? "" : `+${pause} `;
    const jar = first ? ` < ${cookie}; Path=/; Max-Age=2592000` : ` > ${cookie}`;
    emit(`${gap}GET ${path} 200${jar} ${browserHeaders}${fetch}${from} "<Content-Type: text/html"`, line, writer);
    const parts = first ? ["/static/site.css", "/static/app.js", "/favicon.ico"] : ["/static/site.css"];
    for (const part of parts) {
      const status = first ? 200 : 304;
      emit(`+0.1 GET ${part} ${status} > ${cookie} "Accept: */*" "Referer: https://shop.example${path}"`, line, writer);
    }
    person.here = path;
    person.pages++;
  }
}

function submit(request: string, line: number, writer: Writer): void {
  const person = personOf(writer);
  const gap = /^\+/.test(request) ? "" : `+${4 + (mix32(person.number * 17 + person.pages, 9) % 160) / 10} `;
  const referer = person.here === "" ? "" : ` "Referer: https://shop.example${person.here}"`;
  const headers = `"Accept: text/html" "Accept-Language: de-DE,de;q=0.9" "Accept-Encoding: gzip, br" "Origin: https://shop.example" "Sec-Fetch-Site: same-origin" "Sec-Fetch-Mode: navigate"`;
  emit(`${gap}${request} > sid=person${person.number} ${headers}${referer}`, line, writer);
  person.pages++;
}

function personOf(writer: Writer): Person {
  writer.person ??= { number: ++writer.people, here: "", pages: 0 };
  return writer.person;
}

interface Place {
  readonly line: number;
  readonly counts: readonly number[];
}

function fill(text: string, place: Place): string {
  let occurrence = 0;
  return text.replace(/\{([^{}\s]*)\}/g, (whole, inner: string) => {
    occurrence++;
    return filled(inner, place, occurrence) ?? whole;
  });
}

/** What a placeholder stands for; undefined for braces that are none (`{x}` of a path template). */
function filled(inner: string, { line, counts }: Place, occurrence: number): string | undefined {
  const n = counts.at(-1) ?? 1;
  const chance = mix32(
    line * 8_191 + occurrence,
    counts.reduce((seed, count) => mix32(seed * 31 + count), 7),
  );
  if (inner === "#") return chance.toString(16).padStart(8, "0");
  const draw = /^~(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)$/.exec(inner);
  if (draw !== null) {
    const [from, to] = [Number(draw[1]), Number(draw[2])];
    const whole = !inner.includes(".", inner.indexOf("..") + 2) && !(draw[1] ?? "").includes(".");
    return whole
      ? String(from + (chance % (to - from + 1)))
      : (from + (chance / 0x1_0000_0000) * (to - from)).toFixed(2);
  }
  if (inner.includes("|")) {
    const choices = inner.split("|");
    return choices[(n - 1) % choices.length];
  }
  const sum = /^([nm])([-+*/%](?:\d+|n))?([-+*/%](?:\d+|n))?$/.exec(inner);
  if (sum === null) return undefined;
  let value = sum[1] === "n" ? n : (counts.at(-2) ?? 1);
  for (const step of [sum[2], sum[3]]) if (step !== undefined) value = apply(value, step, { n });
  return String(value);
}

function apply(value: number, step: string, { n }: { readonly n: number }): number {
  const by = step.slice(1) === "n" ? n : Number(step.slice(1));
  if (step[0] === "+") return value + by;
  if (step[0] === "-") return value - by;
  if (step[0] === "*") return value * by;
  return step[0] === "/" ? Math.floor(value / by) : value % by;
}

function syntax(line: number, message: string): GaitError {
  return new GaitError("trace-syntax", `trace line ${line}: ${message}`);
}
