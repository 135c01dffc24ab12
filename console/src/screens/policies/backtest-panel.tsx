import { type ReactNode, useEffect } from "react";
import type { BacktestedRule } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Moment } from "../../parts/figures.tsx";
import { Answered } from "../../parts/states.tsx";
import { duration, useQuiet } from "../../state/use-time.ts";

/** What the condition would have matched of what is stored: asked again shortly after each change. */
export function BacktestPanel({
  when,
  onOverLimit,
}: {
  readonly when: string;
  readonly onOverLimit: (over: boolean) => void;
}): ReactNode {
  const t = useTranslator();
  const asked = useQuiet(when.trim(), 700);
  const answer = useOperation("policies.backtest", { when: asked }, { enabled: asked !== "" });
  const over = answer.data?.rules[0]?.overLimit === true && answer.error === null;
  useEffect(() => onOverLimit(over), [over, onOverLimit]);
  return (
    <Card title={t("backtest.title")} note={t("backtest.note")}>
      {asked === "" ? (
        <p className="soft">{t("backtest.empty")}</p>
      ) : (
        <Answered of={answer} compact>
          {({ rules: [rule], storedRequests, storedSessions, from, to, tookMs }) => (
            <div className="stack tight">
              {rule === undefined ? null : <BacktestView rule={rule} />}
              <p className="note">
                {t("backtest.stored", { requests: storedRequests, sessions: storedSessions, ms: tookMs })}
                {from > 0 ? (
                  <>
                    {" · "}
                    <Moment at={from} as="short" /> – <Moment at={to} as="short" />
                  </>
                ) : null}
              </p>
            </div>
          )}
        </Answered>
      )}
    </Card>
  );
}

/** The numbers of one backtest; each person among them is one too many. */
export function BacktestView({ rule }: { readonly rule: BacktestedRule }): ReactNode {
  const t = useTranslator();
  return (
    <div className="stack tight">
      <p className="lead" aria-live="polite">
        {t("backtest.sentence", {
          requests: t.number(rule.requests),
          sessions: t.number(rule.sessions),
          humans: t.number(rule.likelyHuman),
          bots: t.number(rule.verifiedBots),
        })}
      </p>
      {rule.overLimit ? (
        <p className="banner" data-tone="bad">
          {t("backtest.over")}{" "}
          <span translate="no" lang="en" className="data">
            {rule.reason}
          </span>
        </p>
      ) : null}
      {rule.notStored.length === 0 ? null : (
        <p className="banner" data-tone="warn">
          {t("backtest.notStored")} <code translate="no">{rule.notStored.join(", ")}</code>
        </p>
      )}
      <dl className="facts">
        <dt>{t("nav.actors")}</dt>
        <dd>{t.number(rule.actors)}</dd>
        <dt>{t("backtest.share")}</dt>
        <dd>
          {rule.humanShare === null
            ? t("backtest.share.none")
            : t.number(rule.humanShare, { style: "percent", maximumSignificantDigits: 2 })}
        </dd>
        <dt>{t("overview.saved")}</dt>
        <dd>
          {t("palette.requests", { count: rule.savedRequests })} · {duration(rule.savedOriginMs, t.locale)}
        </dd>
      </dl>
    </div>
  );
}
