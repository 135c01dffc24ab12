import type { Millis, Random } from "#core";

const names: readonly string[] = [
  "Alma",
  "Bruno",
  "Clara",
  "Dario",
  "Edith",
  "Felix",
  "Greta",
  "Hugo",
  "Irma",
  "Jonas",
  "Karla",
  "Lukas",
  "Marta",
  "Nico",
  "Olga",
  "Pavel",
  "Rosa",
  "Simon",
  "Thea",
  "Viktor",
  "Berger",
  "Costa",
  "Dunn",
  "Fischer",
  "Holm",
  "Keller",
  "Lopez",
  "Moreau",
  "Novak",
  "Olsen",
  "Petrov",
  "Rossi",
  "Sato",
  "Turner",
  "Weber",
];
const lower = "abcdefghijklmnopqrstuvwxyz";
const hex = "0123456789abcdef";
const yearMs = 365 * 86_400_000;

/** What a decoy is made in view of. */
export interface DecoyAbout {
  readonly now: Millis;
  /** Real values: never given. */
  readonly taken: ReadonlySet<string>;
  /** What stands for what in one answer, so that one value in two places stays one value. */
  readonly memo: Map<string, string>;
}

/**
 * Another value of the same look: digits for digits, letters for letters, hexadecimal for hexadecimal, a time of now for a
 * time, a name for a name. Nothing of the value itself goes on, and it is never one of `taken`.
 */
export function decoyText(value: string, random: Random, about: DecoyAbout): string {
  const known = about.memo.get(value);
  if (known !== undefined) return known;
  const made = freshDecoy(value, random, about);
  about.memo.set(value, made);
  return made;
}

/**
 * A decoy for one of the words that stood at a place: what all of them begin with stays (`cus_`), and the rest is hexadecimal
 * where all of them are, however this one looks. `words` are those of different clients.
 */
export function decoyAmong(
  word: string,
  words: readonly string[],
  { random, about }: { readonly random: Random; readonly about: DecoyAbout },
): string {
  const known = about.memo.get(word);
  if (known !== undefined) return known;
  const start = commonStart(words);
  if (start.length >= word.length) return word;
  const rests = words.map((one) => one.slice(start.length));
  const isHex =
    rests.every((rest) => /^[0-9a-f]*$/.test(rest)) && /[a-f]/.test(rests.join("")) && /\d/.test(rests.join(""));
  const rest = word.slice(start.length);
  for (let attempt = 0; attempt < 8; attempt++) {
    const made = start + (isHex ? hexLike(rest, random) : alike(rest, random, about.now));
    if (about.taken.has(made)) continue;
    about.memo.set(word, made);
    return made;
  }
  return decoyText(word, random, about);
}

function commonStart(words: readonly string[]): string {
  const [first = ""] = words;
  let length = first.length;
  for (const word of words) while (!word.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

function hexLike(text: string, random: Random): string {
  return text.replace(/./g, () => hex[Math.floor(random() * 16)] ?? "0");
}

/** Whether a text is a day or a time of it. */
export function isTime(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}|$)/.test(value);
}

function freshDecoy(value: string, random: Random, about: DecoyAbout): string {
  for (let attempt = 0; attempt < 8; attempt++) {
    const made = alike(value, random, about.now);
    if (!about.taken.has(made)) return made;
  }
  return value.replace(/[A-Za-z0-9]/g, () => lower[Math.floor(random() * 26)] ?? "x");
}

function alike(value: string, random: Random, now: Millis): string {
  if (isTime(value)) return sameForm(value, new Date(now - random() * 86_400_000));
  const made = value.replace(/[\p{L}\p{N}]+/gu, (word) => wordLike(word, random));
  // An address keeps the end that thousands share: no mail goes to `.ghd`.
  const end = /@[\w.-]+(?<end>\.[a-z]{2,6})$/.exec(value)?.groups?.end;
  return end === undefined ? made : made.slice(0, -end.length) + end;
}

/** An ISO time cut to the length of the one it stands for. */
function sameForm(value: string, at: Date): string {
  const iso = at.toISOString();
  const text = value.includes(" ") ? iso.replace("T", " ") : iso;
  return value.endsWith("Z") && value.length < iso.length
    ? `${text.slice(0, value.length - 1)}Z`
    : text.slice(0, value.length);
}

function wordLike(word: string, random: Random): string {
  const pick = (letters: string): string => letters[Math.floor(random() * letters.length)] ?? "x";
  if (/^[A-Z][a-z]{2,}$/.test(word)) return nameLike(word.length, random);
  if (word.length >= 6 && /^[0-9a-f]+$/.test(word) && /\d/.test(word) && /[a-f]/.test(word)) {
    return hexLike(word, random);
  }
  return word.replace(/\p{L}|\p{N}/gu, (character, at: number) => {
    if (/\p{N}/u.test(character)) return at === 0 && word.length > 1 ? pick("123456789") : pick("0123456789");
    return character === character.toUpperCase() ? pick(lower).toUpperCase() : pick(lower);
  });
}

const vowels = "aeiou";
const consonants = "bdfgklmnprstvz";

/** A name of that length: a known one, or one that can be spoken. */
function nameLike(length: number, random: Random): string {
  const fitting = names.filter((name) => name.length === length);
  const known = fitting[Math.floor(random() * fitting.length)];
  if (known !== undefined) return known;
  const letters = Array.from({ length }, (_, i) => {
    const from = i % 2 === 0 ? consonants : vowels;
    return from[Math.floor(random() * from.length)] ?? "a";
  });
  return (letters[0] ?? "a").toUpperCase() + letters.slice(1).join("");
}

/** Another number of the same size; a time for a time. */
export function decoyNumber(value: number, random: Random, about: DecoyAbout): number {
  if (Math.abs(value - about.now) < 5 * yearMs) return Math.round(about.now - random() * 86_400_000);
  if (Math.abs(value * 1_000 - about.now) < 5 * yearMs) return Math.round(about.now / 1_000 - random() * 86_400);
  const made = Number(decoyText(String(Math.abs(value)), random, about));
  return Number.isFinite(made) ? Math.sign(value) * made : 0;
}
