import { ruleVocabulary } from "#engine";
import { type Rule, tags, type Variable } from "#policy";
import { packNames } from "../policy/rule-files.ts";
import { readPacks } from "../policy/trial/test-packs.ts";

/** Where the page of all that rules may ask lies. */
export const vocabularyPage = "docs/rule-vocabulary.md";
/** Where the page of all rules that come with Gait lies. */
export const cataloguePage = "docs/rule-catalogue.md";

const written = "Written from the code by `npm run docs`; do not edit.";

/** Renders docs/rule-vocabulary.md: variables by their first word, functions, detectors, tags. */
export function renderVocabularyPage(): string {
  const { variables, functions = [], detectors } = ruleVocabulary;
  const groups = Map.groupBy(variables, ({ name }) => name.split(".")[0] ?? name);
  const head = `# What a rule may ask\n\n${written} How to use it is told in [policies.md](policies.md). There are ${variables.length} variables and ${functions.length} functions of words. What a connector does not show is unknown.\n`;
  const sections = [...groups].map(([name, list]) => `## ${name}\n\n${table(list)}`);
  const calls = functions.map(({ name, parameters, description }) => {
    const head = `### ${name}(${parameters.map((parameter) => parameter.name).join(", ")})`;
    const words = parameters.map((parameter) => `- ${parameter.name}: ${wordsOf(parameter.words)}`);
    return `${head}\n\n${description}\n\n${words.join("\n")}\n`;
  });
  const names = `## Detectors\n\nFor \`"name" in signals\` and \`nats("name")\`: ${detectors.join(", ")}.\n`;
  const tagRows = tags.map(({ name, description, sort }) => `| \`${name}\` | ${sort} | ${description} |`);
  const tagText = `## Tags\n\nSteps of an action are submissions; of a reading, every request that gets something.\n\n| tag | sort | an endpoint that |\n|---|---|---|\n${tagRows.join("\n")}\n`;
  return [head, ...sections, `## Functions\n\n${calls.join("\n")}`, names, tagText].join("\n");
}

function table(list: readonly Variable[]): string {
  const rows = list.map(({ name, type, description }) => `| \`${name}\` | ${type} | ${cell(description)} |`);
  return `| variable | type | meaning |\n|---|---|---|\n${rows.join("\n")}\n`;
}

/** Events of tags follow one pattern; a page does not need all of them. */
function wordsOf(words: readonly string[]): string {
  const shown = words.filter((word) => !/\.(ok|failed)$/.test(word));
  const more = shown.length < words.length ? "; each tag also with `.ok` and `.failed`" : "";
  return `${shown.map((word) => `\`${word}\``).join(", ")}${more}`;
}

/** Renders docs/rule-catalogue.md: every rule of every pack with its reason, condition and threats. */
export function renderCataloguePage(): string {
  const packs = packNames().map((name) => ({ name, rules: readPacks([name]) }));
  const count = packs.reduce((sum, { rules }) => sum + rules.length, 0);
  const head = `# Rules that come with Gait\n\n${written} ${count} rules in ${packs.length} packs; all of them watch until somebody approves them. How to read one is told in [policies.md](policies.md).\n`;
  return [head, ...packs.map(({ name, rules }) => `## ${name}\n\n${rules.map(entry).join("\n")}`)].join("\n");
}

function entry({ name, why, when, does, weight, applies, tags: threats, bound }: Rule): string {
  const what = does === undefined ? `weighs ${weight} nats` : does.action;
  const where = applies.length === 0 ? "everywhere" : `on ${applies.join(", ")}`;
  const cost = bound === 0 ? "" : ` Honest sessions that match: up to ${bound * 100} %.`;
  return `### ${name}\n\n${why}${cost}\n\n\`\`\`\n${when}\n\`\`\`\n\n${what}, ${where}; ${threats.join(", ")}\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
