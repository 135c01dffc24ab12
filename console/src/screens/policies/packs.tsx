import type { ReactNode } from "react";
import type { Pack } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data } from "../../parts/figures.tsx";
import { Answered, Empty } from "../../parts/states.tsx";

/** Packs of rules as they are loaded. */
export function Packs(): ReactNode {
  const t = useTranslator();
  const answer = useOperation("packs.list", {});
  const columns: readonly Column<Pack>[] = [
    { id: "name", title: t("policies.pack"), cell: ({ name }) => <Data>{name}</Data>, sort: ({ name }) => name },
    {
      id: "rules",
      title: t("policies.rules"),
      align: "number",
      cell: ({ rules }) => t.number(rules),
      sort: ({ rules }) => rules,
    },
    { id: "enabled", title: t("policies.state"), cell: ({ enabled }) => t(enabled ? "packs.on" : "packs.off") },
    {
      id: "description",
      title: t("policies.why"),
      className: "wide",
      cell: ({ description }) => (
        <span translate="no" lang="en" className="data">
          {description}
        </span>
      ),
    },
  ];
  return (
    <Answered of={answer}>
      {({ packs }) =>
        packs.length === 0 ? (
          <Empty title={t("packs.empty")}>{t("packs.empty.why")}</Empty>
        ) : (
          <Card title={t("packs.found", { count: packs.length })} flush>
            <DataTable caption={t("policies.packs")} columns={columns} rows={packs} rowKey={({ name }) => name} />
          </Card>
        )
      }
    </Answered>
  );
}
