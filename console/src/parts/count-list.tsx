import type { ReactNode } from "react";
import type { Counted } from "../api/contract.ts";
import { useTranslator } from "../i18n/translate.ts";
import { Chip, type ChipType } from "./chip.tsx";

/** Values by how often they occur, each with a bar beside its number. */
export function CountList({
  counts,
  type,
}: {
  readonly counts: readonly Counted[];
  readonly type: ChipType;
}): ReactNode {
  const t = useTranslator();
  const shown = counts.filter(({ value }) => value !== "");
  if (shown.length === 0) return <p className="soft">{t("state.none")}</p>;
  const most = Math.max(...shown.map(({ requests }) => requests));
  return (
    <ul className="bars">
      {shown.map(({ value, requests }) => (
        <li key={value}>
          <Chip type={type} value={value} bare />
          <span className="bar kind-automated" aria-hidden="true">
            <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
              <rect width={(100 * requests) / most} height="6" fill="currentColor" />
            </svg>
          </span>
          <span className="number">{t.number(requests)}</span>
        </li>
      ))}
    </ul>
  );
}
