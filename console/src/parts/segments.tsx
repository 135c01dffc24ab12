import type { ReactNode } from "react";

/** One of a few states or views of the same thing: buttons side by side of which one is pressed. */
export function Segments<Value extends string>({
  label,
  values,
  chosen,
  text,
  onChoose,
}: {
  /** What is chosen here, for those who do not see the row. */
  readonly label: string;
  readonly values: readonly Value[];
  readonly chosen: Value;
  readonly text: (value: Value) => string;
  readonly onChoose: (value: Value) => void;
}): ReactNode {
  return (
    <fieldset className="segments" aria-label={label}>
      {values.map((value) => (
        <button
          key={value}
          type="button"
          className="button"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {text(value)}
        </button>
      ))}
    </fieldset>
  );
}
