import type { ReactNode } from "react";
import { useTranslator } from "../../i18n/translate.ts";
import { Card } from "../../parts/card.tsx";

/** How one signs in at this gateway. */
export function SignIn(): ReactNode {
  const t = useTranslator();
  return (
    <Card title={t("login.how")}>
      <p>{t("login.token")}</p>
    </Card>
  );
}
