import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { SessionSummary } from "../../api/contract.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { ActionBadge, Moment, Score } from "../../parts/figures.tsx";
import { KindBadge } from "../../parts/kind.tsx";
import { RecordsLink } from "../../parts/records-link.tsx";
import { fixedRange } from "../../state/range.ts";
import { duration } from "../../state/use-time.ts";

/** Sessions in rows; Enter opens the waterfall. */
export function SessionTable({ sessions }: { readonly sessions: readonly SessionSummary[] }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const columns: readonly Column<SessionSummary>[] = [
    {
      id: "first",
      title: t("column.began"),
      cell: ({ firstSeen }) => <Moment at={firstSeen} as="short" />,
      sort: ({ firstSeen }) => firstSeen,
    },
    {
      id: "long",
      title: t("column.lasted"),
      align: "number",
      cell: ({ firstSeen, lastSeen }) => duration(lastSeen - firstSeen, t.locale),
      sort: ({ firstSeen, lastSeen }) => lastSeen - firstSeen,
    },
    {
      id: "requests",
      title: t("column.requests"),
      align: "number",
      cell: ({ id, requests, firstSeen, lastSeen }) => (
        <RecordsLink count={requests} of={id} range={fixedRange(firstSeen, lastSeen + 1)} where={[`session:${id}`]} />
      ),
      sort: ({ requests }) => requests,
    },
    { id: "kind", title: t("column.kind"), cell: ({ kind }) => <KindBadge kind={kind} />, sort: ({ kind }) => kind },
    { id: "score", title: t("column.score"), cell: ({ score }) => <Score value={score} />, sort: ({ score }) => score },
    { id: "action", title: t("column.action"), cell: ({ action }) => <ActionBadge action={action} /> },
    { id: "ip", title: t("column.client"), cell: ({ ip }) => <Chip type="ip" value={ip} /> },
    {
      id: "id",
      title: t("field.session"),
      cell: ({ id }) => <Chip type="session" value={id} label={`…${id.slice(-8)}`} />,
    },
  ];
  return (
    <DataTable
      caption={t("column.sessions")}
      columns={columns}
      rows={sessions}
      rowKey={({ id }) => id}
      onOpen={({ id }) => void navigate({ to: "/sessions/$session", params: { session: id }, search: {} })}
    />
  );
}
