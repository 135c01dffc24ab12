import type { ReactNode } from "react";
import type { AlertNotice, AlertRule } from "../../api/contract.ts";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { Segments } from "../../parts/segments.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { useScreenSearch } from "../../state/search.ts";

const states = ["all", "firing", "resolved", "dead"] as const;

/** Who is told of what, what was said, and whether it arrived. */
export function AlertsScreen(): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const state = states.find((each) => each === search.state) ?? "all";
  const answer = useOperation("alerts.list", {}, { everyMs: 10_000 });
  const test = useChange("alerts.test");
  const rules: readonly Column<AlertRule>[] = [
    { id: "name", title: t("alerts.rule"), cell: ({ name }) => <Data>{name}</Data>, sort: ({ name }) => name },
    { id: "on", title: t("alerts.on"), cell: ({ on }) => <Data>{on}</Data>, sort: ({ on }) => on },
    { id: "destination", title: t("alerts.destination"), cell: ({ destination }) => <Data>{destination}</Data> },
    { id: "enabled", title: t("policies.state"), cell: ({ enabled }) => t(enabled ? "packs.on" : "packs.off") },
    {
      id: "test",
      title: t("alerts.test"),
      cell: ({ destination }) => (
        <button
          type="button"
          className="button"
          onClick={() =>
            test.mutate(
              { destination },
              {
                onSuccess: ({ delivered, detail }) => say(delivered ? t("alerts.delivered") : detail),
                onError: (error) => say(error.message),
              },
            )
          }
        >
          {t("alerts.test")}
        </button>
      ),
    },
  ];
  const notices: readonly Column<AlertNotice>[] = [
    { id: "at", title: t("column.time"), cell: ({ at }) => <Moment at={at} as="short" />, sort: ({ at }) => at },
    {
      id: "state",
      title: t("policies.state"),
      cell: ({ state }) => (
        <span className="badge" data-tone={state === "firing" ? "bad" : "good"}>
          {t(`alerts.${state}`)}
        </span>
      ),
    },
    { id: "text", title: t("alerts.text"), className: "wide", cell: ({ text }) => <Data>{text}</Data> },
    { id: "delivery", title: t("alerts.delivery"), cell: ({ delivery }) => t(`delivery.${delivery}`) },
  ];
  return (
    <>
      <PageHead title={t("nav.alerts")} note={t("alerts.note")}>
        <Segments
          label={t("incidents.state")}
          values={states}
          chosen={state}
          text={(each) => t(each === "all" ? "incident.all" : each === "dead" ? "delivery.dead" : `alerts.${each}`)}
          onChoose={(each) => change({ state: each === "all" ? undefined : each })}
        />
      </PageHead>
      <Answered of={answer}>
        {(alerts) => (
          <>
            {alerts.rules.length === 0 ? (
              <Empty title={t("alerts.empty")}>{t("alerts.empty.why")}</Empty>
            ) : (
              <Card title={t("alerts.rules")} flush>
                <DataTable
                  caption={t("alerts.rules")}
                  columns={rules}
                  rows={alerts.rules}
                  rowKey={({ name }) => name}
                />
              </Card>
            )}
            <Recent notices={alerts.recent.filter((one) => fits(one, state))} columns={notices} />
          </>
        )}
      </Answered>
    </>
  );
}

function fits({ state, delivery }: AlertNotice, wanted: (typeof states)[number]): boolean {
  return wanted === "all" || wanted === (wanted === "dead" ? delivery : state);
}

function Recent({
  notices,
  columns,
}: {
  readonly notices: readonly AlertNotice[];
  readonly columns: readonly Column<AlertNotice>[];
}): ReactNode {
  const t = useTranslator();
  return (
    <Card title={t("alerts.recent")} flush>
      {notices.length === 0 ? (
        <Empty title={t("alerts.recent.empty")}>{t("alerts.recent.empty.why")}</Empty>
      ) : (
        <DataTable
          name="recent"
          caption={t("alerts.recent")}
          columns={columns}
          rows={notices}
          rowKey={({ at, rule, state }) => `${at} ${rule} ${state}`}
        />
      )}
    </Card>
  );
}
