import { groupPriors, habitPriors } from "#engine";

/** The page for analysts; its tables of priors come from the code. */
export const judgingPage = "docs/how-gait-judges.md";

/** Puts the tables of priors between their marks. */
export function withPriors(page: string): string {
  return between(between(page, "groups", groupTable()), "habits", habitTable());
}

function groupTable(): string {
  const rows = Object.entries(groupPriors).map(
    ([name, { rate, sessions, source }]) => `| ${name} | ${percent(rate)} | ${sessions} | ${source} |`,
  );
  return ["| group | share of people | worth sessions | source |", "|---|---|---|---|", ...rows].join("\n");
}

function habitTable(): string {
  const rows = Object.entries(habitPriors).map(
    ([name, { persona, mean, source }]) => `| ${name} | ${percent(mean)} | ${percent(persona)} | ${source} |`,
  );
  return ["| habit | kept by those who have it | people without it | source |", "|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

function between(page: string, mark: string, text: string): string {
  const [open, close] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const from = page.indexOf(open);
  const to = page.indexOf(close);
  return from < 0 || to < from ? page : `${page.slice(0, from + open.length)}\n${text}\n${page.slice(to)}`;
}
