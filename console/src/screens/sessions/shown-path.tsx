import type { ReactNode } from "react";
import { useTranslator } from "../../i18n/translate.ts";

/** A path in which masked parts are seen to be masked: what Gait never kept is marked, not left out. */
export function shownPath(path: string): ReactNode {
  const parts = path.split(/(…|\*{3,}|\[redacted\]|\{masked\})/);
  if (parts.length === 1) return path;
  let place = 0;
  return parts.map((part) => {
    place += part.length + 1;
    return /^(…|\*{3,}|\[redacted\]|\{masked\})$/.test(part) ? (
      <Redacted key={place} />
    ) : (
      <span key={place}>{part}</span>
    );
  });
}

function Redacted(): ReactNode {
  const t = useTranslator();
  return (
    <span className="redacted" title={t("session.redacted.why")}>
      {t("session.redacted")}
    </span>
  );
}
