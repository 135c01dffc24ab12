import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { EventRow } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { ActionBadge, Moment, Score } from "../../parts/figures.tsx";
import { FilterBar, RangePicker } from "../../parts/filter-bar.tsx";
import { KindBadge } from "../../parts/kind.tsx";
import { SplitChart } from "../../parts/split-chart.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { fixedRange, spanOf } from "../../state/range.ts";
import { useScreenSearch } from "../../state/search.ts";
import { filterOf } from "../../state/terms.ts";
import { useNow } from "../../state/use-time.ts";

const pageSize = 100;

/** Every recorded decision: filtered by the URL, counted over time, page by page. */
export function EventsScreen(): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const now = useNow();
  const span = spanOf(search.range, now);
  const filter = filterOf(search.where);
  const rows = useOperation("events.query", {
    ...filter,
    ...span,
    limit: pageSize,
    count: search.cursor === undefined,
    ...(search.cursor === undefined ? {} : { cursor: search.cursor }),
  });
  const series = useOperation("events.series", {
    ...filter,
    from: span.from,
    to: span.to ?? Math.ceil(now / 5_000) * 5_000,
    steps: 120,
    by: "kind",
  });
  return (
    <>
      <PageHead title={t("nav.events")} note={t("events.note")}>
        <RangePicker />
      </PageHead>
      <FilterBar />
      <Card title={t("events.overtime")} note={t("events.overtime.note")}>
        <Answered of={series}>
          {(split) => (
            <SplitChart
              split={split}
              onSelect={(from, to) => change({ range: fixedRange(from, to), cursor: undefined })}
            />
          )}
        </Answered>
      </Card>
      <Answered of={rows}>
        {(page) =>
          page.events.length === 0 ? (
            <Empty
              title={t("events.empty")}
              action={
                <button
                  type="button"
                  className="button"
                  onClick={() => change({ where: undefined, range: "7d", cursor: undefined })}
                >
                  {t("events.empty.action")}
                </button>
              }
            >
              {t("events.empty.why")}
            </Empty>
          ) : (
            <Card
              title={page.total === null ? t("events.more") : t("events.found", { count: page.total })}
              flush
              tools={
                <>
                  {search.cursor === undefined ? null : (
                    <button type="button" className="button" onClick={() => change({ cursor: undefined })}>
                      {t("events.newest")}
                    </button>
                  )}
                  {page.next === null ? null : (
                    <button type="button" className="button" onClick={() => change({ cursor: page.next ?? undefined })}>
                      {t("events.older")}
                    </button>
                  )}
                </>
              }
            >
              <EventTable events={page.events} />
            </Card>
          )
        }
      </Answered>
    </>
  );
}

/** Events in rows; Enter explains one. */
export function EventTable({ events }: { readonly events: readonly EventRow[] }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const columns: readonly Column<EventRow>[] = [
    { id: "at", title: t("column.time"), cell: ({ at }) => <Moment at={at} as="near" />, sort: ({ at }) => at },
    { id: "ip", title: t("column.client"), cell: ({ ip }) => <Chip type="ip" value={ip} />, sort: ({ ip }) => ip },
    { id: "kind", title: t("column.kind"), cell: ({ kind }) => <KindBadge kind={kind} />, sort: ({ kind }) => kind },
    {
      id: "score",
      title: t("column.score"),
      cell: ({ score }) => <Score value={score.total} />,
      sort: ({ score }) => score.total,
    },
    {
      id: "request",
      title: t("column.request"),
      className: "cut",
      cell: ({ method, path }) => (
        <span>
          <code translate="no" className="data">
            {method}
          </code>{" "}
          <Chip type="path" value={path} bare />
        </span>
      ),
      sort: ({ path }) => path,
    },
    {
      id: "status",
      title: t("column.status"),
      align: "number",
      cell: ({ status }) => (status === 0 ? "–" : status),
      sort: ({ status }) => status,
    },
    {
      id: "action",
      title: t("column.action"),
      cell: ({ action, enforced }) => <ActionBadge action={action} enforced={enforced} />,
      sort: ({ action }) => action,
    },
    {
      id: "why",
      title: t("column.evidence"),
      cell: ({ signals, rule }) => {
        const loudest = [...signals].sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats))[0];
        if (rule !== "") return <Chip type="rule" value={rule} />;
        return loudest === undefined ? (
          <span className="soft">–</span>
        ) : (
          <Chip type="detector" value={loudest.detector} bare />
        );
      },
    },
    {
      id: "session",
      title: t("column.session"),
      cell: ({ session }) => <Chip type="session" value={session} label={tail(session)} />,
    },
    {
      id: "reference",
      title: t("column.reference"),
      cell: ({ reference }) => <Chip type="reference" value={reference} label={tail(reference)} />,
    },
  ];
  return (
    <DataTable
      caption={t("nav.events")}
      columns={columns}
      rows={events}
      rowKey={({ reference }) => reference}
      onOpen={({ reference }) => void navigate({ to: "/explain/$reference", params: { reference }, search: {} })}
    />
  );
}

function tail(id: string): string {
  return id.length > 10 ? `…${id.slice(-6)}` : id;
}
