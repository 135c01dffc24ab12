import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { CohortDetail } from "../../api/contract.ts";
import type { MessageKey } from "../../i18n/english/index.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Data } from "../../parts/figures.tsx";

type Fingerprint = NonNullable<NonNullable<CohortDetail["cohort"]>["fingerprint"]>;
type Dimension = Fingerprint["dimensions"][number];

/** A behavioural fingerprint: what sets it apart first, whether it may be acted upon by itself, and what behaves alike. */
export function FingerprintCard({ fingerprint }: { readonly fingerprint: Fingerprint | null }): ReactNode {
  const t = useTranslator();
  if (fingerprint === null) {
    return (
      <Card title={t("fingerprint.title")} note={t("fingerprint.note")}>
        <p className="soft">{t("fingerprint.none")}</p>
      </Card>
    );
  }
  return (
    <>
      <Card title={t("fingerprint.title")} note={t("fingerprint.note")}>
        <div className="fingerprint">
          <div className="stack tight">
            <Standing fingerprint={fingerprint} />
            <dl className="facts">
              <dt>{t("fingerprint.sessions")}</dt>
              <dd>
                {fingerprint.sessions === 0
                  ? t("fingerprint.first")
                  : t("fingerprint.sessions.value", {
                      sessions: t.number(fingerprint.sessions),
                      convicted: t.number(fingerprint.convicted),
                      people: t.number(fingerprint.people),
                    })}
              </dd>
              <dt title={t("fingerprint.strict.why")}>{t("fingerprint.strict")}</dt>
              <dd>
                <Keys keys={[fingerprint.strictKey]} />
              </dd>
              <dt title={t("fingerprint.family.why")}>{t("fingerprint.family")}</dt>
              <dd>
                <Keys keys={fingerprint.familyKeys} />
              </dd>
            </dl>
          </div>
          <Alike alike={fingerprint.alike} />
        </div>
      </Card>
      <Card title={t("fingerprint.dimensions", { count: fingerprint.dimensions.length })} flush>
        <Dimensions dimensions={fingerprint.dimensions} />
      </Card>
    </>
  );
}

/** May it be acted upon by itself, why not, and how far that is. */
function Standing({ fingerprint }: { readonly fingerprint: Fingerprint }): ReactNode {
  const t = useTranslator();
  const { actionable, honestAlike, honest, prevalenceAtMost, rate, missing } = fingerprint;
  const share = (value: number): string => t.number(value, { style: "percent", maximumSignificantDigits: 2 });
  return (
    <>
      <p>
        <span className="badge" data-tone={actionable ? "good" : "warn"}>
          {t(actionable ? "fingerprint.actionable" : "fingerprint.notActionable")}
        </span>
      </p>
      <p>
        {honest === 0
          ? t("fingerprint.unseen")
          : t("fingerprint.honest", {
              alike: t.number(honestAlike),
              honest: t.number(honest),
              bound: share(prevalenceAtMost),
            })}
      </p>
      {missing === 0 ? null : (
        <>
          <p>{t("fingerprint.missing", { count: missing, rate: share(rate) })}</p>
          <progress className="toward" aria-label={t("fingerprint.progress")} value={honest} max={honest + missing} />
        </>
      )}
    </>
  );
}

function Keys({ keys }: { readonly keys: readonly string[] }): ReactNode {
  return (
    <span className="keys-inline">
      {[...new Set(keys)].map((key) => (
        <code key={key} translate="no" className="data">
          {key}
        </code>
      ))}
    </span>
  );
}

function Alike({ alike }: Pick<Fingerprint, "alike">): ReactNode {
  const t = useTranslator();
  return (
    <div className="stack tight">
      <h3>{t("fingerprint.alike")}</h3>
      <p className="note">{t("fingerprint.alike.note")}</p>
      {alike.length === 0 ? <p className="soft">{t("fingerprint.alike.none")}</p> : null}
      <ul className="stack tight">
        {alike.map(({ behaviour, nats, convicted, cohort }) => (
          <li key={behaviour} className="row">
            {cohort === "" ? (
              <code translate="no" className="data">
                {behaviour}
              </code>
            ) : (
              <Link to="/cohorts/$cohort" params={{ cohort }} search={{}} translate="no" className="data mono">
                {behaviour}
              </Link>
            )}
            <span className="soft">{t("fingerprint.alike.nats", { nats: t.number(nats) })}</span>
            {convicted ? (
              <span className="badge" data-tone="bad">
                {t("fingerprint.convicted")}
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}

const families = ["orchestration", "flow", "rhythm", "payload", "goal"] as const;

/** What tells apart and few people show comes first. */
function Dimensions({ dimensions }: Pick<Fingerprint, "dimensions">): ReactNode {
  const t = useTranslator();
  const familyName = (family: string): string => {
    const known = families.find((each) => each === family);
    return known === undefined ? family : t(`fingerprint.${known}` satisfies MessageKey);
  };
  const columns: readonly Column<Dimension>[] = [
    {
      id: "name",
      title: t("fingerprint.dimension"),
      cell: ({ name, family }) => (
        <span>
          <span lang="en">
            <Data>{name}</Data>
          </span>{" "}
          <span className="soft">{familyName(family)}</span>
        </span>
      ),
      sort: ({ name, family }) => `${families.indexOf(family as (typeof families)[number])} ${name}`,
    },
    {
      id: "shows",
      title: t("fingerprint.shows"),
      cell: ({ shows }) => (
        <b lang="en">
          <Data>{shows}</Data>
        </b>
      ),
    },
    {
      id: "people",
      title: t("fingerprint.people"),
      align: "number",
      cell: ({ people, peopleShare }) => (people === 0 ? "–" : <Share value={peopleShare} />),
      sort: ({ people, peopleShare }) => (people === 0 ? 2 : peopleShare),
    },
    {
      id: "stable",
      title: t("fingerprint.stable"),
      align: "number",
      cell: ({ stability }) => t.percent(stability),
      sort: ({ stability }) => stability,
    },
    {
      id: "marks",
      title: t("fingerprint.marks"),
      cell: ({ telling, strict }) =>
        telling || strict ? (
          <span className="row">
            {telling ? <span className="badge">{t("fingerprint.telling")}</span> : null}
            {strict ? <span className="badge">{t("fingerprint.keyed")}</span> : null}
          </span>
        ) : (
          ""
        ),
      sort: ({ telling, strict }) => 2 * Number(telling) + Number(strict),
    },
  ];
  const rows = [...dimensions].sort(
    (a, b) => Number(b.telling) - Number(a.telling) || a.peopleShare - b.peopleShare || b.stability - a.stability,
  );
  return (
    <DataTable
      caption={t("fingerprint.title")}
      columns={columns}
      rows={rows}
      rowKey={({ name }) => name}
      name="dimensions"
    />
  );
}

/** A share as a number with a bar. */
function Share({ value }: { readonly value: number }): ReactNode {
  const t = useTranslator();
  return (
    <span className="score">
      <b>{t.percent(value)}</b>
      <svg className="kind-human" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width={100 * value} height="6" fill="currentColor" />
      </svg>
    </span>
  );
}
