import type { ReactNode } from "react";
import type { IncidentSummary } from "../../api/contract.ts";
import { useTranslator } from "../../i18n/translate.ts";

const tones = { low: "calm", medium: "warn", high: "bad", critical: "bad" } as const;

/** How bad an incident is, in a word. */
export function Severity({ severity }: { readonly severity: IncidentSummary["severity"] }): ReactNode {
  const t = useTranslator();
  return (
    <span className="badge" data-tone={tones[severity]}>
      {t(`severity.${severity}`)}
    </span>
  );
}

/** Whether somebody still has to look. */
export function IncidentState({ state }: { readonly state: IncidentSummary["state"] }): ReactNode {
  const t = useTranslator();
  return (
    <span className="badge" data-tone={state === "open" ? "warn" : state === "resolved" ? "good" : "calm"}>
      {t(`incident.${state}`)}
    </span>
  );
}
