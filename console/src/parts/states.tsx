import type { ReactNode } from "react";
import { CallError } from "../api/client.ts";
import { useTranslator } from "../i18n/translate.ts";
import { Icon } from "./icons.tsx";

/** Says that something is being fetched, without a flicker where it is quick. */
export function Loading(): ReactNode {
  const t = useTranslator();
  return (
    <div className="state" role="status">
      <div className="loading-bar" />
      <p>{t("state.loading")}</p>
    </div>
  );
}

/** Says why nothing is shown, and offers one thing to do. */
export function Empty({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <div className="state">
      <svg className="state-mark" width="22" height="22" viewBox="0 0 16 16" aria-hidden="true">
        <path
          d="M2.5 9.5 4 3h8l1.5 6.5v4h-11v-4Zm0 0H6l1 1.5h2l1-1.5h3.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.3"
        />
      </svg>
      <h3>{title}</h3>
      {children === undefined ? null : <p>{children}</p>}
      {action}
    </div>
  );
}

/** Explains a failed call in words; never a raw stack. */
export function Failure({
  error,
  retry,
  compact = false,
}: {
  readonly error: Error;
  readonly retry?: () => void;
  readonly compact?: boolean;
}): ReactNode {
  const t = useTranslator();
  const fault = error instanceof CallError ? error.fault : "broken";
  if (fault === "missing" && compact) return <p className="soft">{t("state.missing")}</p>;
  if (fault === "missing") {
    return (
      <Empty title={t("state.missing")} action={<RetryButton retry={retry} />}>
        {t("state.missing.why")}
      </Empty>
    );
  }
  return (
    <div className="state" data-tone="bad" role="alert">
      <span className="row">
        <Icon name="incidents" size={20} />
      </span>
      <h3>{t(`fault.${fault}`)}</h3>
      <p>
        {t(`fault.${fault}.why`)}{" "}
        <span translate="no" lang="en" className="data">
          {error.message}
        </span>
      </p>
      {fault === "signed-out" ? (
        <a className="button primary" href="/console/login">
          {t("login.title")}
        </a>
      ) : (
        <RetryButton retry={retry} />
      )}
    </div>
  );
}

function RetryButton({ retry }: { readonly retry: (() => void) | undefined }): ReactNode {
  const t = useTranslator();
  return (
    <button type="button" className="button" onClick={retry ?? (() => location.reload())}>
      {t("state.retry")}
    </button>
  );
}

/** What a screen waits for. */
interface Asked<Value> {
  readonly data: Value | undefined;
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly refetch: () => unknown;
}

/** Shows the answer of an operation, or how it stands with it. */
export function Answered<Value>({
  of,
  compact = false,
  children,
}: {
  readonly of: Asked<Value>;
  /** Inside a card among others: what is not offered is said in one line. */
  readonly compact?: boolean;
  readonly children: (value: Value) => ReactNode;
}): ReactNode {
  if (of.data !== undefined && of.error === null) return children(of.data);
  if (of.error !== null) return <Failure error={of.error} retry={() => void of.refetch()} compact={compact} />;
  return <Loading />;
}
