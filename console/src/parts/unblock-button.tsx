import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { call } from "../api/client.ts";
import { useChange } from "../api/use-operation.ts";
import { useTranslator } from "../i18n/translate.ts";
import { say } from "./toasts.tsx";

/**
 * Lets whoever was refused with a reference through again, for a day: what stands against them is lifted and their session
 * allowed. Ten seconds to take it back.
 */
export function UnblockButton({ reference, of }: { readonly reference: string; readonly of: string }): ReactNode {
  const t = useTranslator();
  const client = useQueryClient();
  const unblock = useChange("decisions.unblock");
  const go = async (): Promise<void> => {
    try {
      const { lifted, allowed } = await unblock.mutateAsync({ what: reference });
      say(t("unblock.done", { what: of }), () => {
        void takeBack(lifted, allowed).then(() => client.invalidateQueries());
      });
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <button type="button" className="button" disabled={unblock.isPending} onClick={() => void go()}>
      {t("standing.unblock")}
      <span className="unseen"> {of}</span>
    </button>
  );
}

interface Decision {
  readonly id: string;
  readonly value: string;
  readonly scope: string;
  readonly action: string;
  readonly reason: string;
  readonly expiresInMs: number | null;
}

async function takeBack(lifted: readonly Decision[], allowed: Decision | null): Promise<void> {
  if (allowed !== null) await call("decisions.remove", { value: allowed.id });
  for (const { value, scope, action, reason, expiresInMs } of lifted)
    await call("decisions.add", {
      value,
      scope: scope as "session",
      action: action === "allow" ? "allow" : "block",
      reason,
      ...(expiresInMs === null ? {} : { for: `${Math.ceil(expiresInMs / 1_000)}s` }),
    });
}
