import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { CountList } from "../../parts/count-list.tsx";
import { ActionBadge, Data, Moment, Score } from "../../parts/figures.tsx";
import { KindBadge } from "../../parts/kind.tsx";
import { Answered } from "../../parts/states.tsx";
import { fixedRange } from "../../state/range.ts";
import { Standings } from "../explain/standings.tsx";
import { SessionTable } from "../sessions/session-table.tsx";

/** One actor: what it did, whence, dressed as what, and what stands against it. */
export function ActorScreen(): ReactNode {
  const t = useTranslator();
  const { actor = "" } = useParams({ strict: false });
  const answer = useOperation("actors.get", { id: actor });
  const within = [`actor:${actor}`];
  return (
    <>
      <PageHead title={t("actor.title")} note={t("actors.note")} />
      <Answered of={answer}>
        {(detail) => {
          const range = fixedRange(detail.actor.firstSeen, detail.actor.lastSeen + 1);
          return (
            <div className="aside-layout">
              <div className="stack">
                <Card title={t("session.who")}>
                  <dl className="facts">
                    <dt>{t("field.actor")}</dt>
                    <dd>
                      <Chip type="actor" value={detail.actor.id} />
                    </dd>
                    <dt>{t("column.kind")}</dt>
                    <dd className="row">
                      <KindBadge kind={detail.actor.kind} />
                      <Score value={detail.actor.score} />
                      <ActionBadge action={detail.actor.action} />
                    </dd>
                    <dt>{t("column.client")}</dt>
                    <dd>
                      <Chip type="ip" value={detail.actor.ip} />
                    </dd>
                    <dt>{t("field.agent")}</dt>
                    <dd>
                      <Data>{detail.actor.agent === "" ? "–" : detail.actor.agent}</Data>
                    </dd>
                    <dt>{t("session.span")}</dt>
                    <dd>
                      <Moment at={detail.actor.firstSeen} as="full" /> –{" "}
                      <Moment at={detail.actor.lastSeen} as="short" />
                    </dd>
                    <dt>{t("column.requests")}</dt>
                    <dd>
                      <Link to="/events" search={{ range, where: within }}>
                        {t("actor.requests", { requests: detail.actor.requests, stopped: detail.actor.stopped })}
                      </Link>
                    </dd>
                    {detail.actor.cohort === "" ? null : (
                      <>
                        <dt>{t("field.cohort")}</dt>
                        <dd>
                          <Chip type="cohort" value={detail.actor.cohort} />
                        </dd>
                      </>
                    )}
                  </dl>
                </Card>
                <Card title={t("actor.sessions", { count: detail.actor.sessions })} flush>
                  <SessionTable sessions={detail.sessions} />
                </Card>
              </div>
              <div className="stack">
                <Standings ip={detail.actor.ip} />
                <Card title={t("overview.endpoints")}>
                  <CountList counts={detail.endpoints} type="template" range={range} within={within} />
                </Card>
                <Card title={t("actor.findings")}>
                  <CountList counts={detail.detectors} type="detector" range={range} within={within} />
                </Card>
                <Card title={t("overview.networks")}>
                  <CountList counts={detail.networks} type="network" range={range} within={within} />
                </Card>
                <Card title={t("actor.agents")}>
                  <CountList counts={detail.agents} type="agent" range={range} within={within} />
                </Card>
              </div>
            </div>
          );
        }}
      </Answered>
    </>
  );
}
