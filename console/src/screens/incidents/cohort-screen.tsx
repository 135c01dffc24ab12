import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { CohortDetail } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { CountList } from "../../parts/count-list.tsx";
import { decide } from "../../parts/decide-dialog.tsx";
import { FalsePositiveBound } from "../../parts/false-positive-bound.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { RecordsLink } from "../../parts/records-link.tsx";
import { SplitChart } from "../../parts/split-chart.tsx";
import { Answered } from "../../parts/states.tsx";
import { fixedRange } from "../../state/range.ts";
import { ActorTable } from "../actors/actors-screen.tsx";
import { FingerprintCard } from "./fingerprint-card.tsx";

/** Sessions that were judged together: the case against them, who they are, where they went. */
export function CohortScreen(): ReactNode {
  const t = useTranslator();
  const { cohort = "" } = useParams({ strict: false });
  const answer = useOperation("cohorts.get", { id: cohort }, { everyMs: 5_000 });
  return (
    <>
      <PageHead title={t("field.cohort")} note={<Chip type="cohort" value={cohort} />}>
        <Link to="/events" search={{ range: "7d", where: [`cohort:${cohort}`] }} className="button">
          {t("entity.events")}
        </Link>
        <button
          type="button"
          className="button danger"
          onClick={() => decide({ action: "block", scope: "cohort", value: cohort })}
        >
          {t("chip.block")}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => decide({ action: "allow", scope: "cohort", value: cohort })}
        >
          {t("chip.allow")}
        </button>
      </PageHead>
      <Answered of={answer}>{(detail) => <CohortView detail={detail} />}</Answered>
    </>
  );
}

function CohortView({ detail }: { readonly detail: CohortDetail }): ReactNode {
  const t = useTranslator();
  const { cohort, timeline } = detail;
  const conviction = cohort?.conviction ?? null;
  const { cohort: id = "" } = useParams({ strict: false });
  const range = fixedRange(detail.firstSeen, detail.lastSeen + 1);
  const where = [`cohort:${id}`];
  return (
    <div className="stack">
      <div className="aside-layout">
        <div className="stack">
          <Card title={t("cohort.case")} note={t("cohort.case.note")}>
            {conviction === null ? (
              <p className="soft">{cohort === null ? t("cohort.gone") : t("cohort.none")}</p>
            ) : (
              <ul className="bullets data" lang="en" translate="no">
                {conviction.evidence.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            )}
          </Card>
          <Card title={t("overview.traffic")}>
            <SplitChart
              split={{
                from: timeline.from,
                stepMs: timeline.stepMs,
                names: ["automated"],
                rows: timeline.counts.map((count) => [count]),
              }}
            />
          </Card>
        </div>
        <div className="stack">
          <Card title={t("incident.size")}>
            <dl className="facts">
              <dt>{t("column.requests")}</dt>
              <dd>
                <RecordsLink count={detail.requests} of={id} range={range} where={where} />
              </dd>
              <dt>{t("column.sessions")}</dt>
              <dd>{t.number(detail.sessions)}</dd>
              {cohort === null ? null : (
                <>
                  <dt>{t("cohort.judged")}</dt>
                  <dd>{t.number(cohort.sessions)}</dd>
                  <dt>{t("cohort.judgedAddresses")}</dt>
                  <dd>{t.number(cohort.addresses)}</dd>
                  {cohort.countries === 0 ? null : (
                    <>
                      <dt>{t("cohort.judgedCountries")}</dt>
                      <dd>{t.number(cohort.countries)}</dd>
                    </>
                  )}
                  <dt>{t("cohort.grouping")}</dt>
                  <dd>
                    <Data>{cohort.grouping}</Data>
                  </dd>
                  <dt>{t("cohort.strength")}</dt>
                  <dd>
                    {cohort.needed === null
                      ? t("cohort.small")
                      : t("cohort.case.value", {
                          nats: Math.round(cohort.nats * 10) / 10,
                          needed: Math.round(cohort.needed * 10) / 10,
                        })}
                  </dd>
                </>
              )}
              {conviction === null ? null : (
                <>
                  <dt>{t("cohort.since")}</dt>
                  <dd>
                    <Moment at={conviction.since} as="full" />
                  </dd>
                  <dt>{t("explain.certified")}</dt>
                  <dd>
                    <FalsePositiveBound
                      fpr={conviction.certifiedFpr}
                      over={conviction.certifiedOver}
                      missing={conviction.missing}
                    />
                  </dd>
                </>
              )}
              <dt>{t("session.span")}</dt>
              <dd>
                <Moment at={detail.firstSeen} as="short" /> – <Moment at={detail.lastSeen} as="short" />
              </dd>
            </dl>
          </Card>
          <Card title={t("overview.endpoints")}>
            <CountList counts={detail.endpoints} type="template" range={range} within={where} />
          </Card>
          {cohort === null || cohort.addressSample.length === 0 ? null : (
            <Card title={t("cohort.sample")}>
              <div className="row">
                {cohort.addressSample.map((ip) => (
                  <Chip key={ip} type="ip" value={ip} />
                ))}
              </div>
            </Card>
          )}
        </div>
      </div>
      {cohort === null ? null : <FingerprintCard fingerprint={cohort.fingerprint} />}
      <Card title={t("incident.members", { count: detail.actors.length })} flush>
        <ActorTable actors={detail.actors} range={range} within={where} />
      </Card>
    </div>
  );
}
