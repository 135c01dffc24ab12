import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslator } from "../i18n/translate.ts";

/** Terms that leave only what was stopped in some way: neither let through nor merely noted. */
export const stoppedTerms: readonly string[] = ["-enforced:allow", "-enforced:log", "-enforced:tag"];

/** A number that leads to the records it counts. */
export function RecordsLink({
  count,
  of,
  range,
  where,
}: {
  readonly count: number;
  /** What was counted, for those who hear the link alone. */
  readonly of: string;
  /** The span that was counted over. */
  readonly range: string;
  /** Filter terms that everything counted fits. */
  readonly where: readonly string[];
}): ReactNode {
  const t = useTranslator();
  return (
    <Link to="/events" search={{ range, where }} aria-label={t("count.records", { requests: count, value: of })}>
      {t.number(count)}
    </Link>
  );
}
