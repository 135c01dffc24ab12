import { useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { Explanation } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { FalsePositiveBound } from "../../parts/false-positive-bound.tsx";
import { ActionBadge, Data, Moment, Score } from "../../parts/figures.tsx";
import { KindBadge } from "../../parts/kind.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { UnblockButton } from "../../parts/unblock-button.tsx";
import { EvidenceList } from "./evidence-list.tsx";
import { Standings } from "./standings.tsx";

/** Why a request was judged as it was, from the reference that its answer carried. */
export function ExplainScreen(): ReactNode {
  const t = useTranslator();
  const { reference = "" } = useParams({ strict: false });
  return (
    <>
      <PageHead title={t("nav.explain")} note={t("explain.note")} />
      <AskForm key={reference} reference={reference} />
      {reference === "" ? (
        <Empty title={t("explain.empty")}>{t("explain.empty.why")}</Empty>
      ) : (
        <Found reference={reference} />
      )}
    </>
  );
}

function AskForm({ reference }: { readonly reference: string }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const [text, setText] = useState(reference);
  const id = useId();
  const ask = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted !== "") void navigate({ to: "/explain/$reference", params: { reference: wanted }, search: {} });
  };
  return (
    <form className="row no-print" onSubmit={ask}>
      <label htmlFor={id} className="unseen">
        {t("explain.reference")}
      </label>
      <input
        id={id}
        className="input mono filter-value"
        placeholder={t("explain.placeholder")}
        value={text}
        spellCheck={false}
        autoComplete="off"
        data-focus-filter=""
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" className="button primary">
        {t("explain.ask")}
      </button>
    </form>
  );
}

function Found({ reference }: { readonly reference: string }): ReactNode {
  const answer = useOperation("decisions.find", { reference });
  return <Answered of={answer}>{(explanation) => <ExplanationView explanation={explanation} />}</Answered>;
}

function ExplanationView({ explanation }: { readonly explanation: Explanation }): ReactNode {
  const t = useTranslator();
  const { request, score, counterfactuals, capped, evidence } = explanation;
  const stopped = !["allow", "log", "tag"].includes(explanation.enforced);
  return (
    <div className="aside-layout">
      <div className="stack">
        <Card title={t("explain.verdict")}>
          <div className="stack tight">
            <p className="row">
              <KindBadge kind={explanation.kind} />
              <ActionBadge action={explanation.action} enforced={explanation.enforced} />
              <Score value={score.total} />
              {stopped ? <UnblockButton reference={explanation.reference} of={request.ip} /> : null}
            </p>
            <p className="lead data" lang="en" translate="no">
              {explanation.summary}
            </p>
          </div>
        </Card>
        <Card title={t("explain.evidence")} note={t("explain.evidence.note")}>
          <EvidenceList evidence={evidence} priorNats={explanation.priorNats} />
        </Card>
        <Card title={t("explain.counterfactual")} note={t("explain.counterfactual.note")}>
          {counterfactuals.length === 0 ? (
            <p className="soft">{t("explain.counterfactual.none")}</p>
          ) : (
            <ul className="bullets data" lang="en" translate="no">
              {counterfactuals.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          )}
        </Card>
        {capped.length === 0 ? null : (
          <Card title={t("explain.capped")} note={t("explain.capped.note")}>
            <ul className="bullets data" lang="en" translate="no">
              {capped.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </Card>
        )}
      </div>
      <div className="stack">
        <Card title={t("explain.request")}>
          <dl className="facts">
            <dt>{t("column.reference")}</dt>
            <dd>
              <Chip type="reference" value={explanation.reference} />
            </dd>
            <dt>{t("column.time")}</dt>
            <dd>
              <Moment at={Date.parse(explanation.at)} as="full" />
            </dd>
            <dt>{t("column.client")}</dt>
            <dd>
              <Chip type="ip" value={request.ip} />
            </dd>
            <dt>{t("column.request")}</dt>
            <dd>
              <Data>
                <code>{request.method}</code>
              </Data>{" "}
              <Chip type="path" value={request.path} />
            </dd>
            <dt>{t("column.status")}</dt>
            <dd>{explanation.status === 0 ? "–" : explanation.status}</dd>
            <dt>{t("field.agent")}</dt>
            <dd>
              <Data>{request.userAgent === "" ? "–" : request.userAgent}</Data>
            </dd>
            <dt>{t("field.application")}</dt>
            <dd>
              <Data>{explanation.application}</Data>
            </dd>
          </dl>
        </Card>
        <Card title={t("explain.ground")}>
          <dl className="facts">
            <dt>{t("explain.rule")}</dt>
            <dd>
              {explanation.rule === null ? t("explain.rule.none") : <Chip type="rule" value={explanation.rule} />}
            </dd>
            <dt>{t("explain.basis")}</dt>
            <dd>{t(`basis.${basisOf(explanation.basis)}`)}</dd>
            <dt>{t("explain.certified")}</dt>
            <dd>
              <FalsePositiveBound fpr={explanation.certifiedFpr} over={explanation.certifiedOver} />
            </dd>
            <dt>{t("explain.honest")}</dt>
            <dd>
              <HonestAlike of={explanation} />
            </dd>
            <dt>{t("explain.parts")}</dt>
            <dd>
              {t("explain.parts.value", {
                behaviour: Math.round(score.behaviour),
                presentation: Math.round(score.presentation),
              })}
            </dd>
            <dt>{t("explain.revision")}</dt>
            <dd>{explanation.revision}</dd>
          </dl>
        </Card>
        <Standings ip={request.ip} />
      </div>
    </div>
  );
}

/** Whom else it would hit. */
function HonestAlike({ of: { honest, action, basis } }: { readonly of: Explanation }): ReactNode {
  const t = useTranslator();
  if (honest.length > 0) {
    return honest.map(({ by, alike, of }) => (
      <div key={by}>{t(`explain.honest.${by}`, { alike: t.number(alike), of: t.number(of) })}</div>
    ));
  }
  const byBehaviour = (basis === "prior" || basis === "certified") && (action === "block" || action === "hold");
  return t(byBehaviour ? "explain.honest.nobody" : "explain.honest.none");
}

const bases = ["list", "rule", "prior", "certified", "none"] as const;

function basisOf(text: string): (typeof bases)[number] {
  return bases.find((each) => each === text) ?? "none";
}
