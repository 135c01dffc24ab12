import type { ReactNode } from "react";
import type { MessageKey } from "../i18n/english/index.ts";
import { useTranslator } from "../i18n/translate.ts";
import { useNow, useTime } from "../state/use-time.ts";

const actions = [
  "allow",
  "tag",
  "log",
  "throttle",
  "step-up",
  "hold",
  "challenge",
  "deceive",
  "tarpit",
  "route",
  "block",
] as const;

/** An action in words; an unknown one stays as the gateway names it. */
export function useActionName(): (action: string) => string {
  const t = useTranslator();
  return (action) => {
    const known = actions.find((each) => each === action);
    return known === undefined ? action : t(`action.${known}` satisfies MessageKey);
  };
}

/** What was done, and what would have been done but for observe mode. */
export function ActionBadge({ action, enforced }: { readonly action: string; readonly enforced?: string }): ReactNode {
  const t = useTranslator();
  const name = useActionName();
  const done = enforced ?? action;
  const harmless = (one: string): boolean => one === "allow" || one === "log" || one === "tag";
  if (done !== action && !harmless(action)) {
    return (
      <span className="badge" data-tone="warn">
        {t("action.would", { action: name(action) })}
      </span>
    );
  }
  return (
    <span className="badge" data-tone={harmless(done) ? undefined : "bad"}>
      {name(done)}
    </span>
  );
}

/** A score 0–100 with a bar; higher is worse. */
export function Score({ value }: { readonly value: number }): ReactNode {
  const t = useTranslator();
  const tone = value >= 70 ? "kind-automated" : value >= 40 ? "kind-declared-bot" : "kind-human";
  return (
    <span className="score" title={t("score.title", { score: Math.round(value) })}>
      <b>{Math.round(value)}</b>
      <svg className={tone} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width={Math.max(0, Math.min(100, value))} height="6" fill="currentColor" />
      </svg>
    </span>
  );
}

/** A moment: relative or by the clock, with the whole date in reach. */
export function Moment({
  at,
  as = "clock",
}: {
  readonly at: number;
  /** `near`: by the clock, with the day where it is not today. */
  readonly as?: "clock" | "short" | "relative" | "full" | "near";
}): ReactNode {
  const time = useTime();
  const now = useNow();
  if (at <= 0) return <span className="soft">–</span>;
  const shown =
    as === "relative"
      ? time.relative(at, now)
      : time[as === "near" ? (now - at < 43_200_000 ? "clock" : "short") : as](at);
  return (
    <time dateTime={new Date(at).toISOString()} title={`${time.full(at)} (${time.relative(at, now)})`}>
      {shown}
    </time>
  );
}

/** Data as it came, which no translation may touch. */
export function Data({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <bdi translate="no" className="data">
      {children}
    </bdi>
  );
}
