import { type ReactNode, useMemo } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { worldShapes } from "./world-shapes.ts";

const steps = 5;

/** Where requests come from: the darker, the more, each step ten times the one before. The table beside it tells the numbers. */
export function WorldMap({
  counts,
}: {
  readonly counts: readonly { readonly value: string; readonly requests: number }[];
}): ReactNode {
  const t = useTranslator();
  const shapes = useMemo(worldShapes, []);
  const byCode = new Map(counts.map(({ value, requests }) => [value, requests]));
  const most = Math.max(1, ...counts.map(({ requests }) => requests));
  const stepOf = (requests: number): number =>
    requests === 0 ? 0 : Math.max(1, steps - Math.floor(Math.log10(most / requests)));
  return (
    <svg className="world" viewBox="0 0 360 150" role="img" aria-label={t("overview.map.label")}>
      {shapes.map(({ name, code, path }) => {
        const requests = byCode.get(code) ?? 0;
        return (
          <path key={name} d={path} className="world-country" data-step={code === "" ? 0 : stepOf(requests)}>
            {requests === 0 ? null : <title>{`${code}: ${t.number(requests)}`}</title>}
          </path>
        );
      })}
    </svg>
  );
}
