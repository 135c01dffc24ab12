import { lazy, type ReactNode, Suspense } from "react";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { CountList } from "../../parts/count-list.tsx";
import { Answered, Loading } from "../../parts/states.tsx";
import { spanOf } from "../../state/range.ts";
import { useNow } from "../../state/use-time.ts";

/** The outlines are 40 KB: they are loaded when there is something to show on them. */
const WorldMap = lazy(() => import("./world-map.tsx").then(({ WorldMap: each }) => ({ default: each })));

/** The countries that requests come from, as a map and as numbers that lead to their records. */
export function Origins({ range }: { readonly range: string }): ReactNode {
  const t = useTranslator();
  const now = useNow();
  const answer = useOperation("events.facets", { ...spanOf(range, now), field: "country", limit: 200 });
  return (
    <Card title={t("overview.map")} note={t("overview.map.note")}>
      <Answered of={answer} compact>
        {({ values }) => {
          const known = values.filter(({ value }) => value !== "");
          if (known.length === 0) return <p className="soft">{t("overview.map.none")}</p>;
          return (
            <div className="origins">
              <Suspense fallback={<Loading />}>
                <WorldMap counts={known} />
              </Suspense>
              <CountList counts={known.slice(0, 8)} type="country" range={range} />
            </div>
          );
        }}
      </Answered>
    </Card>
  );
}
