import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { PolicyRule } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data } from "../../parts/figures.tsx";
import { Segments } from "../../parts/segments.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { useScreenSearch } from "../../state/search.ts";
import { Packs } from "./packs.tsx";
import { RuleMode } from "./rule-mode.tsx";

const modes = ["enforce", "canary", "watch", "retired"] as const;

/** All rules by the state of their lives, and the packs they come from. */
export function PoliciesScreen(): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const tab = search.tab === "packs" ? "packs" : "rules";
  return (
    <>
      <PageHead title={t("nav.policies")} note={t("policies.note")}>
        <Link to="/review" search={{}} className="button">
          {t("nav.review")}
        </Link>
        <Link to="/policies/$policy" params={{ policy: "new" }} search={{}} className="button primary">
          {t("policies.new")}
        </Link>
      </PageHead>
      <nav className="tabs" aria-label={t("nav.policies")}>
        {(["rules", "packs"] as const).map((each) => (
          <Link key={each} to="." search={{ tab: each }} aria-current={each === tab ? "page" : undefined}>
            {t(`policies.${each}`)}
          </Link>
        ))}
      </nav>
      {tab === "packs" ? <Packs /> : <Rules state={search.state} onState={(state) => change({ state })} />}
    </>
  );
}

function Rules({
  state,
  onState,
}: {
  readonly state: string | undefined;
  readonly onState: (state: string | undefined) => void;
}): ReactNode {
  const t = useTranslator();
  const answer = useOperation("policies.list", {});
  return (
    <Answered of={answer}>
      {({ rules }) => {
        const shown = rules.filter(({ mode }) => state === undefined || mode === state);
        return (
          <>
            <Segments
              label={t("policies.state")}
              values={["all", ...modes] as const}
              chosen={modes.find((mode) => mode === state) ?? "all"}
              text={(each) =>
                each === "all"
                  ? `${t("policies.all")} ${t.number(rules.length)}`
                  : `${t(`rule.${each}`)} ${t.number(rules.filter((rule) => rule.mode === each).length)}`
              }
              onChoose={(each) => onState(each === "all" ? undefined : each)}
            />
            {shown.length === 0 ? (
              <Empty
                title={t("policies.empty")}
                action={
                  <Link to="/policies/$policy" params={{ policy: "new" }} search={{}} className="button primary">
                    {t("policies.new")}
                  </Link>
                }
              >
                {t("policies.empty.why")}
              </Empty>
            ) : (
              <Card title={t("policies.found", { count: shown.length })} flush>
                <RuleTable rules={shown} />
              </Card>
            )}
          </>
        );
      }}
    </Answered>
  );
}

function RuleTable({ rules }: { readonly rules: readonly PolicyRule[] }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const columns: readonly Column<PolicyRule>[] = [
    { id: "mode", title: t("policies.state"), cell: ({ mode }) => <RuleMode mode={mode} />, sort: ({ mode }) => mode },
    {
      id: "name",
      title: t("field.rule"),
      cell: ({ name }) => <Chip type="rule" value={name} bare />,
      sort: ({ name }) => name,
    },
    {
      id: "why",
      title: t("policies.why"),
      className: "wide",
      cell: ({ why }) => (
        <span translate="no" lang="en" className="data">
          {why}
        </span>
      ),
    },
    {
      id: "then",
      title: t("policies.does"),
      cell: ({ does }) => <Data>{does === "" ? "–" : does}</Data>,
      sort: ({ does }) => does,
    },
    {
      id: "pack",
      title: t("policies.pack"),
      cell: ({ pack }) => <Data>{pack === "" ? "–" : pack}</Data>,
      sort: ({ pack }) => pack,
    },
    { id: "tags", title: t("policies.threats"), cell: ({ tags }) => <Data>{(tags ?? []).join(" ")}</Data> },
    {
      id: "matched",
      title: t("policies.matched"),
      align: "number",
      cell: ({ name, matched }) => (
        <Link to="/events" search={{ range: "24h", where: [`rule:${name}`] }}>
          {t.number(matched)}
        </Link>
      ),
      sort: ({ matched }) => matched,
    },
  ];
  return (
    <DataTable
      caption={t("nav.policies")}
      columns={columns}
      rows={rules}
      rowKey={({ name }) => name}
      onOpen={({ name }) => void navigate({ to: "/policies/$policy", params: { policy: name }, search: {} })}
    />
  );
}
