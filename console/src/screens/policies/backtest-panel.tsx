import { type ReactNode, useEffect } from "react";
import type { BacktestResult } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { CountList } from "../../parts/count-list.tsx";
import { KindBadge } from "../../parts/kind.tsx";
import { Answered } from "../../parts/states.tsx";
import { useQuiet } from "../../state/use-time.ts";

/** What the condition would have matched on record: asked again shortly after each change. */
export function BacktestPanel({
  when,
  onOverLimit,
}: {
  readonly when: string;
  readonly onOverLimit: (over: boolean) => void;
}): ReactNode {
  const t = useTranslator();
  const asked = useQuiet(when.trim(), 500);
  const answer = useOperation("policies.backtest", { when: asked }, { enabled: asked !== "" });
  const over = answer.data?.overLimit === true && answer.error === null;
  useEffect(() => onOverLimit(over), [over, onOverLimit]);
  return (
    <Card title={t("backtest.title")} note={t("backtest.note")}>
      {asked === "" ? (
        <p className="soft">{t("backtest.empty")}</p>
      ) : (
        <Answered of={answer} compact>
          {(result) => <BacktestView result={result} />}
        </Answered>
      )}
    </Card>
  );
}

/** The numbers of one backtest; each person among them is one too many. */
export function BacktestView({ result }: { readonly result: BacktestResult }): ReactNode {
  const t = useTranslator();
  return (
    <div className="stack">
      <p className="lead" aria-live="polite">
        {t("backtest.sentence", {
          requests: t.number(result.requests),
          sessions: t.number(result.sessions),
          humans: t.number(result.likelyHuman),
          bots: t.number(result.verifiedBots),
        })}
      </p>
      {result.overLimit ? (
        <p className="banner" data-tone="bad">
          {t("backtest.over", { limit: result.humanLimit })}
        </p>
      ) : null}
      <p className="note">{t("backtest.took", { ms: result.tookMs })}</p>
      {result.byPath.length === 0 ? null : (
        <div>
          <h3>{t("overview.endpoints")}</h3>
          <CountList counts={result.byPath} type="template" />
        </div>
      )}
      {result.byNetwork.length === 0 ? null : (
        <div>
          <h3>{t("overview.networks")}</h3>
          <CountList counts={result.byNetwork} type="network" />
        </div>
      )}
      {result.samples.length === 0 ? null : (
        <div>
          <h3>{t("backtest.samples")}</h3>
          <ul className="stack tight">
            {result.samples.slice(0, 8).map((sample) => (
              <li key={sample.reference} className="row">
                <KindBadge kind={sample.kind} />
                <code translate="no" className="data">
                  {sample.method} {sample.path}
                </code>
                <Chip type="reference" value={sample.reference} label={`…${sample.reference.slice(-8)}`} bare />
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
