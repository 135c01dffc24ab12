import type { ReactNode } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { PageHead } from "../../parts/card.tsx";
import { SignIn } from "./sign-in.tsx";

/** Signing in, or making the first administrator with the token that the gateway printed. */
export function LoginScreen(): ReactNode {
  const t = useTranslator();
  return (
    <>
      <PageHead title={t("login.title")} note={t("login.note")} />
      <SignIn />
    </>
  );
}
