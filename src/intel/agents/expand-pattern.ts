import type { LiteralPattern } from "./literal-matcher.ts";

interface Draft {
  parts: string[];
  atStart: boolean;
  atEnd: boolean;
}

const draftsMax = 64;

/**
 * Turns a pattern of a crawler list (a small regular expression) into literal patterns that say the same:
 * escapes, `^`, `$`, `[bB]`, `(a|b)`, top-level `|`, and `\d`, `[^-]`, `[\s\S]*` as gaps.
 *
 * The lists are nearly all literals, and a joined automaton over literals is linear in the user agent, which a
 * backtracking engine over 1,500 foreign expressions is not. A gap is read as "anything, or nothing", which is looser
 * than the expression: names found are only used on user agents that were already taken for bots.
 *
 * @returns Undefined when the pattern uses anything else.
 */
export function expandPattern(source: string): LiteralPattern[] | undefined {
  const finished: LiteralPattern[] = [];
  const caseSensitive = !/\[([a-z][A-Z]|[A-Z][a-z])\]/.test(source);
  for (const branch of splitTop(source)) {
    const drafts = expandBranch(branch);
    if (drafts === undefined) return undefined;
    for (const { parts, atStart, atEnd } of drafts) {
      const literals = parts.filter((part) => part !== "");
      if ((literals[0]?.length ?? 0) < 2) return undefined;
      finished.push({ parts: literals, atStart, atEnd, caseSensitive, wholeWord: false });
    }
  }
  return finished;
}

function splitTop(source: string): string[] {
  const branches: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < source.length; i++) {
    const character = source[i];
    if (character === "\\") i++;
    else if (character === "(" || character === "[") depth++;
    else if (character === ")" || character === "]") depth--;
    else if (character === "|" && depth === 0) {
      branches.push(source.slice(from, i));
      from = i + 1;
    }
  }
  branches.push(source.slice(from));
  return branches;
}

/** Each step reads one element of the branch and says how much it read; undefined: not in the subset. */
function expandBranch(branch: string): Draft[] | undefined {
  if (/^[A-Za-z0-9 ._/:;,@!-]+$/.test(branch)) return [{ parts: [branch], atStart: false, atEnd: false }];
  let drafts: Draft[] = [{ parts: [""], atStart: false, atEnd: false }];
  for (let i = 0; i < branch.length; ) {
    const rest = branch.slice(i);
    const element = /^(?:\\[dw][+*]?|\[\\s\\S\]\*|\[\^[^\]]\]|\.\*)/.exec(rest)?.[0];
    if (element !== undefined) {
      for (const draft of drafts) draft.parts.push("");
      i += element.length;
      continue;
    }
    const group = /^\(([^()]*)\)(?![?*+{])/.exec(rest);
    if (group !== null) {
      const options = (group[1] ?? "").split("|");
      drafts = drafts.flatMap((draft) => options.map((option) => withOption(draft, option)));
      if (drafts.length > draftsMax) return undefined;
      i += group[0].length;
      continue;
    }
    const read = literalAt(rest);
    if (read === undefined) return undefined;
    for (const draft of drafts) append(draft, read.text);
    i += read.length;
  }
  return drafts;
}

function withOption(draft: Draft, option: string): Draft {
  const copy = { ...draft, parts: [...draft.parts] };
  if (option === "[^-]") copy.parts.push("");
  else append(copy, option);
  return copy;
}

function append(draft: Draft, text: string): void {
  if (text === "^") draft.atStart = true;
  else if (text === "$") draft.atEnd = true;
  else draft.parts[draft.parts.length - 1] += text;
}

function literalAt(rest: string): { text: string; length: number } | undefined {
  const twoCases = /^\[([A-Za-z])([A-Za-z])\]/.exec(rest);
  if (twoCases?.[1] !== undefined && twoCases[1].toLowerCase() === twoCases[2]?.toLowerCase()) {
    return { text: twoCases[1].toLowerCase(), length: 4 };
  }
  const escaped = /^\\([^A-Za-z0-9])/.exec(rest);
  if (escaped?.[1] !== undefined) return { text: escaped[1], length: 2 };
  const character = rest[0] ?? "";
  if (/[*+?{}[\]()\\|]/.test(rest[0] ?? "") || /^.[*+?{]/.test(rest)) return undefined;
  return { text: character, length: 1 };
}
