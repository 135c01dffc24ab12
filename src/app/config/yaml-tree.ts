import type { Document, Node, Pair, ParsedNode, YAMLError } from "yaml";
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from "yaml";
import type { ConfigProblem, Place } from "./problem.ts";

/** A config file as plain values, with the place of every key and value by its path (`applications.0.name`). */
export interface YamlTree {
  readonly value: unknown;
  /** Where each value stands. */
  readonly values: ReadonlyMap<string, Place>;
  /** Where each key stands; unknown keys are pointed at here. */
  readonly keys: ReadonlyMap<string, Place>;
  readonly problems: readonly ConfigProblem[];
}

/** A config is written by people: more is a mistake or an attack. */
export const configBytesMax: number = 1_048_576;
/** Deeper nesting than any section needs; bounds the parser's and our own recursion. */
const depthMax = 32;
/** Values after aliases are expanded: stops the "billion laughs". */
const nodesMax = 50_000;

/**
 * Reads YAML 1.2 without trusting it. Refused with their place: bytes that are no UTF-8, NUL, more than 1 MiB,
 * deep nesting, alias bombs, duplicate keys, unknown tags, several documents. Never throws.
 */
export function readYamlTree(bytes: Uint8Array, file: string): YamlTree {
  if (bytes.byteLength > configBytesMax) {
    return refused(
      file,
      { line: 1, col: 1 },
      `the file has ${bytes.byteLength} bytes; at most ${configBytesMax} are read`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refused(file, { line: 1, col: 1 }, "the file is not UTF-8 text");
  }
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    const line = text.slice(0, nul).split("\n");
    return refused(
      file,
      { line: line.length, col: (line.at(-1) ?? "").length + 1 },
      "the file contains a NUL byte; expected text",
    );
  }
  const lines = new LineCounter();
  try {
    const composed = compose(text, lines);
    if (composed.kind === "fault") return refused(file, lines.linePos(composed.offset), composed.reason);
    return new TreeReader(file, lines).read(composed.document);
  } catch (error) {
    // The parser has its own limits (deep recursion among them); whatever it throws is a refusal, never a crash.
    return refused(
      file,
      { line: 1, col: 1 },
      `the file cannot be read as YAML: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

type Composed =
  | { readonly kind: "document"; readonly document: Document.Parsed }
  | { readonly kind: "fault"; readonly offset: number; readonly reason: string };

/** Feeds the parser token by token, so that nesting is bounded before anything recurses over it. */
function compose(text: string, lines: LineCounter): Composed {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, strict: true, merge: false, version: "1.2" });
  const tokens = [];
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    offset = parser.offset;
    // Every level of nesting takes at most two places on the parser's stack, the document itself one.
    if (parser.stack.length > depthMax * 2) {
      return { kind: "fault", offset, reason: `nested more than ${depthMax} levels deep` };
    }
  }
  for (const token of parser.end()) tokens.push(token);
  const documents = [...composer.compose(tokens, true, text.length)];
  const [document, second] = documents;
  if (document === undefined) return { kind: "fault", offset: 0, reason: "the file is empty" };
  if (second !== undefined) {
    return {
      kind: "fault",
      offset: second.range[0],
      reason: "a second document begins here; one file holds one configuration",
    };
  }
  return { kind: "document", document: document as Document.Parsed };
}

function refused(file: string, at: { readonly line: number; readonly col: number }, reason: string): YamlTree {
  const place: Place = { kind: "file", file, line: Math.max(1, at.line), column: Math.max(1, at.col) };
  return { value: {}, values: new Map([["", place]]), keys: new Map(), problems: [{ place, reason }] };
}

class TreeReader {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #values = new Map<string, Place>();
  readonly #keys = new Map<string, Place>();
  readonly #problems: ConfigProblem[] = [];
  readonly #anchors = new Map<string, Node>();
  #nodes = 0;
  #tooMany = false;

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  read(document: Document.Parsed): YamlTree {
    for (const error of [...document.errors, ...document.warnings]) this.#report(error.pos[0], reasonOf(error));
    this.#values.set("", this.#placeAt(document.contents?.range?.[0] ?? 0));
    let value: unknown = {};
    if (this.#problems.length === 0 && document.contents !== null) value = this.#visit(document.contents, "", 0);
    // A file of comments alone configures nothing; that is the same as an empty mapping.
    return { value: value ?? {}, values: this.#values, keys: this.#keys, problems: this.#problems };
  }

  #visit(node: ParsedNode | Node, path: string, depth: number): unknown {
    const offset = node.range?.[0] ?? 0;
    if (this.#tooMany) return undefined;
    if (++this.#nodes > nodesMax) {
      this.#tooMany = true;
      this.#report(offset, `more than ${nodesMax} values; aliases that repeat aliases are refused`);
      return undefined;
    }
    if (depth > depthMax) {
      this.#report(offset, `nested more than ${depthMax} levels deep`);
      return undefined;
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) {
        this.#report(offset, `alias *${node.source} has no anchor before it`);
        return undefined;
      }
      return this.#visit(target, path, depth + 1);
    }
    if (!this.#values.has(path)) this.#values.set(path, this.#placeAt(offset));
    if ("anchor" in node && node.anchor) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return node.value;
    if (isSeq(node))
      return node.items.map((item, index) => this.#visit(item as Node, join(path, String(index)), depth + 1));
    if (isMap(node)) return this.#visitMap(node.items as Pair[], path, depth);
    return undefined;
  }

  #visitMap(pairs: readonly Pair[], path: string, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const pair of pairs) {
      const key = pair.key as Node | null;
      const offset = key?.range?.[0] ?? 0;
      if (key === null || !isScalar(key)) {
        this.#report(offset, "expected a plain word as key");
        continue;
      }
      const name = String(key.value);
      const place = this.#placeAt(offset);
      if (name === "__proto__") {
        this.#report(offset, `"__proto__" is not a key`);
        continue;
      }
      const below = join(path, name);
      const earlier = this.#keys.get(below);
      if (Object.hasOwn(object, name) && earlier?.kind === "file") {
        this.#report(offset, `key ${JSON.stringify(name)} is given twice, first on line ${earlier.line}`);
        continue;
      }
      this.#keys.set(below, place);
      if (pair.value === null || pair.value === undefined) this.#values.set(below, place);
      object[name] = pair.value === null ? null : this.#visit(pair.value as Node, below, depth + 1);
    }
    return object;
  }

  #report(offset: number, reason: string): void {
    this.#problems.push({ place: this.#placeAt(offset), reason });
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { kind: "file", file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** `a.b` below `a`; the root has the empty path. */
export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function reasonOf(error: YAMLError): string {
  const known: Partial<Record<string, string>> = {
    TAB_AS_INDENT: "tabs cannot indent YAML; use spaces",
    BAD_INDENT: error.message.startsWith("Flow")
      ? 'a "[" or "{" before this is not closed'
      : "the indentation fits no level above",
    MISSING_CHAR: error.message,
    TAG_RESOLVE_FAILED: `${error.message}; plain YAML only`,
  };
  const text = known[error.code] ?? error.message;
  return text.charAt(0).toLowerCase() + text.slice(1);
}
