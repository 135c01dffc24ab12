import { type ReactNode, useId } from "react";
import type { Fact } from "../../../api/contract.ts";
import { useTranslator } from "../../../i18n/translate.ts";
import { comparisons, type Literal, type Operand, type Part, textTests } from "./condition-tree.ts";

type Leaf = Exclude<Part, { readonly kind: "group" | "not" }>;

/** One statement: its words are fields to choose from or type into, in the order in which it is read. */
export function LeafEditor({
  part,
  facts,
  onChange,
}: {
  readonly part: Leaf;
  readonly facts: readonly Fact[];
  readonly onChange: (part: Leaf) => void;
}): ReactNode {
  const t = useTranslator();
  const names = (type?: Fact["type"]): readonly string[] =>
    facts.filter((fact) => type === undefined || fact.type === type).map(({ name }) => name);
  const valuesOf = (name: string): readonly string[] => facts.find((fact) => fact.name === name)?.values ?? [];
  switch (part.kind) {
    case "member":
      return (
        <span className="row">
          <Choice
            label={t("sentence.list")}
            value={part.list}
            of={["signals", "tags"]}
            onChange={(list) => onChange({ ...part, list })}
          />
          <span>{t("sentence.holds")}</span>
          <Word
            label={t("sentence.value")}
            value={part.value}
            offer={valuesOf(part.list)}
            onChange={(value) => onChange({ ...part, value })}
          />
        </span>
      );
    case "compare":
      return (
        <span className="row">
          <OperandEditor operand={part.left} offer={names()} onChange={(left) => onChange({ ...part, left })} />
          <Choice
            label={t("sentence.comparison")}
            value={part.comparison}
            of={comparisons}
            onChange={(comparison) => onChange({ ...part, comparison })}
          />
          <LiteralEditor value={part.right} onChange={(right) => onChange({ ...part, right })} />
        </span>
      );
    case "test":
      return (
        <span className="row">
          <Word
            label={t("sentence.variable")}
            value={part.variable}
            offer={names("string")}
            onChange={(variable) => onChange({ ...part, variable })}
          />
          <Choice
            label={t("sentence.comparison")}
            value={part.test}
            of={textTests}
            onChange={(test) => onChange({ ...part, test })}
          />
          <Word label={t("sentence.value")} value={part.value} onChange={(value) => onChange({ ...part, value })} />
        </span>
      );
    case "pattern":
      return (
        <span className="row">
          <Word
            label={t("sentence.variable")}
            value={part.variable}
            offer={names("string")}
            onChange={(variable) => onChange({ ...part, variable })}
          />
          <span>{t("sentence.matches")}</span>
          <Word
            label={t("sentence.pattern")}
            value={part.pattern}
            onChange={(pattern) => onChange({ ...part, pattern })}
          />
        </span>
      );
    case "listed":
      return (
        <span className="row">
          <Word
            label={t("sentence.variable")}
            value={part.variable}
            offer={names("string")}
            onChange={(variable) => onChange({ ...part, variable })}
          />
          <span>{t("sentence.on")}</span>
          <Word label={t("sentence.list")} value={part.list} onChange={(list) => onChange({ ...part, list })} />
        </span>
      );
    case "known":
      return (
        <span className="row">
          <Word
            label={t("sentence.variable")}
            value={part.variable}
            offer={names()}
            onChange={(variable) => onChange({ ...part, variable })}
          />
          <span>{t("sentence.known")}</span>
        </span>
      );
    case "flag":
      return (
        <span className="row">
          <Word
            label={t("sentence.variable")}
            value={part.variable}
            offer={names("bool")}
            onChange={(variable) => onChange({ ...part, variable })}
          />
          <span>{t("sentence.true")}</span>
        </span>
      );
    case "text":
      return (
        <span className="row">
          <span>{t("part.text")}</span>
          <Word label={t("part.text")} value={part.text} onChange={(text) => onChange({ ...part, text })} />
        </span>
      );
  }
}

function OperandEditor({
  operand,
  offer,
  onChange,
}: {
  readonly operand: Operand;
  readonly offer: readonly string[];
  readonly onChange: (operand: Operand) => void;
}): ReactNode {
  const t = useTranslator();
  if (operand.kind === "variable") {
    return (
      <Word
        label={t("sentence.variable")}
        value={operand.name}
        offer={offer}
        onChange={(name) => onChange({ ...operand, name })}
      />
    );
  }
  let place = 0;
  return (
    <span className="row">
      <Word label={t("sentence.function")} value={operand.name} onChange={(name) => onChange({ ...operand, name })} />
      {operand.words.map((word, index) => (
        <Word
          key={place++}
          label={t("sentence.word", { number: index + 1 })}
          value={word}
          onChange={(next) =>
            onChange({ ...operand, words: operand.words.map((each, at) => (at === index ? next : each)) })
          }
        />
      ))}
    </span>
  );
}

function LiteralEditor({
  value,
  onChange,
}: {
  readonly value: Literal;
  readonly onChange: (value: Literal) => void;
}): ReactNode {
  const t = useTranslator();
  const kind = typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "string";
  const turn = (to: string): void => {
    if (to === "number") onChange(Number(value) || 0);
    else if (to === "boolean") onChange(value === true || value === "true");
    else onChange(String(value));
  };
  return (
    <span className="row">
      {typeof value === "number" ? (
        <input
          type="number"
          className="input word"
          step="any"
          aria-label={t("sentence.value")}
          value={value}
          onChange={(event) => onChange(Number(event.currentTarget.value))}
        />
      ) : typeof value === "boolean" ? (
        <Choice
          label={t("sentence.value")}
          value={String(value)}
          of={["true", "false"]}
          onChange={(next) => onChange(next === "true")}
        />
      ) : (
        <Word label={t("sentence.value")} value={value} onChange={onChange} />
      )}
      <Choice label={t("sentence.type")} value={kind} of={["number", "string", "boolean"]} onChange={turn} />
    </span>
  );
}

function Choice<Value extends string>({
  label,
  value,
  of,
  onChange,
}: {
  readonly label: string;
  readonly value: Value;
  readonly of: readonly Value[];
  readonly onChange: (value: Value) => void;
}): ReactNode {
  const known = of.includes(value) ? of : [value, ...of];
  return (
    <select
      className="select mono"
      aria-label={label}
      translate="no"
      value={value}
      onChange={(event) => onChange(known.find((each) => each === event.currentTarget.value) ?? value)}
    >
      {known.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  );
}

function Word({
  label,
  value,
  offer = [],
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly offer?: readonly string[];
  readonly onChange: (value: string) => void;
}): ReactNode {
  const id = useId();
  return (
    <>
      <input
        className="input word mono"
        aria-label={label}
        title={label}
        value={value}
        size={Math.max(6, Math.min(40, value.length + 1))}
        spellCheck={false}
        {...(offer.length === 0 ? {} : { list: id })}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {offer.length === 0 ? null : (
        <datalist id={id}>
          {offer.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </>
  );
}
