import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { SessionDetail, SessionStep } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { ActionBadge, Data, Moment, Score } from "../../parts/figures.tsx";
import { KindBadge } from "../../parts/kind.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { fixedRange } from "../../state/range.ts";
import { useScreenSearch } from "../../state/search.ts";
import { ComparePanel } from "./compare-panel.tsx";
import { SessionBehaviour } from "./session-behaviour.tsx";
import { StepPanel } from "./step-panel.tsx";
import { Waterfall } from "./waterfall.tsx";

/** Steps that are asked for at once; what lies beyond is said. */
const stepsMax = 5_000;

/** One session, request by request: what it did, in which rhythm, what was found at each step. */
export function SessionScreen(): ReactNode {
  const { session = "" } = useParams({ strict: false });
  const answer = useOperation("sessions.get", { id: session, limit: stepsMax });
  return <Answered of={answer}>{(detail) => <SessionView detail={detail} />}</Answered>;
}

function SessionView({ detail }: { readonly detail: SessionDetail }): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const [chosen, choose] = useState<SessionStep>();
  const { session, steps, more } = detail;
  const compared = search.compare === "person";
  const cohort = steps.findLast(({ event }) => event.cohort !== "")?.event.cohort ?? "";
  return (
    <>
      <PageHead title={t("session.title")} note={t("session.note")}>
        <button
          type="button"
          className="button"
          aria-pressed={compared}
          onClick={() => change({ compare: compared ? undefined : "person" })}
        >
          {t("session.compare")}
        </button>
      </PageHead>
      <Card title={t("session.who")}>
        <dl className="facts two">
          <dt>{t("field.session")}</dt>
          <dd>
            <Chip type="session" value={session.id} />
          </dd>
          <dt>{t("field.actor")}</dt>
          <dd>
            <Chip type="actor" value={session.actor} />
          </dd>
          <dt>{t("column.client")}</dt>
          <dd>
            <Chip type="ip" value={session.ip} />
          </dd>
          <dt>{t("column.kind")}</dt>
          <dd className="row">
            <KindBadge kind={session.kind} /> <Score value={session.score} />
            <ActionBadge action={session.action} />
          </dd>
          <dt>{t("field.agent")}</dt>
          <dd>
            <Data>{session.agent === "" ? "–" : session.agent}</Data>
          </dd>
          {cohort === "" ? null : <SessionBehaviour cohort={cohort} />}
          <dt>{t("session.span")}</dt>
          <dd>
            <Moment at={session.firstSeen} as="full" /> – <Moment at={session.lastSeen} />
            {" · "}
            <Link
              to="/events"
              search={{
                range: fixedRange(session.firstSeen, session.lastSeen + 1),
                where: [`session:${session.id}`],
              }}
            >
              {t("palette.requests", { count: session.requests })}
            </Link>
          </dd>
        </dl>
      </Card>
      {compared ? <ComparePanel detail={detail} /> : null}
      {steps.length === 0 ? (
        <Empty title={t("session.empty")}>{t("session.empty.why")}</Empty>
      ) : (
        <div className={chosen === undefined ? "" : "aside-layout"}>
          <Card
            title={t("session.steps", { count: steps.length })}
            note={more === 0 ? t("session.steps.note") : t("session.more", { count: more })}
            flush
          >
            <Waterfall steps={steps} chosen={chosen} onChoose={choose} />
          </Card>
          {chosen === undefined ? null : <StepPanel step={chosen} onClose={() => choose(undefined)} />}
        </div>
      )}
    </>
  );
}
