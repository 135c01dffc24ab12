import { type ReactNode, useSyncExternalStore } from "react";
import { useTranslator } from "../i18n/translate.ts";
import { Icon } from "./icons.tsx";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly undo?: () => void;
}

/** How long a toast stands, and so how long it can be undone. */
export const toastMs = 10_000;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

/** Says what was done; `undo` is offered for ten seconds. */
export function say(text: string, undo?: () => void): void {
  const toast: Toast = { id: nextId++, text, ...(undo === undefined ? {} : { undo }) };
  toasts = [...toasts.slice(-3), toast];
  publish();
  setTimeout(() => remove(toast.id), toastMs);
}

function remove(id: number): void {
  toasts = toasts.filter((toast) => toast.id !== id);
  publish();
}

function publish(): void {
  for (const listener of listeners) listener();
}

/** Where toasts stand; read aloud politely. */
export function ToastHost(): ReactNode {
  const t = useTranslator();
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, undo }) => (
        <div className="toast" key={id}>
          <span className="grow">{text}</span>
          {undo === undefined ? null : (
            <button
              type="button"
              className="button"
              onClick={() => {
                remove(id);
                undo();
              }}
            >
              {t("toast.undo")}
            </button>
          )}
          <button type="button" className="button icon" aria-label={t("dialog.close")} onClick={() => remove(id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
