import { Link } from "@tanstack/react-router";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { Proposal } from "../../api/contract.ts";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { BacktestView } from "../policies/backtest-panel.tsx";

type Decision = "approve" | "watch" | "reject";

const keys: Readonly<Record<string, Decision>> = { y: "approve", w: "watch", n: "reject" };

/** Rules that a machine wrote and a person decides about: one key each, many at once, undone within ten seconds. */
export function ReviewScreen(): ReactNode {
  const t = useTranslator();
  const answer = useOperation("proposals.list", {}, { everyMs: 10_000 });
  return (
    <>
      <PageHead title={t("nav.review")} note={t("review.note")} />
      <Answered of={answer}>
        {({ proposals }) =>
          proposals.length === 0 ? (
            <Empty
              title={t("review.empty")}
              action={
                <Link to="/policies" search={{}} className="button">
                  {t("nav.policies")}
                </Link>
              }
            >
              {t("review.empty.why")}
            </Empty>
          ) : (
            <Queue proposals={proposals} />
          )
        }
      </Answered>
    </>
  );
}

function Queue({ proposals }: { readonly proposals: readonly Proposal[] }): ReactNode {
  const t = useTranslator();
  const change = useChange("proposals.decide");
  const [at, setAt] = useState(0);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<readonly string[]>([]);
  const place = Math.min(at, proposals.length - 1);
  const current = proposals[place];
  const { mutate } = change;
  const undo = useCallback((): void => {
    if (last.current.length === 0) return;
    mutate({ ids: last.current, decision: "undo" }, { onSuccess: () => say(t("review.undone")) });
    last.current = [];
  }, [mutate, t]);
  const decide = useCallback(
    (decision: Decision): void => {
      const ids = selected.size > 0 ? [...selected] : current === undefined ? [] : [current.id];
      if (ids.length === 0) return;
      mutate(
        { ids, decision },
        {
          onSuccess: () => {
            last.current = ids;
            setSelected(new Set());
            say(t(`review.done.${decision}`, { count: ids.length }), undo);
          },
          onError: (error) => say(error.message),
        },
      );
    },
    [selected, current, mutate, t, undo],
  );
  const toggle = useCallback((id: string): void => {
    setSelected((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog") !== null)
        return;
      const decision = keys[event.key];
      if (decision !== undefined) decide(decision);
      else if (event.key === "u") undo();
      else if (event.key === "x" && current !== undefined) toggle(current.id);
      else if (event.key === "j") setAt(Math.min(proposals.length - 1, place + 1));
      else if (event.key === "k") setAt(Math.max(0, place - 1));
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    document.addEventListener("keydown", pressed, { capture: true });
    return () => document.removeEventListener("keydown", pressed, { capture: true });
  }, [decide, undo, toggle, current, place, proposals.length]);
  if (current === undefined) return null;
  return (
    <div className="queue">
      <Card title={t("review.waiting", { count: proposals.length })} flush>
        <ul className="queue-list">
          {proposals.map((proposal, index) => (
            <li key={proposal.id} aria-current={index === place ? "true" : undefined}>
              <input
                type="checkbox"
                aria-label={t("review.select", { name: proposal.rule.name })}
                checked={selected.has(proposal.id)}
                onChange={() => toggle(proposal.id)}
              />
              <button type="button" className="queue-item" onClick={() => setAt(index)}>
                <b translate="no" className="data">
                  {proposal.rule.name}
                </b>
                <span className="soft data" translate="no" lang="en">
                  {proposal.reason}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </Card>
      <ProposalView proposal={current} count={selected.size} onDecide={decide} />
    </div>
  );
}

function ProposalView({
  proposal,
  count,
  onDecide,
}: {
  readonly proposal: Proposal;
  readonly count: number;
  readonly onDecide: (decision: Decision) => void;
}): ReactNode {
  const t = useTranslator();
  const { rule, reason, evidence, author, at, expiresAt, effect } = proposal;
  return (
    <Card
      title={count > 0 ? t("review.selected", { count }) : <Data>{rule.name}</Data>}
      tools={
        <>
          <button type="button" className="button primary" onClick={() => onDecide("approve")}>
            {t("review.approve")} <kbd>y</kbd>
          </button>
          <button type="button" className="button" onClick={() => onDecide("watch")}>
            {t("review.watch")} <kbd>w</kbd>
          </button>
          <button type="button" className="button danger" onClick={() => onDecide("reject")}>
            {t("review.reject")} <kbd>n</kbd>
          </button>
        </>
      }
    >
      <div className="stack" aria-live="polite">
        <p className="lead data" translate="no" lang="en">
          {reason}
        </p>
        <pre className="cel-twin" translate="no">
          {rule.when}
        </pre>
        <dl className="facts">
          <dt>{t("policies.does")}</dt>
          <dd>
            <Data>{rule.does}</Data>
          </dd>
          <dt>{t("review.author")}</dt>
          <dd>
            <Data>{author}</Data> · <Moment at={at} as="relative" />
          </dd>
          <dt>{t("review.expires")}</dt>
          <dd>{expiresAt === null ? t("length.forever") : <Moment at={expiresAt} as="full" />}</dd>
        </dl>
        <div>
          <h3>{t("explain.evidence")}</h3>
          <ul className="bullets data" translate="no" lang="en">
            {evidence.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
        <div>
          <h3>{t("review.effect")}</h3>
          {effect === null ? <p className="soft">{t("review.effect.none")}</p> : <BacktestView rule={effect} />}
        </div>
        <Link
          to="/policies/$policy"
          params={{ policy: "new" }}
          search={{ text: JSON.stringify(rule) }}
          className="button"
        >
          {t("review.edit")}
        </Link>
      </div>
    </Card>
  );
}
