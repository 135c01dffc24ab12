/** A pattern on which a backtracking engine stalls, with the text that stalls it. */
export interface EvilPattern {
  readonly pattern: string;
  readonly text: string;
}

const length = 2_048;

/** Parts that are repeated and what does not fit at the end of the text. */
const pieces: readonly { readonly one: string; readonly fits: string; readonly misfit: string }[] = [
  { one: "a", fits: "a", misfit: "!" },
  { one: "[a-z]", fits: "x", misfit: "1" },
  { one: "\\d", fits: "7", misfit: "x" },
  { one: "\\w", fits: "w", misfit: "-" },
  { one: "\\s", fits: " ", misfit: "x" },
  { one: ".", fits: "q", misfit: "\n" },
  { one: "[^/]", fits: "p", misfit: "/" },
  { one: "(?:a|b)", fits: "b", misfit: "c" },
  { one: "[a-zA-Z0-9_]", fits: "Z", misfit: "%" },
  { one: "é", fits: "é", misfit: "e" },
];

/**
 * The families of evil expressions: nested and adjacent repetition, overlapping choices, repeated wildcards, counted
 * repetition (Davis et al., "The Impact of Regular Expression Denial of Service in Practice", 2018; the shape that took a CDN
 * down in 2019 is `.*(?:.*=.*)`).
 */
const families: readonly ((one: string) => string)[] = [
  (one) => `^(${one}+)+$`,
  (one) => `^(${one}*)*$`,
  (one) => `^(${one}+)*$`,
  (one) => `^(${one}|${one})+$`,
  (one) => `^(${one}|${one}${one})+$`,
  (one) => `^(${one}|${one}?)+$`,
  (one) => `^(${one}?){25}${one}{25}$`,
  (one) => `${one}*${one}*${one}*${one}*=`,
  (one) => `^${one}*${one}*${one}*$`,
  (one) => `(${one}*${one}*)*=$`,
  (one) => `^(${one}+${one}+)+=$`,
  (one) => `^((${one}+)+)+$`,
  (one) => `^(${one}{1,10}){1,10}$`,
  (one) => `(?:${one}+;?)+=$`,
  (one) => `^(?:${one}+\\s?)+$`,
  (one) => `^(${one}+,?)*,$`,
  (one) => `.*(?:.*${one}=.*)`,
  (one) => `^(.*${one}){12}=$`,
  (one) => `(${one}+)+(${one}+)+=`,
  (one) => `^(?:(?:${one}+)?)+(?:${one}+)?=$`,
];

/** Two hundred of them, each with 2 KiB of text. */
export const evilPatterns: readonly EvilPattern[] = families.flatMap((family) =>
  pieces.map(({ one, fits, misfit }) => ({
    pattern: family(one),
    text: fits.repeat(length - 1) + misfit,
  })),
);
