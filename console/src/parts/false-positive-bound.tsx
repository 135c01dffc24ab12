import type { ReactNode } from "react";
import { useTranslator } from "../i18n/translate.ts";

/** The false-positive bound that a conviction or verdict has earned, and whom it is about; without one, what is missing where that is known. */
export function FalsePositiveBound({ fpr, over, missing }: FalsePositiveBoundProps): ReactNode {
  const t = useTranslator();
  if (fpr === null) {
    if (missing === undefined) return <>{t("explain.certified.none")}</>;
    return <>{missing === 0 ? t("explain.certified.refuted") : t("explain.certified.missing", { count: missing })}</>;
  }
  const bound = t.number(fpr, { style: "percent", maximumSignificantDigits: 2 });
  return <>{t(over === "earlier visits" ? "explain.certified.visits" : "explain.certified.people", { bound })}</>;
}

export interface FalsePositiveBoundProps {
  readonly fpr: number | null;
  readonly over?: string | null;
  /** People or visits still missing for a bound; 0 without one: enough were seen, and too many of them would be hit. */
  readonly missing?: number;
}
