import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { Dialog } from "../../parts/dialog.tsx";

/** The roles, least first. */
export const roles = ["viewer", "support", "analyst", "operator", "admin"] as const;

/** One of them. */
export type Role = (typeof roles)[number];

/** A dialog with fields that is sent or given up; what the gateway refuses stands in it. */
export function AccessForm({
  title,
  send,
  danger = false,
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string;
  /** Text of the button that sends. */
  readonly send: string;
  readonly danger?: boolean;
  /** @throws Error with what the gateway says */
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const t = useTranslator();
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await onSubmit();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        {children}
        {problem === "" ? null : (
          <p className="problem" role="alert" lang="en" translate="no">
            {problem}
          </p>
        )}
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            {t("dialog.cancel")}
          </button>
          <button type="submit" className={danger ? "button danger" : "button primary"} disabled={busy}>
            {send}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The choice of a role, with what it may do. */
export function RoleField({
  value,
  onChange,
}: {
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}): ReactNode {
  const t = useTranslator();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t("people.role")}</label>
      <select
        id={id}
        className="select"
        value={value}
        onChange={(event) => onChange(roles.find((one) => one === event.currentTarget.value) ?? value)}
      >
        {roles.map((one) => (
          <option key={one} value={one}>
            {t(`role.${one}`)}
          </option>
        ))}
      </select>
      <small>{t(`role.${value}.may`)}</small>
    </div>
  );
}
