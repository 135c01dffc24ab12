import { type ReactNode, useState } from "react";
import type { UserRow } from "../../api/contract.ts";
import { useChange } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { TextField } from "../../parts/text-field.tsx";
import { say } from "../../parts/toasts.tsx";
import { AccessForm, type Role, RoleField } from "./access-form.tsx";

/** Adds a person, or changes the role or password of one. */
export function PersonDialog({
  person,
  onClose,
}: {
  /** Undefined: a new one. */
  readonly person: UserRow | undefined;
  readonly onClose: () => void;
}): ReactNode {
  const t = useTranslator();
  const save = useChange("users.save");
  const [name, setName] = useState(person?.name ?? "");
  const [role, setRole] = useState<Role>(person?.role ?? "viewer");
  const [password, setPassword] = useState("");
  const submit = async (): Promise<void> => {
    await save.mutateAsync({ name, role, ...(password === "" ? {} : { password }) });
    say(t("people.saved", { name }));
    onClose();
  };
  return (
    <AccessForm
      title={t(person === undefined ? "people.add" : "people.change", { name })}
      send={t("people.save")}
      onSubmit={submit}
      onClose={onClose}
    >
      {person === undefined ? (
        <TextField
          label={t("people.name")}
          value={name}
          onChange={setName}
          required
          maxLength={64}
          autoComplete="off"
        />
      ) : null}
      <RoleField value={role} onChange={setRole} />
      <TextField
        label={t("login.password")}
        note={t(person === undefined ? "people.password.new" : "people.password.keep")}
        type="password"
        value={password}
        onChange={setPassword}
        required={person === undefined}
        minLength={12}
        autoComplete="new-password"
      />
    </AccessForm>
  );
}

/** Takes a person's access away, after asking. */
export function RemovePersonDialog({
  name,
  onClose,
}: {
  readonly name: string;
  readonly onClose: () => void;
}): ReactNode {
  const t = useTranslator();
  const remove = useChange("users.delete");
  const submit = async (): Promise<void> => {
    await remove.mutateAsync({ name });
    say(t("people.removed", { name }));
    onClose();
  };
  return (
    <AccessForm
      title={t("people.remove", { name })}
      send={t("people.remove.short")}
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t("people.remove.why")}</p>
    </AccessForm>
  );
}
