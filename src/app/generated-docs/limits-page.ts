import * as core from "#core";

/** Where the page lies. */
export const limitsPage = "docs/limits.md";

const titles: Readonly<Record<string, string>> = {
  appLimits: "Commands and operations",
  besideLimits: "Doors of proxies beside us, and of logs",
  cohortLimits: "Cohorts",
  edgeLimits: "The data plane",
  engineLimits: "The engine",
  http2Limits: "HTTP/2",
  intelLimits: "Intelligence",
  ledgerLimits: "The cookie ledger",
  logLimits: "Reading logs",
  policyLimits: "Policy",
  storeLimits: "The store",
  tlsLimits: "TLS",
  upgradeLimits: "Upgrade in place",
  workerLimits: "Edge workers",
};

/** Every table of caps there is: what `core` exports under a name that ends in `Limits`. */
export function limitTables(): readonly (readonly [name: string, table: Readonly<Record<string, core.Limit>>])[] {
  return Object.entries(core)
    .filter(([name, value]) => name.endsWith("Limits") && typeof value === "object")
    .map(([name, value]) => [name, value as Readonly<Record<string, core.Limit>>] as const)
    .sort(([a], [b]) => a.localeCompare(b));
}

/** docs/limits.md, from the tables that the code reads. */
export function renderLimitsPage(): string {
  const sections = limitTables().map(([name, table]) => {
    const rows = Object.entries(table).map(
      ([limit, { default: value, unit, why }]) =>
        `| \`${limit}\` | ${value.toLocaleString("en-US")} | ${unit} | ${why.replaceAll("|", "\\|")} |`,
    );
    return [`## ${titles[name] ?? name}`, "", "| limit | default | unit | why |", "|---|---|---|---|", ...rows].join(
      "\n",
    );
  });
  return `${[
    "# Limits",
    "Every buffer, map, queue and loop has a cap. These are the tables that the code reads; this page is written from\nthem by `npm run docs`. Those of the data plane can be set under `limits.edge` (see [configuration](configuration.md)).",
    ...sections,
  ].join("\n\n")}\n`;
}
