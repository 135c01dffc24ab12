import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Chip } from "../../parts/chip.tsx";
import { RangePicker } from "../../parts/filter-bar.tsx";
import { Answered, Empty, Loading } from "../../parts/states.tsx";
import { spanOf } from "../../state/range.ts";
import { saveFile } from "../../state/save-file.ts";
import { useScreenSearch } from "../../state/search.ts";
import { filterOf } from "../../state/terms.ts";
import { useNow } from "../../state/use-time.ts";
import { LearnedCard } from "./learned-card.tsx";
import { type Ways, waysOf } from "./ways.ts";
import { WaysTable } from "./ways-table.tsx";

const Drawing = lazy(() => import("./ways-drawing.tsx").then(({ WaysDrawing }) => ({ default: WaysDrawing })));

/** People's ways through the application as weight, the ways of automation or of one suspect on top. */
export function GraphScreen(): ReactNode {
  const t = useTranslator();
  const [search] = useScreenSearch();
  const now = useNow();
  const span = spanOf(search.range, now);
  const people = useOperation("events.ways", { ...span, kind: ["human"], limit: 400 });
  const where = search.where ?? ["kind:automated"];
  const suspect = useOperation("events.ways", { ...filterOf(where), ...span, limit: 400 });
  return (
    <>
      <PageHead title={t("nav.graph")} note={t("graph.note")}>
        <RangePicker />
      </PageHead>
      <div className="row">
        <span className="note">{t("graph.suspect")}</span>
        {where.map((term) => {
          const [field = "", ...rest] = term.split(":");
          const value = rest.join(":");
          return field === "session" || field === "actor" || field === "cohort" || field === "ip" ? (
            <Chip key={term} type={field} value={value} />
          ) : (
            <code key={term} translate="no" className="data">
              {term}
            </code>
          );
        })}
        {search.where === undefined ? null : (
          <Link to="." search={{ ...(search.range === undefined ? {} : { range: search.range }) }} className="button">
            {t("graph.all")}
          </Link>
        )}
      </div>
      <Answered of={people}>
        {(honest) => (
          <Answered of={suspect}>{(other) => <GraphView ways={waysOf(honest.ways, other.ways)} />}</Answered>
        )}
      </Answered>
      <LearnedCard />
    </>
  );
}

/** Loaded with the drawing, which is there when its button is pressed. */
async function savePicture(): Promise<void> {
  const { pictureOf } = await import("./ways-drawing.tsx");
  const picture = pictureOf(document);
  if (picture !== "") saveFile("ways.svg", picture, { type: "image/svg+xml" });
}

function GraphView({ ways }: { readonly ways: Ways }): ReactNode {
  const t = useTranslator();
  if (ways.edges.length === 0) return <Empty title={t("graph.empty")}>{t("graph.empty.why")}</Empty>;
  return (
    <>
      <Card title={t("graph.sentence")}>
        <p className="lead" data-sentence="">
          {ways.suspectSteps === 0
            ? t("graph.still")
            : ways.strange === 0
              ? t("graph.same", { steps: ways.suspectSteps })
              : t("graph.strange", {
                  share: t.percent(ways.strange / Math.max(1, ways.suspectSteps)),
                  steps: ways.suspectSteps,
                  from: ways.worst?.from ?? "",
                  to: ways.worst?.to ?? "",
                })}
        </p>
      </Card>
      <Card
        title={t("graph.picture")}
        note={t("graph.picture.note")}
        tools={
          <button type="button" className="button no-print" onClick={() => void savePicture()}>
            {t("graph.export")}
          </button>
        }
      >
        <Suspense fallback={<Loading />}>
          <Drawing ways={ways} />
        </Suspense>
      </Card>
      <Card title={t("chart.table")} flush>
        <WaysTable ways={ways} />
      </Card>
    </>
  );
}
