import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useId, useState } from "react";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data } from "../../parts/figures.tsx";
import { RecordsLink } from "../../parts/records-link.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { useScreenSearch } from "../../state/search.ts";
import { useQuiet } from "../../state/use-time.ts";

interface Endpoint {
  readonly template: string;
  readonly class: string;
  readonly requests: number;
}

/** What the application offers, learned from its traffic. */
export function InventoryScreen(): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const [search, change] = useScreenSearch();
  const [text, setText] = useState(search.text ?? "");
  const id = useId();
  const contains = useQuiet(text.trim(), 200);
  useEffect(() => {
    if (contains !== (search.text ?? "")) change({ text: contains === "" ? undefined : contains });
  }, [contains, search.text, change]);
  const answer = useOperation("endpoints.list", { ...(contains === "" ? {} : { contains }), limit: 500 });
  const columns: readonly Column<Endpoint>[] = [
    {
      id: "template",
      title: t("field.template"),
      cell: ({ template }) => <Chip type="template" value={template} bare />,
      sort: ({ template }) => template,
    },
    { id: "class", title: t("inventory.class"), cell: (row) => <Data>{row.class}</Data>, sort: (row) => row.class },
    {
      id: "requests",
      title: t("inventory.requests"),
      align: "number",
      cell: ({ template, requests }) => (
        <RecordsLink count={requests} of={template} range="30d" where={[`template:${template}`]} />
      ),
      sort: ({ requests }) => requests,
    },
  ];
  return (
    <>
      <PageHead title={t("nav.inventory")} note={t("inventory.note")}>
        <label htmlFor={id} className="unseen">
          {t("inventory.search")}
        </label>
        <input
          id={id}
          className="input"
          data-focus-filter=""
          placeholder={t("inventory.search")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </PageHead>
      <Answered of={answer}>
        {({ endpoints, total }) =>
          endpoints.length === 0 ? (
            <Empty
              title={t("inventory.empty")}
              action={
                <button type="button" className="button" onClick={() => setText("")}>
                  {t("filter.clear")}
                </button>
              }
            >
              {t("inventory.empty.why")}
            </Empty>
          ) : (
            <Card title={t("inventory.found", { count: total })} flush>
              <DataTable
                caption={t("nav.inventory")}
                columns={columns}
                rows={endpoints}
                rowKey={({ template }) => template}
                start="-requests"
                onOpen={({ template }) =>
                  void navigate({
                    to: "/entities/$type/$value",
                    params: { type: "template", value: template },
                    search: {},
                  })
                }
              />
            </Card>
          )
        }
      </Answered>
    </>
  );
}
