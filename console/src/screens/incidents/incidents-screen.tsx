import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { CallError } from "../../api/client.ts";
import type { CohortCase, IncidentSummary } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { RecordsLink, stoppedTerms } from "../../parts/records-link.tsx";
import { Segments } from "../../parts/segments.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { fixedRange } from "../../state/range.ts";
import { useScreenSearch } from "../../state/search.ts";
import { IncidentState, Severity } from "./incident-badges.tsx";

const states = ["open", "muted", "resolved", "all"] as const;

/** What a person is asked to look at, and the convictions it rests on. */
export function IncidentsScreen(): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const state = states.find((each) => each === search.state) ?? "open";
  const incidents = useOperation("incidents.list", state === "all" ? {} : { state }, { everyMs: 5_000 });
  const missing = incidents.error instanceof CallError && incidents.error.fault === "missing";
  return (
    <>
      <PageHead title={t("nav.incidents")} note={t("incidents.note")}>
        <Segments
          label={t("incidents.state")}
          values={states}
          chosen={state}
          text={(each) => t(`incident.${each}`)}
          onChoose={(each) => change({ state: each })}
        />
      </PageHead>
      {missing ? null : (
        <Answered of={incidents}>
          {({ incidents: rows }) =>
            rows.length === 0 ? (
              <Empty
                title={t("incidents.empty")}
                action={
                  state === "all" ? undefined : (
                    <button type="button" className="button" onClick={() => change({ state: "all" })}>
                      {t("incidents.empty.action")}
                    </button>
                  )
                }
              >
                {t("incidents.empty.why")}
              </Empty>
            ) : (
              <Card title={t("incidents.found", { count: rows.length })} flush>
                <IncidentTable rows={rows} />
              </Card>
            )
          }
        </Answered>
      )}
      <Convictions />
    </>
  );
}

function IncidentTable({ rows }: { readonly rows: readonly IncidentSummary[] }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const columns: readonly Column<IncidentSummary>[] = [
    { id: "severity", title: t("incident.severity"), cell: ({ severity }) => <Severity severity={severity} /> },
    {
      id: "title",
      title: t("incident.title"),
      className: "wide",
      cell: ({ id, title, threats }) => (
        <>
          <Link to="/incidents/$incident" params={{ incident: id }} search={{}}>
            <b lang="en" translate="no" className="data">
              {title}
            </b>
          </Link>{" "}
          <span className="soft data" translate="no">
            {threats.join(" ")}
          </span>
        </>
      ),
    },
    { id: "state", title: t("incidents.state"), cell: ({ state }) => <IncidentState state={state} /> },
    { id: "assignee", title: t("incident.assignee"), cell: ({ assignee }) => <Data>{assignee ?? "–"}</Data> },
    {
      id: "requests",
      title: t("column.requests"),
      align: "number",
      cell: (row) => <RecordsLink count={row.requests} of={row.title} range={rangeOf(row)} where={row.where} />,
      sort: ({ requests }) => requests,
    },
    {
      id: "actors",
      title: t("nav.actors"),
      align: "number",
      cell: (row) => (
        <Link to="/actors" search={{ range: rangeOf(row), where: row.where }}>
          {t.number(row.actors)}
        </Link>
      ),
      sort: ({ actors }) => actors,
    },
    {
      id: "stopped",
      title: t("column.stopped"),
      align: "number",
      cell: (row) => (
        <RecordsLink count={row.stopped} of={row.title} range={rangeOf(row)} where={[...row.where, ...stoppedTerms]} />
      ),
      sort: ({ stopped }) => stopped,
    },
    {
      id: "last",
      title: t("column.last"),
      cell: ({ lastSeen }) => <Moment at={lastSeen} as="relative" />,
      sort: ({ lastSeen }) => lastSeen,
    },
  ];
  return (
    <DataTable
      caption={t("nav.incidents")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      onOpen={({ id }) => void navigate({ to: "/incidents/$incident", params: { incident: id }, search: {} })}
    />
  );
}

function rangeOf({ firstSeen, lastSeen }: IncidentSummary): string {
  return fixedRange(firstSeen, lastSeen + 1);
}

function Convictions(): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const answer = useOperation("cohorts.list", { state: "all", limit: 100 }, { everyMs: 5_000 });
  const columns: readonly Column<CohortCase>[] = [
    {
      id: "id",
      title: t("field.cohort"),
      cell: ({ id }) => <Chip type="cohort" value={id} label={id.length > 16 ? `…${id.slice(-12)}` : id} />,
    },
    {
      id: "state",
      title: t("incidents.state"),
      cell: ({ state, conviction }) => (
        <span className="badge" data-tone={conviction === null ? undefined : "bad"}>
          <span translate="no" lang="en" className="data">
            {state}
          </span>
        </span>
      ),
      sort: ({ state }) => state,
    },
    { id: "grouping", title: t("cohort.grouping"), cell: ({ grouping }) => <Data>{grouping}</Data> },
    {
      id: "sessions",
      title: t("column.sessions"),
      align: "number",
      cell: ({ id, sessions }) => (
        <Link to="/cohorts/$cohort" params={{ cohort: id }} search={{}}>
          {t.number(sessions)}
        </Link>
      ),
      sort: ({ sessions }) => sessions,
    },
    {
      id: "addresses",
      title: t("cohort.addresses"),
      align: "number",
      cell: ({ id, addresses }) => (
        <Link to="/actors" search={{ range: "7d", where: [`cohort:${id}`] }}>
          {t.number(addresses)}
        </Link>
      ),
      sort: ({ addresses }) => addresses,
    },
    {
      id: "case",
      title: t("cohort.case"),
      align: "number",
      cell: ({ nats, needed }) =>
        needed === null
          ? t("cohort.small")
          : t("cohort.case.value", { nats: Math.round(nats * 10) / 10, needed: Math.round(needed * 10) / 10 }),
      sort: ({ nats }) => nats,
    },
    {
      id: "evidence",
      title: t("column.evidence"),
      className: "wide",
      cell: ({ conviction }) => (
        <span lang="en" translate="no" className="data">
          {conviction?.evidence[0] ?? "–"}
        </span>
      ),
    },
    {
      id: "last",
      title: t("column.last"),
      cell: ({ lastSeen }) => <Moment at={lastSeen} as="relative" />,
      sort: ({ lastSeen }) => lastSeen,
    },
  ];
  return (
    <Answered of={answer}>
      {({ cohorts: all }) => {
        const cohorts = all.filter(({ needed, conviction }) => needed !== null || conviction !== null);
        return cohorts.length === 0 ? (
          <Empty title={t("cohorts.empty")}>{t("cohorts.empty.why")}</Empty>
        ) : (
          <Card
            title={t("cohorts.title", { count: cohorts.length })}
            note={t("cohorts.note", { count: all.length - cohorts.length })}
            flush
          >
            <DataTable
              name="convictions"
              caption={t("cohorts.title", { count: cohorts.length })}
              columns={columns}
              rows={cohorts}
              rowKey={({ id }) => id}
              onOpen={({ id }) => void navigate({ to: "/cohorts/$cohort", params: { cohort: id }, search: {} })}
            />
          </Card>
        );
      }}
    </Answered>
  );
}
