import type { ReactNode } from "react";
import type { FacetField } from "../../api/contract.ts";
import { useOperation } from "../../api/use-operation.ts";
import type { MessageKey } from "../../i18n/english/index.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import type { ChipType } from "../../parts/chip.tsx";
import { CountList } from "../../parts/count-list.tsx";
import { Answered } from "../../parts/states.tsx";
import { spanOf } from "../../state/range.ts";

const lists: readonly { readonly field: FacetField; readonly type: ChipType; readonly title: MessageKey }[] = [
  { field: "template", type: "template", title: "overview.endpoints" },
  { field: "network", type: "network", title: "overview.networks" },
  { field: "headers", type: "fingerprint", title: "overview.fingerprints" },
];

/** Where automation goes, whence it comes and how it looks. */
export function TopLists({ range }: { readonly range: string }): ReactNode {
  const t = useTranslator();
  return (
    <div className="grid-3">
      {lists.map(({ field, type, title }) => (
        <Card key={field} title={t(title)} note={t("overview.automated")}>
          <TopList field={field} type={type} range={range} />
        </Card>
      ))}
    </div>
  );
}

function TopList({
  field,
  type,
  range,
}: {
  readonly field: FacetField;
  readonly type: ChipType;
  readonly range: string;
}): ReactNode {
  // A live range moves every second; the lists need not be asked for that often.
  const [from = "0"] = range.split("..");
  const calm = Math.floor(Number(from) / 10_000) * 10_000;
  const { to } = spanOf(range, 0);
  const answer = useOperation("events.facets", {
    from: calm,
    ...(to === undefined ? {} : { to: Math.ceil(to / 10_000) * 10_000 }),
    kind: ["automated"],
    field,
    limit: 6,
  });
  return (
    <Answered of={answer} compact>
      {({ values }) => <CountList counts={values} type={type} range={range} within={["kind:automated"]} />}
    </Answered>
  );
}
