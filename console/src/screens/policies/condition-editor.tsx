import { type ReactNode, useId, useMemo } from "react";
import { useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Segments } from "../../parts/segments.tsx";
import { useScreenSearch } from "../../state/search.ts";
import { useQuiet } from "../../state/use-time.ts";
import { writeCondition } from "./sentence/condition-tree.ts";
import { PartEditor } from "./sentence/part-editor.tsx";
import { readCondition } from "./sentence/read-condition.ts";

/**
 * A condition in two views of one text: as a sentence of chosen parts, and as CEL. What is typed in one shows in the
 * other; parts that the sentence has no words for stay in it as they were written.
 */
export function ConditionEditor({
  when,
  onChange,
}: {
  readonly when: string;
  readonly onChange: (when: string) => void;
}): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const id = useId();
  const part = useMemo(() => readCondition(when), [when]);
  const asked = useQuiet(when.trim(), 350);
  const check = useOperation("policies.check", { when: asked }, { enabled: asked !== "" });
  const vocabulary = useOperation("vocabulary.list", {});
  const problems = asked === when.trim() && check.error === null ? (check.data?.problems ?? []) : [];
  const view = search.tab === "cel" ? "cel" : "sentence";
  return (
    <div className="stack tight">
      <div className="row">
        <h3 className="grow">{t("policy.when")}</h3>
        <Segments
          label={t("policy.view")}
          values={["sentence", "cel"] as const}
          chosen={view}
          text={(each) => t(`policy.view.${each}`)}
          onChoose={(each) => change({ tab: each })}
        />
      </div>
      {view === "sentence" ? (
        <div className="sentence">
          <PartEditor
            part={part}
            facts={vocabulary.data?.facts ?? []}
            onChange={(next) => onChange(writeCondition(next))}
          />
          {when === "" ? null : (
            <pre className="cel-twin" translate="no">
              {when}
            </pre>
          )}
        </div>
      ) : (
        <>
          <label htmlFor={id} className="unseen">
            {t("policy.view.cel")}
          </label>
          <textarea
            id={id}
            className="input mono"
            rows={5}
            spellCheck={false}
            maxLength={4_096}
            value={when}
            aria-invalid={problems.length > 0}
            aria-describedby={`${id}-problems`}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        </>
      )}
      <ul id={`${id}-problems`} className="stack tight" aria-live="polite">
        {problems.map(({ from, to, message, suggestion }) => (
          <li key={`${from} ${message}`} className="problem">
            {t("policy.problem", { at: from + 1 })}{" "}
            <span translate="no" lang="en" className="data">
              {message} <code>{when.slice(from, Math.min(to, from + 60))}</code>
            </span>
            {suggestion === null ? null : (
              <button
                type="button"
                className="button"
                onClick={() => onChange(when.slice(0, from) + suggestion + when.slice(to))}
              >
                {t("policy.suggestion", { suggestion })}
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
