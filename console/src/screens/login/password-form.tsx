import { type FormEvent, type ReactNode, useState } from "react";
import { CallError, call } from "../../api/client.ts";
import type { SessionState } from "../../api/contract.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { Problem } from "./sign-in.tsx";

/** Name and password, and then, for whoever set one up, the code of the second factor as a step of its own. */
export function PasswordForm({ arrive }: { readonly arrive: (state: SessionState) => void }): ReactNode {
  const t = useTranslator();
  const [step, setStep] = useState<"password" | "code">("password");
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const startOver = (): void => {
    setStep("password");
    setPassword("");
    setCode("");
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      arrive(await call("session.create", { user, password, code: code.replaceAll(/\s/g, "") }));
    } catch (error) {
      if (error instanceof CallError && error.code === "code-needed") setStep("code");
      else {
        setProblem(error instanceof Error ? error.message : String(error));
        setCode("");
        if (step === "password") setPassword("");
      }
    }
    setBusy(false);
  };
  if (step === "code")
    return (
      <Card title={t("login.code.title")} note={t("login.code.for", { user })}>
        {/* A form of its own, not the other one with other words: what was typed there is gone, and this field is gone to. */}
        <form key="code" className="stack login" onSubmit={(event) => void submit(event)}>
          <TextField
            label={t("login.code")}
            value={code}
            onChange={setCode}
            mono
            required
            autoFocus
            inputMode="numeric"
            maxLength={8}
            autoComplete="one-time-code"
          />
          <Problem text={problem} />
          <div className="row">
            <button type="submit" className="button primary" disabled={busy}>
              {t("login.title")}
            </button>
            <button type="button" className="button" onClick={startOver}>
              {t("login.back")}
            </button>
          </div>
        </form>
      </Card>
    );
  return (
    <Card title={t("login.title")}>
      <form key="password" className="stack login" onSubmit={(event) => void submit(event)}>
        <TextField
          label={t("people.name")}
          value={user}
          onChange={setUser}
          required
          maxLength={64}
          autoComplete="username"
        />
        <TextField
          label={t("login.password")}
          type="password"
          value={password}
          onChange={setPassword}
          required
          autoComplete="current-password"
        />
        <Problem text={problem} />
        <button type="submit" className="button primary" disabled={busy}>
          {t("login.next")}
        </button>
      </form>
    </Card>
  );
}
