import type { ReactNode } from "react";
import { useLive } from "../../api/live.ts";
import { useTranslator } from "../../i18n/translate.ts";

/** Says in which mode the gateway is, and what is not as configured. */
export function ModeBanner(): ReactNode {
  const t = useTranslator();
  const { document } = useLive();
  if (document === undefined) return null;
  const { mode, degraded, draining, applications } = document.status;
  const others = applications.filter((one) => one.mode !== mode);
  return (
    <>
      {mode === "enforce" ? null : (
        <div className="banner" data-tone="warn">
          <b>{t("mode.observe")}</b>
          <span className="grow">{t("mode.observe.why")}</span>
        </div>
      )}
      {others.length === 0 ? null : (
        <div className="banner" data-tone="warn">
          {t("overview.modes")} <bdi translate="no">{others.map((one) => `${one.name}: ${one.mode}`).join(", ")}</bdi>
        </div>
      )}
      {degraded === null ? null : (
        <div className="banner" data-tone="bad" role="status">
          <b>{t("overview.degraded")}</b>
          <span className="grow data" translate="no" lang="en">
            {degraded}
          </span>
        </div>
      )}
      {draining ? (
        <div className="banner" data-tone="bad" role="status">
          {t("overview.draining")}
        </div>
      ) : null}
    </>
  );
}
