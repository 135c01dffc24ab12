import { lazy, type ReactNode, Suspense, useId, useMemo } from "react";
import { useTranslator } from "../i18n/translate.ts";
import { Moment } from "./figures.tsx";
import { KindMark, kindOf, kinds } from "./kind.tsx";

/** Counts per step and name; names are kinds of client. */
export interface Split {
  readonly from: number;
  readonly stepMs: number;
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

const Drawing = lazy(() => import("./split-drawing.tsx").then(({ SplitDrawing }) => ({ default: SplitDrawing })));

/** Traffic over time, stacked by kind, with its legend and the same as a table. */
export function SplitChart({
  split: given,
  onSelect,
}: {
  readonly split: Split;
  /** A span that was drawn over the chart. */
  readonly onSelect?: (from: number, to: number) => void;
}): ReactNode {
  const t = useTranslator();
  const id = useId();
  const split = useMemo(() => inOrder(given), [given]);
  const totals = split.names.map((_, index) => split.rows.reduce((sum, row) => sum + (row[index] ?? 0), 0));
  const steps = summed(split, 12);
  return (
    <div className="stack tight">
      <ul className="legend" id={id}>
        {split.names.map((name, index) => (
          <li key={name}>
            <KindMark kind={name} />
            {t(`kind.${kindOf(name)}`)} <b>{t.number(totals[index] ?? 0)}</b>
          </li>
        ))}
      </ul>
      <div className="chart" role="img" aria-label={t("chart.split")} aria-describedby={id}>
        <Suspense fallback={<div className="chart-wait" />}>
          <Drawing split={split} {...(onSelect === undefined ? {} : { onSelect })} />
        </Suspense>
      </div>
      <details className="no-print">
        <summary>{t("chart.table")}</summary>
        <div className="scroller">
          <table className="table">
            <caption className="unseen">{t("chart.split")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("chart.from")}</th>
                {split.names.map((name) => (
                  <th key={name} scope="col" className="number">
                    {t(`kind.${kindOf(name)}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {steps.map(({ at, row }) => (
                <tr key={at}>
                  <th scope="row">
                    <Moment at={at} as="short" />
                  </th>
                  {row.map((count, place) => (
                    <td key={split.names[place]} className="number">
                      {t.number(count)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}

/** The kinds in their one order, so that a kind has its place in every picture. */
function inOrder(split: Split): Split {
  // One series alone is a picture of its own; otherwise every kind is there, be it with zeros.
  if (split.names.length === 1) return split;
  const places = kinds.map((kind) => split.names.findIndex((name) => kindOf(name) === kind));
  return {
    ...split,
    names: kinds,
    rows: split.rows.map((row) => places.map((place) => row[place] ?? 0)),
  };
}

/** The same counts in at most `stepsMax` rows. */
function summed(split: Split, stepsMax: number): readonly { readonly at: number; readonly row: readonly number[] }[] {
  const every = Math.max(1, Math.ceil(split.rows.length / stepsMax));
  const rows: { at: number; row: readonly number[] }[] = [];
  for (let first = 0; first < split.rows.length; first += every) {
    const part = split.rows.slice(first, first + every);
    const row = split.names.map((_, index) => part.reduce((sum, counts) => sum + (counts[index] ?? 0), 0));
    rows.push({ at: split.from + first * split.stepMs, row });
  }
  return rows;
}
