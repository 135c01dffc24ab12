import type { ReactNode } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { templateOf, type WayEdge, type Ways } from "./ways.ts";

/** Every step of the picture in words and numbers. */
export function WaysTable({ ways }: { readonly ways: Ways }): ReactNode {
  const t = useTranslator();
  const columns: readonly Column<WayEdge>[] = [
    {
      id: "from",
      title: t("graph.from"),
      cell: ({ from }) => <Chip type="template" value={templateOf(from)} label={from} bare />,
      sort: ({ from }) => from,
    },
    {
      id: "to",
      title: t("graph.to"),
      cell: ({ to }) => <Chip type="template" value={templateOf(to)} label={to} bare />,
      sort: ({ to }) => to,
    },
    {
      id: "people",
      title: t("graph.people"),
      align: "number",
      cell: ({ people, peopleRequests }) => `${t.percent(people)} (${t.number(peopleRequests)})`,
      sort: ({ peopleRequests }) => peopleRequests,
    },
    {
      id: "suspect",
      title: t("graph.key.suspect"),
      align: "number",
      cell: ({ suspectRequests }) => t.number(suspectRequests),
      sort: ({ suspectRequests }) => suspectRequests,
    },
    {
      id: "strange",
      title: t("graph.divergence"),
      cell: ({ strange, suspectRequests }) =>
        strange && suspectRequests > 0 ? (
          <span className="badge" data-tone="bad">
            ✕ {t("graph.key.strange")}
          </span>
        ) : (
          ""
        ),
      sort: ({ strange }) => (strange ? 1 : 0),
    },
  ];
  return (
    <DataTable
      caption={t("nav.graph")}
      columns={columns}
      rows={ways.edges.slice(0, 300)}
      rowKey={({ from, to }) => `${from} ${to}`}
    />
  );
}
