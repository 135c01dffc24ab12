import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { useActionName } from "../../parts/figures.tsx";
import type { Figures } from "./overview-figures.ts";

/** Terms of one list: one of them must fit. */
const badInfrastructure = ["tor", "proxy", "residential-proxy-suspect", "vpn", "hosting"].map(
  (each) => `infrastructure:${each}`,
);
const sparing = ["block", "deceive", "challenge"].map((each) => `enforced:${each}`);

/** What was done and what would have been, what judging costs, what it saved. */
export function Enforcement({ figures }: { readonly figures: Figures }): ReactNode {
  const t = useTranslator();
  const { latencyUs, saved, badInfrastructureShare, failModeUsed, waiting, shed, openIncidents } = figures;
  return (
    <div className="grid-2">
      <Card title={t("overview.done")} note={t(figures.sinceStart ? "overview.since" : "overview.inrange")}>
        <Actions figures={figures} />
      </Card>
      <Card title={t("overview.cost")}>
        <dl className="facts">
          {openIncidents === undefined ? null : (
            <>
              <dt>{t("overview.incidents")}</dt>
              <dd>
                <Link to="/incidents" search={{ state: "open" }} data-figure="incidents">
                  {t("overview.incidents.open", { count: openIncidents })}
                </Link>
              </dd>
            </>
          )}
          <dt>{t("overview.latency")}</dt>
          <dd>{t("overview.latency.value", { p50: micro(latencyUs.p50), p99: micro(latencyUs.p99) })}</dd>
          <dt>{t("overview.failopen")}</dt>
          <dd>
            {failModeUsed === undefined ? (
              <Link to="/health" search={{}}>
                {t("overview.failopen.see")}
              </Link>
            ) : (
              <Link to="/health" search={{}}>
                {t("overview.times", { count: failModeUsed })}
              </Link>
            )}
          </dd>
          {badInfrastructureShare === undefined ? null : (
            <>
              <dt>{t("overview.infrastructure")}</dt>
              <dd>
                {badInfrastructureShare === null ? (
                  t("overview.infrastructure.unknown")
                ) : (
                  <Link to="/events" search={{ range: figures.range, where: badInfrastructure }}>
                    {t.percent(badInfrastructureShare)}
                  </Link>
                )}
              </dd>
            </>
          )}
          {saved === undefined ? null : (
            <>
              <dt>{t("overview.saved")}</dt>
              <dd>
                <Link to="/events" search={{ range: figures.range, where: sparing }}>
                  {t("overview.saved.value", {
                    count: saved.requests,
                    seconds: t.number(saved.milliseconds / 1_000, { maximumFractionDigits: 1 }),
                  })}
                </Link>
                <br />
                <small className="soft data" lang="en" translate="no">
                  = {saved.formula}
                </small>
              </dd>
            </>
          )}
          {waiting + shed === 0 ? null : (
            <>
              <dt>{t("overview.records")}</dt>
              <dd>{t("overview.records.value", { waiting, shed })}</dd>
            </>
          )}
        </dl>
      </Card>
    </div>
  );

  function micro(us: number): string {
    if (us > 10_000) return `> ${t.number(10, { style: "unit", unit: "millisecond" })}`;
    return us >= 1_000
      ? t.number(us / 1_000, { style: "unit", unit: "millisecond", maximumFractionDigits: 1 })
      : t.number(us, { style: "unit", unit: "microsecond", maximumFractionDigits: 0 });
  }
}

function Actions({ figures }: { readonly figures: Figures }): ReactNode {
  const t = useTranslator();
  const name = useActionName();
  const rows = [...new Set([...Object.keys(figures.done), ...Object.keys(figures.would)])]
    .map((action) => ({ action, done: figures.done[action] ?? 0, would: figures.would[action] ?? 0 }))
    .filter(({ done, would }) => done + would > 0)
    .sort((a, b) => b.done + b.would - a.done - a.would);
  if (rows.length === 0) return <p className="soft">{t("overview.nothing")}</p>;
  const range = figures.sinceStart ? "7d" : figures.range;
  return (
    <div className="scroller">
      <table className="table">
        <caption className="unseen">{t("overview.done")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("overview.action")}</th>
            <th scope="col" className="number">
              {t("overview.was")}
            </th>
            <th scope="col" className="number">
              {t("overview.would")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ action, done, would }) => (
            <tr key={action}>
              <th scope="row" className="plain">
                {name(action)}
              </th>
              <td className="number">
                <Link to="/events" search={{ range, where: [`enforced:${action}`] }}>
                  {t.number(done)}
                </Link>
              </td>
              <td className="number">
                {would === 0 ? (
                  "0"
                ) : (
                  <Link to="/events" search={{ range, where: [`action:${action}`, `-enforced:${action}`] }}>
                    {t.number(would)}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
