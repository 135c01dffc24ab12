export { type ListLookup, LazyFacts, type LiveFacts, type ToldStep } from "./rule-facts.ts";
export { ruleVocabulary } from "./vocabulary.ts";
export type { Tagger } from "./tag-book.ts";
