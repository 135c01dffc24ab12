import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { LiveDocument, LiveVerdict } from "../../api/live.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { ActionBadge, Data, Moment, Score } from "../../parts/figures.tsx";
import { KindBadge } from "../../parts/kind.tsx";

/** The latest verdict of each client that came lately. */
export function LatestVerdicts({ document }: { readonly document: LiveDocument }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const columns: readonly Column<LiveVerdict>[] = [
    { id: "at", title: t("column.time"), cell: ({ at }) => <Moment at={at} /> },
    { id: "ip", title: t("column.client"), cell: ({ ip }) => <Chip type="ip" value={ip} /> },
    { id: "kind", title: t("column.kind"), cell: ({ kind }) => <KindBadge kind={kind} /> },
    { id: "score", title: t("column.score"), cell: ({ score }) => <Score value={score} /> },
    {
      id: "request",
      title: t("column.request"),
      className: "cut",
      cell: ({ request, status }) => (
        <Data>
          <code>
            {request} {status === 0 ? "" : status}
          </code>
        </Data>
      ),
    },
    {
      id: "action",
      title: t("column.action"),
      cell: ({ action, enforced }) => <ActionBadge action={action} enforced={enforced} />,
    },
    {
      id: "reason",
      title: t("column.reason"),
      className: "wide",
      cell: ({ reason }) => (
        <span lang="en" translate="no" className="data clamped" title={reason}>
          {reason}
        </span>
      ),
    },
    {
      id: "reference",
      title: t("column.reference"),
      cell: ({ reference }) => <Chip type="reference" value={reference} label={short(reference)} />,
    },
  ];
  return (
    <Card title={t("overview.latest")} note={t("overview.latest.note")} flush>
      <DataTable
        caption={t("overview.latest")}
        columns={columns}
        rows={document.verdicts}
        rowKey={({ client }) => String(client)}
        onOpen={({ reference }) => void navigate({ to: "/explain/$reference", params: { reference }, search: {} })}
      />
    </Card>
  );
}

function short(reference: string): string {
  return reference.length > 14 ? `…${reference.slice(-10)}` : reference;
}
