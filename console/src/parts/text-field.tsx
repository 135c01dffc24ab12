import { type ReactNode, useId } from "react";

/** A labelled field of text. */
export function TextField({
  label,
  note,
  value,
  onChange,
  mono = false,
  ...rest
}: {
  readonly label: string;
  readonly note?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "text" | "password";
  readonly autoComplete?: string;
  readonly required?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly inputMode?: "numeric";
  readonly autoFocus?: boolean;
  readonly mono?: boolean;
}): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={mono ? "input mono" : "input"}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        {...rest}
      />
      {note === undefined ? null : <small>{note}</small>}
    </div>
  );
}
