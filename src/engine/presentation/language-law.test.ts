import { expect, test } from "vitest";
import { LanguageLaw, languageAsked } from "./language-law.ts";

/** A site read in German at home and in English abroad. */
function taught(): LanguageLaw {
  const law = new LanguageLaw();
  for (let i = 0; i < 300; i++) law.learn("DE", i % 20 === 0 ? "en" : "de");
  for (let i = 0; i < 300; i++) law.learn("US", "en");
  return law;
}

test("a language that few ask for in a country, and many elsewhere, is foreign there", () => {
  const law = taught();
  expect(law.learn("DE", "en")).toBe(true);
  expect(law.learn("US", "de")).toBe(true);
});

test("the language of a country is at home there, and a language nobody asks for is foreign nowhere", () => {
  const law = taught();
  expect(law.learn("DE", "de")).toBe(false);
  expect(law.learn("US", "en")).toBe(false);
  expect(law.learn("DE", "fi")).toBe(false);
});

test("nothing is said before a country is known, nor without country or language", () => {
  const law = new LanguageLaw();
  for (let i = 0; i < 1_000; i++) law.learn("US", "en");
  for (let i = 0; i < 199; i++) law.learn("JP", "ja");
  expect(law.learn("JP", "en")).toBe(false);
  expect(law.learn("JP", "en")).toBe(true);
  expect(law.learn("", "en")).toBe(false);
  expect(law.learn("JP", "")).toBe(false);
});

test("made-up countries and languages do not grow the tables", () => {
  const law = new LanguageLaw();
  for (let i = 0; i < 100_000; i++) law.learn(`C${i}`, `l${i}`);
  expect(law.learn("C99999", "l1")).toBe(false);
});

test("the first language is read, whatever its region and weight", () => {
  const asked = (value: string): string => languageAsked({ names: ["Host", "Accept-Language"], values: ["a", value] });
  expect(asked("de-AT,de;q=0.9,en;q=0.8")).toBe("de");
  expect(asked("EN")).toBe("en");
  expect(asked("*")).toBe("");
  expect(asked("english")).toBe("");
  expect(languageAsked({ names: ["accept"], values: ["de"] })).toBe("");
});
