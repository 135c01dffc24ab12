import { tokenByte, valueByte } from "./bytes.ts";
import { field, fieldIdOf, isOurs, isSituational, nameHashPrime, nameHashSeed, spellingAt } from "./field-names.ts";

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const TAB = 0x09;
const COLON = 0x3a;

/** A header or trailer section: three lists that run in parallel, in wire order, duplicates kept. */
export interface Fields {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** What each name means to a gateway: `field.*`. */
  readonly ids: readonly number[];
  /**
   * The lines that may go on to the next hop, written as `Name: value` + CRLF each; absent where they must be put
   * together field by field.
   */
  readonly lines?: string | undefined;
  /** What a reader worked out about these very fields, kept for when the same section comes again. */
  memo?: unknown;
}

/** No header at all. */
export const noFields: Fields = Object.freeze({ names: [], values: [], ids: [] });

/** A `Fields` under construction, with the structural hash of what was read. */
export class FieldsDraft implements Fields {
  readonly names: string[] = [];
  readonly values: string[] = [];
  readonly ids: number[] = [];
  lines: string | undefined = undefined;
  memo: unknown = undefined;
  /** FNV-1a over the names that belong to the client's software, in their order and case. */
  structure: number = nameHashSeed;
  /** How many names went into `structure`. */
  structural = 0;

  /** Takes one field whose name and value were checked already (HTTP/2 has its own framing of them). */
  push(name: string, value: string, options: { readonly id: number; readonly hash: number }): void {
    this.names.push(name);
    this.values.push(value);
    this.ids.push(options.id);
    if (isSituational(options.id)) return;
    this.structure = Math.imul(this.structure ^ options.hash, nameHashPrime);
    this.structural++;
  }
}

/** Where the sections' bytes lie and how many lines are taken. */
export interface FieldsWindow {
  readonly bytes: Uint8Array;
  /** The same bytes as a Latin-1 string beginning at `textStart`: values are cut from it. */
  readonly text: string;
  readonly textStart: number;
  /** First byte of the first line. */
  readonly from: number;
  /** First byte after the empty line that ends the section. */
  readonly end: number;
  readonly linesMax: number;
  /** By meaning: 1 where a line may go on to the next hop. */
  readonly passes: Uint8Array;
}

/**
 * Reads `Name: value` lines (RFC 9112 section 5) into `draft` and returns "" or the code of what is wrong.
 *
 * Stricter than the RFC asks: every line ends in CRLF, no line folding, no space before the colon, no control byte
 * in a value. Each of these has carried a request-smuggling attack through a pair of servers that disagreed.
 */
export function parseFields(draft: FieldsDraft, window: FieldsWindow): string {
  const { bytes, text, textStart, end, linesMax, passes } = window;
  const last = end - 2;
  let at = window.from;
  let lines = 0;
  // Start of the run of lines that go on as they are: they were checked byte by byte and stand in the one form that
  // writing them anew would give, so the run is copied at once.
  let runStart = -1;
  let goingOn = "";
  let cookies = 0;
  while (at < last) {
    if (++lines > linesMax) return "too-many-headers";
    const nameStart = at;
    let exact = nameHashSeed;
    let byte = bytes[at] as number;
    while (tokenByte[byte] === 1) {
      exact = Math.imul(exact ^ byte, nameHashPrime);
      byte = bytes[++at] as number;
    }
    if (byte !== COLON || at === nameStart) return nameFault(bytes, nameStart, at);
    const nameEnd = at++;
    byte = bytes[at] as number;
    while (byte === SP || byte === TAB) byte = bytes[++at] as number;
    const valueStart = at;
    while (valueByte[byte] === 1) byte = bytes[++at] as number;
    if (byte !== CR || at >= end - 1 || bytes[at + 1] !== LF) return lineFault(byte);
    let valueEnd = at;
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1] as number)) valueEnd--;
    const canonical = valueStart === nameEnd + 2 && bytes[nameEnd + 1] === SP && valueEnd === at;
    at += 2;
    const spelling = spellingAt(bytes, nameStart, nameEnd, exact);
    const name = spelling?.text ?? text.substring(nameStart - textStart, nameEnd - textStart);
    const id = spelling?.id ?? fieldIdOf(name);
    const value = text.substring(valueStart - textStart, valueEnd - textStart);
    draft.names.push(name);
    draft.values.push(value);
    draft.ids.push(id);
    const goesOn = passes[id] === 1 && !(id === 0 && isOurs(name));
    if (goesOn && canonical) {
      if (runStart < 0) runStart = nameStart - textStart;
    } else {
      if (runStart >= 0) goingOn += text.substring(runStart, nameStart - textStart);
      runStart = -1;
      if (goesOn) goingOn += `${name}: ${value}\r\n`;
    }
    if (id === field.cookie) cookies++;
    if (isSituational(id)) continue;
    draft.structure = Math.imul(draft.structure ^ exact, nameHashPrime);
    draft.structural++;
  }
  if (runStart >= 0) goingOn += text.substring(runStart, at - textStart);
  // Several Cookie lines become one on the way on.
  if (cookies < 2) draft.lines = goingOn;
  return at === last ? "" : "line-ending";
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === TAB;
}

function nameFault(bytes: Uint8Array, start: number, at: number): string {
  const byte = bytes[at] as number;
  if (at === start) return isBlank(byte) ? "folded-line" : byte === COLON ? "empty-header-name" : "header-name";
  return isBlank(byte) ? "space-before-colon" : "header-name";
}

function lineFault(byte: number): string {
  if (byte === LF) return "bare-lf";
  return byte === CR ? "bare-cr" : "control-in-value";
}

const headEnd: Uint8Array = Uint8Array.of(CR, LF, CR, LF);

/** What `findHeadEnd` found: at least 0 the index after the empty line, -1 not yet, -2 a bare LF or NUL that no head has. */
export function findHeadEnd(bytes: Buffer, start: number, scanned: number): number {
  const from = Math.max(start, scanned - 3);
  const found = bytes.indexOf(headEnd, from);
  if (found >= 0) return found + 4;
  // A client that ends its lines with LF alone would otherwise wait for its time-out instead of an answer.
  for (let i = Math.max(start, scanned); i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === 0 || (byte === LF && (i === start || bytes[i - 1] !== CR))) return -2;
  }
  return -1;
}

/** Whether the first line is whole and names no HTTP/1 version: an HTTP/0.9 client would wait for an answer for ever. */
export function hasOldLine(bytes: Buffer, start: number): boolean {
  const end = bytes.indexOf(0x0a, start);
  if (end < 0) return false;
  return !bytes.toString("latin1", Math.max(start, end - 9), end).startsWith("HTTP/1.");
}

/** The structural header fingerprint: `g1-<count>-<hash>`. Names, their order and their case; own design, not JA4H. */
export function renderStructure(draft: { readonly structure: number; readonly structural: number }): string {
  const key = (draft.structure >>> 0) * 256 + Math.min(draft.structural, 255);
  const known = rendered.get(key);
  if (known !== undefined) return known;
  const text = `g1-${String(draft.structural).padStart(2, "0")}-${(draft.structure >>> 0).toString(16).padStart(8, "0")}`;
  // Clients choose their header names, so the cache is emptied rather than allowed to grow.
  if (rendered.size >= renderedMax) rendered.clear();
  rendered.set(key, text);
  return text;
}

const renderedMax = 4_096;
const rendered = new Map<number, string>();
