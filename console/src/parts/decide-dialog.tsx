import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState, useSyncExternalStore } from "react";
import { call } from "../api/client.ts";
import { useTranslator } from "../i18n/translate.ts";
import type { DecidedScope } from "./block-by.ts";
import { Dialog } from "./dialog.tsx";
import { say } from "./toasts.tsx";

/** What a person is about to decide. */
interface Wish {
  readonly action: "block" | "allow";
  readonly scope: DecidedScope;
  readonly value: string;
}

let wish: Wish | undefined;
const listeners = new Set<() => void>();

/** Asks how long and why, then blocks or allows; undone within ten seconds from the toast. */
export function decide(wanted: Wish): void {
  set(wanted);
}

function set(next: Wish | undefined): void {
  wish = next;
  for (const listener of listeners) listener();
}

/** Stands once in the shell. */
export function DecideHost(): ReactNode {
  const open = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => wish,
  );
  return open === undefined ? null : <DecideDialog key={`${open.action} ${open.value}`} wish={open} />;
}

const lengths = ["1h", "24h", "7d", "30d"] as const;

function DecideDialog({ wish: { action, scope, value } }: { readonly wish: Wish }): ReactNode {
  const t = useTranslator();
  const client = useQueryClient();
  const [length, setLength] = useState<string>("24h");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const lengthId = useId();
  const reasonId = useId();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const standing = await call("decisions.add", {
        action,
        scope,
        value,
        ...(length === "" ? {} : { for: length }),
        ...(reason === "" ? {} : { reason }),
      });
      set(undefined);
      say(t(action === "block" ? "decide.blocked" : "decide.allowed", { value }), () => {
        void call("decisions.remove", { value: standing.id }).then(
          () => {
            say(t("decide.undone", { value }));
            void client.invalidateQueries();
          },
          (error: unknown) => say(error instanceof Error ? error.message : String(error)),
        );
      });
      void client.invalidateQueries();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <Dialog title={t(action === "block" ? "decide.block" : "decide.allow")} onClose={() => set(undefined)}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <p>
          <bdi className="mono" translate="no">
            {value}
          </bdi>{" "}
          <span className="soft">({t(`scope.${scope}`)})</span>
        </p>
        <div className="field">
          <label htmlFor={lengthId}>{t("decide.length")}</label>
          <select
            id={lengthId}
            className="select"
            value={length}
            onChange={(event) => setLength(event.currentTarget.value)}
          >
            {lengths.map((each) => (
              <option key={each} value={each}>
                {t(`length.${each}`)}
              </option>
            ))}
            <option value="">{t("length.forever")}</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor={reasonId}>{t("decide.reason")}</label>
          <input
            id={reasonId}
            className="input"
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <small>{t("decide.reason.why")}</small>
        </div>
        {problem === "" ? null : (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-foot">
          <button type="button" className="button" onClick={() => set(undefined)}>
            {t("dialog.cancel")}
          </button>
          <button type="submit" className={action === "block" ? "button danger" : "button primary"} disabled={busy}>
            {t(action === "block" ? "chip.block" : "chip.allow")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
