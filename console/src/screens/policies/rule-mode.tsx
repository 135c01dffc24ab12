import type { ReactNode } from "react";
import type { PolicyDraft } from "../../api/contract.ts";
import { useTranslator } from "../../i18n/translate.ts";

const tones = { watch: "calm", canary: "warn", enforce: "good", retired: "calm" } as const;

/** State of a rule's life in a word. */
export function RuleMode({ mode }: { readonly mode: PolicyDraft["mode"] }): ReactNode {
  const t = useTranslator();
  return (
    <span className="badge" data-tone={tones[mode]}>
      {t(`rule.${mode}`)}
    </span>
  );
}
