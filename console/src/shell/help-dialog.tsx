import type { ReactNode } from "react";
import { useTranslator } from "../i18n/translate.ts";
import { Dialog } from "../parts/dialog.tsx";
import { places } from "./navigation.ts";

/** All keys at a glance. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const t = useTranslator();
  const general: readonly (readonly [readonly string[], string])[] = [
    [["Ctrl K", "/"], t("help.palette")],
    [["j", "k"], t("help.rows")],
    [["Enter"], t("help.open")],
    [["f"], t("help.filter")],
    [["Esc"], t("help.close")],
    [["?"], t("help.help")],
  ];
  return (
    <Dialog title={t("help.title")} onClose={onClose}>
      <dl className="keys">
        {general.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        {places.map(({ to, title, key }) => (
          <div key={to}>
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{t("help.go", { place: t(title) })}</dd>
          </div>
        ))}
      </dl>
      <p className="note">{t("help.review")}</p>
    </Dialog>
  );
}
