import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ActorSummary } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { ActionBadge, Data, Moment, Score } from "../../parts/figures.tsx";
import { FilterBar, RangePicker } from "../../parts/filter-bar.tsx";
import { KindBadge } from "../../parts/kind.tsx";
import { RecordsLink, stoppedTerms } from "../../parts/records-link.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { UnblockButton } from "../../parts/unblock-button.tsx";
import { fixedRange, type Span, spanOf } from "../../state/range.ts";
import { useScreenSearch } from "../../state/search.ts";
import { filterOf } from "../../state/terms.ts";
import { useNow } from "../../state/use-time.ts";

/** Who came in a span: the engine's idea of who belongs together over sessions and addresses. */
export function ActorsScreen(): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const now = useNow();
  const answer = useOperation("actors.list", {
    ...filterOf(search.where),
    ...spanOf(search.range, now),
    limit: 200,
  });
  return (
    <>
      <PageHead title={t("nav.actors")} note={t("actors.note")}>
        <RangePicker />
      </PageHead>
      <FilterBar />
      <Answered of={answer}>
        {({ actors }) =>
          actors.length === 0 ? (
            <Empty
              title={t("actors.empty")}
              action={
                <button type="button" className="button" onClick={() => change({ where: undefined, range: "7d" })}>
                  {t("events.empty.action")}
                </button>
              }
            >
              {t("events.empty.why")}
            </Empty>
          ) : (
            <Card title={t("actors.found", { count: actors.length })} flush>
              <ActorTable actors={actors} range={countedRange(actors, spanOf(search.range, now))} />
            </Card>
          )
        }
      </Answered>
    </>
  );
}

/** Columns that are left out beside a button for unblocking: it must be seen without scrolling to it. */
const beside: ReadonlySet<string> = new Set(["action", "sessions", "networks", "agent"]);

/** Actors in rows; Enter opens one. */
export function ActorTable({
  actors,
  range,
  within = [],
  unblock = false,
}: {
  readonly actors: readonly ActorSummary[];
  /** The span that their requests were counted over. */
  readonly range: string;
  /** Filter terms that everything counted fits. */
  readonly within?: readonly string[];
  /** With a button that lets through again whoever was stopped. */
  readonly unblock?: boolean;
}): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const unblocking: Column<ActorSummary> = {
    id: "unblock",
    title: t("standing.unblock"),
    cell: ({ refused, ip }) => (refused === "" ? null : <UnblockButton reference={refused} of={ip} />),
  };
  const all: readonly Column<ActorSummary>[] = [
    { id: "id", title: t("field.actor"), cell: ({ id }) => <Chip type="actor" value={id} label={tail(id)} /> },
    { id: "ip", title: t("column.client"), cell: ({ ip }) => <Chip type="ip" value={ip} />, sort: ({ ip }) => ip },
    { id: "kind", title: t("column.kind"), cell: ({ kind }) => <KindBadge kind={kind} />, sort: ({ kind }) => kind },
    { id: "score", title: t("column.score"), cell: ({ score }) => <Score value={score} />, sort: ({ score }) => score },
    { id: "action", title: t("field.action"), cell: ({ action }) => <ActionBadge action={action} /> },
    {
      id: "requests",
      title: t("column.requests"),
      align: "number",
      cell: ({ id, requests }) => (
        <RecordsLink count={requests} of={id} range={range} where={[...within, `actor:${id}`]} />
      ),
      sort: ({ requests }) => requests,
    },
    {
      id: "stopped",
      title: t("column.stopped"),
      align: "number",
      cell: ({ id, stopped }) => (
        <RecordsLink count={stopped} of={id} range={range} where={[...within, `actor:${id}`, ...stoppedTerms]} />
      ),
      sort: ({ stopped }) => stopped,
    },
    {
      id: "sessions",
      title: t("column.sessions"),
      align: "number",
      cell: ({ id, sessions }) => (
        <Link to="/actors/$actor" params={{ actor: id }} search={{}}>
          {t.number(sessions)}
        </Link>
      ),
      sort: ({ sessions }) => sessions,
    },
    {
      id: "networks",
      title: t("column.networks"),
      align: "number",
      cell: ({ id, networks }) => (
        <Link to="/actors/$actor" params={{ actor: id }} search={{}}>
          {t.number(networks)}
        </Link>
      ),
      sort: ({ networks }) => networks,
    },
    {
      id: "last",
      title: t("column.last"),
      cell: ({ lastSeen }) => <Moment at={lastSeen} as="relative" />,
      sort: ({ lastSeen }) => lastSeen,
    },
    ...(unblock && actors.some(({ refused }) => refused !== "") ? [unblocking] : []),
    { id: "agent", title: t("field.agent"), className: "cut", cell: ({ agent }) => <Data>{agent}</Data> },
  ];
  return (
    <DataTable
      caption={t("nav.actors")}
      columns={unblock ? all.filter(({ id }) => !beside.has(id)) : all}
      rows={actors}
      rowKey={({ id }) => id}
      onOpen={({ id }) => void navigate({ to: "/actors/$actor", params: { actor: id }, search: {} })}
    />
  );
}

/** The span that requests of actors were counted over, up to the last of them: the same records however late they are looked at. */
export function countedRange(actors: readonly ActorSummary[], { from, to }: Span): string {
  return fixedRange(from, to ?? Math.max(from, ...actors.map(({ lastSeen }) => lastSeen)) + 1);
}

function tail(id: string): string {
  return id.length > 12 ? `…${id.slice(-8)}` : id;
}
