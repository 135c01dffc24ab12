import { type ReactNode, useState } from "react";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Data, Moment } from "../../parts/figures.tsx";
import { Answered } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { diffLines } from "./draft.ts";

/** Who changed a rule, when and why, what differs, and the way back to the rules of that version. */
export function HistoryPanel({ name }: { readonly name: string }): ReactNode {
  const t = useTranslator();
  const answer = useOperation("policies.history", { name });
  const rollback = useChange("policies.rollback");
  const [open, setOpen] = useState<number>();
  return (
    <Card title={t("policy.history")} note={t("policy.history.note")}>
      <Answered of={answer} compact>
        {({ versions }) => (
          <ul className="stack tight">
            {[...versions].reverse().map(({ version, at, who, why, before, after }) => (
              <li key={version} className="stack tight">
                <div className="row">
                  <b>{t("policy.version", { version })}</b>
                  <Moment at={at} as="short" />
                  <Data>
                    {who}: {why}
                  </Data>
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
                        { version },
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
                {open === version ? <Diff before={before} after={after} /> : null}
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </Card>
  );
}

function Diff({ before, after }: { readonly before: string; readonly after: string }): ReactNode {
  const t = useTranslator();
  const marks = { same: " ", gone: "−", new: "+" } as const;
  const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.split("\n"));
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
