import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useSession } from "../../api/session.ts";
import { useChange } from "../../api/use-operation.ts";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";
import { Answered, Empty } from "../../parts/states.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { say } from "../../parts/toasts.tsx";
import { SignOut } from "../login/sign-in.tsx";
import { QrCode } from "./qr-code.tsx";

/** What belongs to whoever looks: who they are here, and their second factor. */
export function AccountTab(): ReactNode {
  const t = useTranslator();
  const session = useSession();
  return (
    <Answered of={session}>
      {({ user, role, secondFactor, csrf }) =>
        user === null || csrf === null ? (
          <Empty title={t("account.nobody")}>{t("account.nobody.why")}</Empty>
        ) : (
          <>
            <Card
              title={t("login.in", { user })}
              note={role === null ? undefined : t(`role.${role}.may`)}
              tools={<SignOut />}
            >
              <p>{role === null ? null : t(`role.${role}`)}</p>
            </Card>
            {user.startsWith("sso:") ? (
              <Card title={t("people.factor")}>
                <p>{t("account.provider")}</p>
              </Card>
            ) : (
              <SecondFactor enabled={secondFactor} />
            )}
          </>
        )
      }
    </Answered>
  );
}

/** One-time codes: begun with a secret for the authenticator, in force once a code of it fitted, taken away with a code. */
function SecondFactor({ enabled }: { readonly enabled: boolean }): ReactNode {
  const t = useTranslator();
  const client = useQueryClient();
  const change = useChange("session.second-factor");
  const [otpauth, setOtpauth] = useState<string>();
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const ask = async (step: "begin" | "confirm" | "remove"): Promise<void> => {
    setProblem("");
    try {
      const answer = await change.mutateAsync({ step, code: code.replaceAll(/\s/g, "") });
      setOtpauth(answer.otpauth ?? undefined);
      if (step !== "begin") say(t(answer.enabled ? "account.factor.set" : "account.factor.gone"));
      await client.invalidateQueries({ queryKey: ["session"] });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setCode("");
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void ask(enabled ? "remove" : "confirm");
  };
  const secret = otpauth === undefined ? "" : (new URL(otpauth).searchParams.get("secret") ?? "");
  return (
    <Card title={t("people.factor")} note={t(enabled ? "people.factor.on" : "people.factor.off")}>
      {!enabled && otpauth === undefined ? (
        <div className="stack login">
          <p>{t("account.factor.why")}</p>
          <button type="button" className="button primary" onClick={() => void ask("begin")}>
            {t("account.factor.begin")}
          </button>
        </div>
      ) : (
        <form className="stack login" onSubmit={submit}>
          {otpauth === undefined ? null : (
            <>
              <p>{t("account.factor.scan")}</p>
              <QrCode text={otpauth} label={t("account.factor.picture")} />
              <code className="secret data">{secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
            </>
          )}
          <TextField
            label={t(enabled ? "account.factor.last" : "account.factor.first")}
            value={code}
            onChange={setCode}
            mono
            required
            inputMode="numeric"
            maxLength={8}
            autoComplete="one-time-code"
          />
          {problem === "" ? null : (
            <p className="problem" role="alert" translate="no" lang="en">
              {problem}
            </p>
          )}
          <button type="submit" className={enabled ? "button danger" : "button primary"} disabled={change.isPending}>
            {t(enabled ? "account.factor.remove" : "account.factor.confirm")}
          </button>
        </form>
      )}
    </Card>
  );
}
