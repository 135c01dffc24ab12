import { type ReactNode, useState } from "react";
import type { PolicyDraft } from "../../api/contract.ts";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { Answered } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { diffLines, linesOf } from "./draft.ts";

/** Earlier versions of a rule, how each differs from what is being edited, and the way back to it. */
export function HistoryPanel({ name, current }: { readonly name: string; readonly current: PolicyDraft }): ReactNode {
  const t = useTranslator();
  const answer = useOperation("policies.history", { name });
  const rollback = useChange("policies.rollback");
  const [open, setOpen] = useState<number>();
  return (
    <Card title={t("policy.history")} note={t("policy.history.note")}>
      <Answered of={answer} compact>
        {({ versions }) => (
          <ul className="stack tight">
            {versions.map(({ version, at, author, rule }) => (
              <li key={version} className="stack tight">
                <div className="row">
                  <b>{t("policy.version", { version })}</b>
                  <Moment at={at} as="short" />
                  <Data>{author}</Data>
                  <button
                    type="button"
                    className="button"
                    aria-expanded={open === version}
                    onClick={() => setOpen(open === version ? undefined : version)}
                  >
                    {t("policy.diff")}
                  </button>
                  <button
                    type="button"
                    className="button"
                    onClick={() =>
                      rollback.mutate(
                        { name, version },
                        {
                          onSuccess: () => say(t("policy.rolledback", { version })),
                          onError: (error) => say(error.message),
                        },
                      )
                    }
                  >
                    {t("policy.rollback")}
                  </button>
                </div>
                {open === version ? <Diff before={rule} after={current} /> : null}
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </Card>
  );
}

function Diff({ before, after }: { readonly before: PolicyDraft; readonly after: PolicyDraft }): ReactNode {
  const t = useTranslator();
  const marks = { same: " ", gone: "−", new: "+" } as const;
  let place = 0;
  return (
    <pre className="diff" translate="no">
      {diffLines(linesOf(before), linesOf(after)).map(({ kind, text }) => (
        <span key={place++} data-kind={kind}>
          <span className="unseen">{kind === "same" ? "" : t(`diff.${kind}`)}</span>
          {`${marks[kind]} ${text}\n`}
        </span>
      ))}
    </pre>
  );
}
