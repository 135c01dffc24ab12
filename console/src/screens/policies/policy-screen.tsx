import { useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useId, useState } from "react";
import type { PolicyDraft, PolicyRule } from "../../api/contract.ts";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card, PageHead } from "../../parts/card.tsx";
import { Data } from "../../parts/figures.tsx";
import { Answered } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";
import { useScreenSearch } from "../../state/search.ts";
import { BacktestPanel } from "./backtest-panel.tsx";
import { ConditionEditor } from "./condition-editor.tsx";
import { draftOf, fileOf, textOf } from "./draft.ts";
import { HistoryPanel } from "./history-panel.tsx";
import { RuleMode } from "./rule-mode.tsx";

const actions = [
  "",
  "log",
  "tag",
  "throttle",
  "challenge",
  "step-up",
  "hold",
  "deceive",
  "tarpit",
  "block",
  "allow",
] as const;
const modes = ["watch", "canary", "enforce", "retired"] as const;

/** One rule: what it asks, what it does, what it would have done, what it was before. */
export function PolicyScreen(): ReactNode {
  const { policy = "new" } = useParams({ strict: false });
  const [search] = useScreenSearch();
  const answer = useOperation("policies.list", {}, { enabled: policy !== "new" });
  if (policy === "new") return <Editor start={draftOf(search.text)} rule={undefined} />;
  return (
    <Answered of={answer}>
      {({ rules }) => {
        const rule = rules.find(({ name }) => name === policy);
        return (
          <Editor key={`${policy} ${rule?.version ?? 0}`} start={rule ?? draftOf(undefined, policy)} rule={rule} />
        );
      }}
    </Answered>
  );
}

function Editor({ start, rule }: { readonly start: PolicyDraft; readonly rule: PolicyRule | undefined }): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<PolicyDraft>(start);
  const [confirm, setConfirm] = useState("");
  const [overLimit, setOverLimit] = useState(false);
  const save = useChange("policies.apply");
  const ids = { name: useId(), why: useId(), does: useId(), mode: useId(), ttl: useId(), confirm: useId() };
  const change = (part: Partial<PolicyDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const acts = draft.mode === "enforce" || draft.mode === "canary";
  const held = acts && overLimit && confirm !== draft.name;
  const submit = (): void => {
    const file = fileOf(draft.name);
    save.mutate(
      { file, text: textOf(draft), why: draft.why, ...(confirm === draft.name ? { confirm: file } : {}) },
      {
        onSuccess: () => {
          say(t("policy.saved", { name: draft.name }));
          void navigate({ to: "/policies/$policy", params: { policy: draft.name }, search: {} });
        },
      },
    );
  };
  return (
    <>
      <PageHead
        title={rule === undefined ? t("policies.new") : <Data>{rule.name}</Data>}
        note={rule === undefined ? t("policy.new.note") : undefined}
      >
        {rule === undefined ? null : (
          <>
            <RuleMode mode={rule.mode} />
            <span className="note">{t("policy.version", { version: rule.version })}</span>
          </>
        )}
      </PageHead>
      <div className="aside-layout">
        <div className="stack">
          <Card title={t("policy.rule")}>
            <div className="stack">
              <div className="fields">
                <div className="field">
                  <label htmlFor={ids.name}>{t("policy.name")}</label>
                  <input
                    id={ids.name}
                    className="input mono"
                    value={draft.name}
                    readOnly={rule !== undefined}
                    maxLength={64}
                    spellCheck={false}
                    onChange={(event) => change({ name: event.currentTarget.value })}
                  />
                </div>
                <div className="field wide">
                  <label htmlFor={ids.why}>{t("policies.why")}</label>
                  <input
                    id={ids.why}
                    className="input"
                    value={draft.why}
                    maxLength={500}
                    onChange={(event) => change({ why: event.currentTarget.value })}
                  />
                </div>
              </div>
              <ConditionEditor when={draft.when} onChange={(when) => change({ when })} />
              <div className="fields">
                <div className="field">
                  <label htmlFor={ids.does}>{t("policies.does")}</label>
                  <select
                    id={ids.does}
                    className="select"
                    value={actions.find((each) => each === draft.does) ?? "custom"}
                    onChange={(event) => {
                      if (event.currentTarget.value !== "custom") change({ does: event.currentTarget.value });
                    }}
                  >
                    {actions.map((each) => (
                      <option key={each} value={each}>
                        {each === "" ? t("policy.weightOnly") : t(`action.${each}`)}
                      </option>
                    ))}
                    {actions.some((each) => each === draft.does) ? null : <option value="custom">{draft.does}</option>}
                  </select>
                </div>
                <div className="field">
                  <label htmlFor={ids.ttl}>{t("policy.ttl")}</label>
                  <input
                    id={ids.ttl}
                    className="input"
                    value={draft.ttl ?? ""}
                    placeholder="1h"
                    onChange={(event) => change({ ttl: event.currentTarget.value })}
                  />
                </div>
                <div className="field">
                  <label htmlFor={ids.mode}>{t("policies.state")}</label>
                  <select
                    id={ids.mode}
                    className="select"
                    value={draft.mode}
                    onChange={(event) =>
                      change({ mode: modes.find((each) => each === event.currentTarget.value) ?? "watch" })
                    }
                  >
                    {modes.map((each) => (
                      <option key={each} value={each}>
                        {t(`rule.${each}`)}
                      </option>
                    ))}
                  </select>
                </div>
              </div>
              {acts && overLimit ? (
                <div className="field">
                  <label htmlFor={ids.confirm}>{t("policy.confirm", { name: draft.name })}</label>
                  <input
                    id={ids.confirm}
                    className="input mono"
                    value={confirm}
                    onChange={(event) => setConfirm(event.currentTarget.value)}
                  />
                  <small>{t("policy.confirm.why")}</small>
                </div>
              ) : null}
              {save.error === null ? null : (
                <p className="problem" role="alert" translate="no" lang="en">
                  {save.error.message}
                </p>
              )}
              <div className="row">
                <button
                  type="button"
                  className="button primary"
                  disabled={save.isPending || held || draft.name === "" || draft.when.trim() === ""}
                  onClick={submit}
                >
                  {t("policy.save")}
                </button>
                <span className="note">{t("policy.save.note")}</span>
              </div>
            </div>
          </Card>
          {rule === undefined ? null : <HistoryPanel name={rule.name} />}
        </div>
        <BacktestPanel when={draft.when} onOverLimit={setOverLimit} />
      </div>
    </>
  );
}
