import { RE2JS } from "re2js";
import { assert } from "#core";

/** Longer fields are cut before matching: 2 KiB bounds the cost of the worst linear pattern. */
const fieldLengthMax = 2048;
const patternLengthMax = 512;
const cacheMax = 256;

/** A pattern that compiles, or the reason why it does not. */
export type PatternResult = { readonly test: (text: string) => boolean } | { readonly problem: string };

/**
 * Compiles a rule's regular expression on a linear-time engine (RE2 semantics: no look-around, no back-references), so that
 * no pattern and no input can stall the fast lane (regular-expression denial of service; one backtracking rule took a
 * global CDN down in 2019). Literals, prefixes and suffixes become string tests. Answers are remembered for the last
 * few values, because one session sends the same user agent again and again.
 */
export function compilePattern(source: string): PatternResult {
  if (source.length > patternLengthMax) {
    return { problem: `a pattern of ${source.length} characters; at most ${patternLengthMax} are allowed` };
  }
  const simple = stringTest(source);
  if (simple !== undefined) return { test: simple };
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `${reason} (linear-time syntax: look-around and back-references do not exist)` };
  }
  const remembered = new Map<string, boolean>();
  const test = (text: string): boolean => {
    const field = text.length > fieldLengthMax ? text.slice(0, fieldLengthMax) : text;
    const known = remembered.get(field);
    if (known !== undefined) return known;
    const found = compiled.matcher(field).find();
    if (remembered.size >= cacheMax) remembered.clear();
    remembered.set(field, found);
    return found;
  };
  test("");
  return { test };
}

/** The string test a pattern amounts to when it has no special characters, else undefined. */
function stringTest(source: string): ((text: string) => boolean) | undefined {
  const anchoredStart = source.startsWith("^");
  const anchoredEnd = source.endsWith("$") && !source.endsWith("\\$");
  const body = source.slice(anchoredStart ? 1 : 0, anchoredEnd ? -1 : undefined);
  if (/[\\^$.|?*+()[\]{}]/.test(body)) return undefined;
  assert(body.length <= patternLengthMax, "the literal part of a pattern is no longer than the pattern");
  if (anchoredStart && anchoredEnd) return (text) => text === body;
  if (anchoredStart) return (text) => text.startsWith(body);
  if (anchoredEnd) return (text) => text.endsWith(body);
  return (text) => text.includes(body);
}
