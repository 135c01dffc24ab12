import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Operations } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { type Translator, useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data } from "../../parts/figures.tsx";
import { RecordsLink } from "../../parts/records-link.tsx";
import { Answered, Empty } from "../../parts/states.tsx";

type Report = Operations["agents.report"]["output"];
type Agent = Report["agents"][number];
type Nameless = Report["undeclared"][number];

/** Agents on this site: who comes, how many, what they touch, what they cost, which obey, and who says nothing. */
export function AgentsScreen(): ReactNode {
  const t = useTranslator();
  const answer = useOperation("agents.report", {}, { everyMs: 30_000 });
  return (
    <>
      <PageHead title={t("nav.agents")} note={t("agents.note")} />
      <Answered of={answer}>
        {({ agents, undeclared, hours, requests }) => (
          <>
            <Card
              title={t("agents.declared", { count: agents.length })}
              note={t("agents.of", { count: requests })}
              flush
            >
              {agents.length === 0 ? (
                <Empty title={t("agents.empty")}>{t("agents.empty.why")}</Empty>
              ) : (
                <DataTable
                  caption={t("nav.agents")}
                  columns={agentColumns(t)}
                  rows={agents}
                  rowKey={({ name }) => name}
                  start="-requests"
                />
              )}
            </Card>
            <Card title={t("agents.nameless")} note={t("agents.nameless.note", { hours })} flush>
              {undeclared.length === 0 ? (
                <Empty title={t("agents.nameless.empty")}>{t("agents.nameless.empty.why")}</Empty>
              ) : (
                <DataTable
                  caption={t("agents.nameless")}
                  name="nameless"
                  columns={namelessColumns(t)}
                  rows={undeclared}
                  rowKey={({ found, id, userAgent }) => `${found} ${id} ${userAgent}`}
                  start="-requests"
                />
              )}
            </Card>
          </>
        )}
      </Answered>
    </>
  );
}

function agentColumns(t: Translator): readonly Column<Agent>[] {
  return [
    {
      id: "name",
      title: t("agents.name"),
      cell: ({ name, operator, documentation }) =>
        documentation === "" ? (
          <Data>{name}</Data>
        ) : (
          <a href={documentation} target="_blank" rel="noreferrer noopener" title={operator}>
            <Data>{name}</Data>
          </a>
        ),
      sort: ({ name }) => name,
    },
    {
      id: "purpose",
      title: t("agents.purpose"),
      cell: (row) => <Data>{row.purpose}</Data>,
      sort: (row) => row.purpose,
    },
    {
      id: "standing",
      title: t("agents.standing"),
      cell: ({ standings }) => (
        <Data>
          {Object.entries(standings)
            .filter(([, count]) => count > 0)
            .map(([name, count]) => `${name} ${t.number(count)}`)
            .join(", ")}
        </Data>
      ),
    },
    {
      id: "requests",
      title: t("agents.requests"),
      align: "number",
      cell: ({ name, requests }) => <RecordsLink count={requests} of={name} range="7d" where={[`agent:${name}`]} />,
      sort: (row) => row.requests,
    },
    {
      id: "addresses",
      title: t("agents.addresses"),
      align: "number",
      cell: ({ name, addresses }) => (
        <Link to="/actors" search={{ range: "7d", where: [`agent:${name}`] }}>
          {t.number(addresses)}
        </Link>
      ),
      sort: (row) => row.addresses,
    },
    { id: "cost", title: t("agents.cost"), align: "number", cell: (row) => cost(t, row), sort: (row) => row.bytes },
    {
      id: "touches",
      title: t("agents.touches"),
      className: "wide",
      cell: ({ touches }) => (
        <Data>
          {touches
            .slice(0, 3)
            .map(({ path }) => path)
            .join("  ")}
        </Data>
      ),
    },
    {
      id: "obeys",
      title: t("agents.obeys"),
      cell: ({ obeys, disallowed, unwantedUse }) =>
        obeys === null ? (
          <span className="soft">{t("agents.obeys.unknown")}</span>
        ) : (
          <span className="badge" data-tone={obeys ? "good" : "bad"}>
            {obeys ? t("agents.obeys.yes") : t("agents.obeys.no", { count: disallowed + unwantedUse })}
          </span>
        ),
    },
  ];
}

function namelessColumns(t: Translator): readonly Column<Nameless>[] {
  return [
    {
      id: "found",
      title: t("agents.found"),
      cell: ({ found, id }) =>
        found === "cohort" ? <Chip type="cohort" value={id} bare /> : t(`agents.found.${found}`),
    },
    { id: "agent", title: t("agents.looks"), className: "wide", cell: ({ userAgent }) => <Data>{userAgent}</Data> },
    {
      id: "requests",
      title: t("agents.requests"),
      align: "number",
      cell: ({ found, id, userAgent, requests }) => (
        <RecordsLink
          count={requests}
          of={userAgent}
          range="7d"
          where={[found === "cohort" ? `cohort:${id}` : `agent:${userAgent}`]}
        />
      ),
      sort: (row) => row.requests,
    },
    {
      id: "addresses",
      title: t("agents.addresses"),
      align: "number",
      cell: ({ found, id, userAgent, addresses }) => (
        <Link
          to="/actors"
          search={{ range: "7d", where: [found === "cohort" ? `cohort:${id}` : `agent:${userAgent}`] }}
        >
          {t.number(addresses)}
        </Link>
      ),
      sort: (row) => row.addresses,
    },
    { id: "cost", title: t("agents.cost"), align: "number", cell: (row) => cost(t, row), sort: (row) => row.bytes },
    { id: "why", title: t("agents.why"), className: "wide", cell: ({ reasons }) => <Data>{reasons[0] ?? ""}</Data> },
  ];
}

function cost(
  t: Translator,
  { bytes, milliseconds }: { readonly bytes: number; readonly milliseconds: number },
): string {
  return t("agents.cost.value", {
    megabytes: t.number(bytes / 1e6, { maximumFractionDigits: 2 }),
    seconds: t.number(milliseconds / 1_000, { maximumFractionDigits: 1 }),
  });
}
