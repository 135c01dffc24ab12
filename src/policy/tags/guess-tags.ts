import { tags } from "./tag-names.ts";

const tagsOf: ReadonlyMap<string, readonly string[]> = byWord();

/**
 * Tags a path or template by the words in it, for endpoints that nobody has tagged. A guess that errs on the side of
 * caution: operators' own tags come first, and what this misses is ordinary content. Whole segments only:
 * `/accounting-news` is no account; `sign-up`, `sign_up` and `signup` are one word.
 *
 * Two neighbouring segments count as one word too (`/password/reset`).
 */
export function guessTags(path: string): readonly string[] {
  const found = new Set<string>();
  let before = "";
  for (const segment of path.toLowerCase().split("/", 16)) {
    const word = segment.replaceAll(/[-_]/g, "");
    for (const tag of tagsOf.get(segment) ?? tagsOf.get(word) ?? []) found.add(tag);
    for (const tag of tagsOf.get(before + word) ?? []) found.add(tag);
    before = word;
  }
  return [...found];
}

function byWord(): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { name, words } of tags) {
    for (const word of words) found.set(word, [...(found.get(word) ?? []), name]);
  }
  return found;
}
