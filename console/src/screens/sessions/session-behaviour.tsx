import type { ReactNode } from "react";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Chip } from "../../parts/chip.tsx";

/** Dimensions named here; the cohort's page has all. */
const namedMax = 6;

/** The cohort that a session was judged with, and what its members do, in a few words: rows for a list of facts. */
export function SessionBehaviour({ cohort }: { readonly cohort: string }): ReactNode {
  const t = useTranslator();
  const answer = useOperation("cohorts.get", { id: cohort });
  const fingerprint = answer.data?.cohort?.fingerprint ?? null;
  return (
    <>
      <dt>{t("field.cohort")}</dt>
      <dd>
        <Chip type="cohort" value={cohort} />
      </dd>
      {fingerprint === null ? null : (
        <>
          <dt>{t("session.behaviour")}</dt>
          <dd className="data" lang="en" translate="no">
            {fingerprint.dimensions
              .toSorted((a, b) => Number(b.telling) - Number(a.telling) || a.peopleShare - b.peopleShare)
              .slice(0, namedMax)
              .map(({ name, shows }) => `${name}: ${shows}`)
              .join(" · ")}
          </dd>
        </>
      )}
    </>
  );
}
