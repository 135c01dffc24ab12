import { type ReactNode, useState } from "react";
import type { TokenRow } from "../../api/contract.ts";
import { useChange } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { say } from "../../parts/toasts.tsx";
import { AccessForm, type Role, RoleField } from "./access-form.tsx";

const lengths = ["24h", "7d", "30d", "90d", "365d"] as const;

/** Makes a token for a program and shows its secret, this once. */
export function TokenDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const t = useTranslator();
  const create = useChange("tokens.create");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [length, setLength] = useState("90d");
  const [secret, setSecret] = useState("");
  const submit = async (): Promise<void> => {
    const made = await create.mutateAsync({ name, role, ...(length === "" ? {} : { for: length }) });
    setSecret(made.secret);
  };
  if (secret !== "") return <SecretDialog secret={secret} onClose={onClose} />;
  return (
    <AccessForm title={t("tokens.add")} send={t("tokens.make")} onSubmit={submit} onClose={onClose}>
      <TextField label={t("people.name")} value={name} onChange={setName} required maxLength={64} autoComplete="off" />
      <RoleField value={role} onChange={setRole} />
      <label className="field">
        <span>{t("tokens.length")}</span>
        <select className="select" value={length} onChange={(event) => setLength(event.currentTarget.value)}>
          {lengths.map((one) => (
            <option key={one} value={one}>
              {t(`length.${one}`)}
            </option>
          ))}
          <option value="">{t("length.forever")}</option>
        </select>
      </label>
    </AccessForm>
  );
}

function SecretDialog({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }): ReactNode {
  const t = useTranslator();
  const copy = (): void =>
    void navigator.clipboard.writeText(secret).then(
      () => say(t("chip.copied", { value: t("tokens.secret") })),
      () => undefined,
    );
  return (
    <Dialog title={t("tokens.secret")} onClose={onClose}>
      <div className="stack">
        <p>{t("tokens.secret.once")}</p>
        <p>
          <code className="mono secret" translate="no">
            {secret}
          </code>
        </p>
        <div className="dialog-foot">
          <button type="button" className="button" onClick={copy}>
            {t("chip.copy")}
          </button>
          <button type="button" className="button primary" onClick={onClose}>
            {t("dialog.close")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

/** Ends a token, after asking. */
export function RevokeDialog({
  token,
  onClose,
}: {
  readonly token: TokenRow;
  readonly onClose: () => void;
}): ReactNode {
  const t = useTranslator();
  const revoke = useChange("tokens.revoke");
  const { id, name } = token;
  const submit = async (): Promise<void> => {
    await revoke.mutateAsync({ id });
    say(t("tokens.revoked", { name }));
    onClose();
  };
  return (
    <AccessForm
      title={t("tokens.revoke", { name })}
      send={t("tokens.revoke.short")}
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t("tokens.revoke.why")}</p>
    </AccessForm>
  );
}
