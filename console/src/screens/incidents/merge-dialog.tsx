import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { Incident } from "../../api/contract.ts";
import { useChange, useOperation } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Answered } from "../../parts/states.tsx";
import { say } from "../../parts/toasts.tsx";

/** Makes this incident part of another one: two that Gait could not know to be one attack. */
export function MergeDialog({
  incident,
  onClose,
}: {
  readonly incident: Incident;
  readonly onClose: () => void;
}): ReactNode {
  const t = useTranslator();
  const navigate = useNavigate();
  const found = useOperation("incidents.list", {});
  const merge = useChange("incidents.merge");
  const [into, setInto] = useState("");
  const id = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (into === "") return;
    merge.mutate(
      { id: into, others: [incident.id] },
      {
        onSuccess: () => {
          say(t("incident.merged"));
          onClose();
          void navigate({ to: "/incidents/$incident", params: { incident: into } });
        },
      },
    );
  };
  return (
    <Dialog title={t("incident.merge")} onClose={onClose}>
      <Answered of={found}>
        {({ incidents }) => {
          const others = incidents.filter((one) => one.id !== incident.id);
          return others.length === 0 ? (
            <p className="soft">{t("incident.merge.none")}</p>
          ) : (
            <form className="stack" onSubmit={submit}>
              <div className="field">
                <label htmlFor={id}>{t("incident.merge.into")}</label>
                <select
                  id={id}
                  className="select"
                  value={into}
                  onChange={(event) => setInto(event.currentTarget.value)}
                  required
                >
                  <option value="">–</option>
                  {others.map((one) => (
                    <option key={one.id} value={one.id}>
                      {one.title}
                    </option>
                  ))}
                </select>
              </div>
              <p className="soft">{t("incident.merge.why")}</p>
              {merge.error === null ? null : (
                <p className="problem" role="alert">
                  {merge.error.message}
                </p>
              )}
              <button type="submit" className="button primary" disabled={merge.isPending}>
                {t("incident.merge.do")}
              </button>
            </form>
          );
        }}
      </Answered>
    </Dialog>
  );
}
