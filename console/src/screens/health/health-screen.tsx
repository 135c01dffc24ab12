import type { ReactNode } from "react";
import type { Health } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Data } from "../../parts/figures.tsx";
import { Answered } from "../../parts/states.tsx";
import { duration } from "../../state/use-time.ts";

const tones = { good: "good", warning: "warn", bad: "bad" } as const;

/** How the gateway and its parts are, the worst first, each with what to do. */
export function HealthScreen(): ReactNode {
  const t = useTranslator();
  const answer = useOperation("health", {}, { everyMs: 5_000 });
  return (
    <>
      <PageHead title={t("nav.health")} note={t("health.note")} />
      <Answered of={answer}>{(health) => <HealthView health={health} />}</Answered>
    </>
  );
}

function HealthView({ health }: { readonly health: Health }): ReactNode {
  const t = useTranslator();
  const rank = { bad: 0, warning: 1, good: 2 };
  const parts = [...health.parts].sort((a, b) => rank[a.state] - rank[b.state]);
  const failures = Object.entries(health.failModeUsed);
  return (
    <>
      <div className="banner" data-tone={tones[health.state]} role="status">
        <b>{t(`health.${health.state}`)}</b>
        <span>{t(`health.${health.state}.why`)}</span>
      </div>
      <Card title={t("health.parts")} flush>
        <ul className="health">
          {parts.map((part) => (
            <li key={`${part.name} ${part.says}`}>
              <span className="badge" data-tone={tones[part.state]}>
                {t(`health.${part.state}`)}
              </span>
              <div>
                <b translate="no" lang="en" className="data">
                  {part.name}
                </b>
                {part.says === "" ? null : (
                  <p translate="no" lang="en" className="data">
                    {part.says}
                  </p>
                )}
                {part.fix === "" ? null : (
                  <p>
                    {t("health.fix")}{" "}
                    <span translate="no" lang="en" className="data">
                      {part.fix}
                    </span>
                  </p>
                )}
              </div>
            </li>
          ))}
        </ul>
      </Card>
      <div className="grid-3">
        <Card title={t("health.process")}>
          <dl className="facts">
            <dt>Gait</dt>
            <dd>{health.version}</dd>
            <dt>Node</dt>
            <dd>{health.node}</dd>
            <dt>{t("health.uptime")}</dt>
            <dd>{duration(health.uptimeSeconds * 1_000, t.locale)}</dd>
            <dt>{t("health.memory")}</dt>
            <dd>
              {t.number(health.memoryBytes / 1_048_576, {
                style: "unit",
                unit: "megabyte",
                maximumFractionDigits: 0,
              })}
            </dd>
          </dl>
        </Card>
        <Card title={t("health.records")}>
          <dl className="facts">
            <dt>{t("health.appended")}</dt>
            <dd>{t.number(health.records.appended)}</dd>
            <dt>{t("health.stored")}</dt>
            <dd>{t.number(health.records.stored)}</dd>
            <dt>{t("health.shed")}</dt>
            <dd>{t.number(health.records.shed)}</dd>
          </dl>
        </Card>
        <Card title={t("health.failmodes")} note={t("health.failmodes.note")}>
          <Numbers entries={failures} none={t("health.failmodes.none")} />
        </Card>
      </div>
      <Card title={t("health.engine")} note={t("health.engine.note")}>
        <Numbers entries={Object.entries(health.engine)} none="–" />
      </Card>
    </>
  );
}

function Numbers({
  entries,
  none,
}: {
  readonly entries: readonly (readonly [string, number])[];
  readonly none: string;
}): ReactNode {
  const t = useTranslator();
  if (entries.length === 0) return <p className="soft">{none}</p>;
  return (
    <dl className="facts columns">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>
            <Data>{name}</Data>
          </dt>
          <dd>{t.number(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
