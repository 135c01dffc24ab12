import type { ReactNode } from "react";
import type { Fact } from "../../../api/contract.ts";
import { useTranslator } from "../../../i18n/translate.ts";
import { Icon } from "../../../parts/icons.tsx";
import { openMenu, useMenuAnchor } from "../../../parts/menu.tsx";
import type { Part } from "./condition-tree.ts";
import { LeafEditor } from "./leaf-editor.tsx";
import { newPart, partKinds } from "./new-part.ts";

/** One part of a sentence, with everything below it. */
export function PartEditor({
  part,
  facts,
  onChange,
  onRemove,
}: {
  readonly part: Part;
  readonly facts: readonly Fact[];
  readonly onChange: (part: Part) => void;
  readonly onRemove?: () => void;
}): ReactNode {
  const t = useTranslator();
  if (part.kind === "text" && part.text === "") {
    return <AddPart onAdd={onChange} />;
  }
  if (part.kind === "group") return <GroupEditor part={part} facts={facts} onChange={onChange} onRemove={onRemove} />;
  const inner = part.kind === "not" ? part.part : part;
  const negate = (next: Part): Part => (part.kind === "not" ? { kind: "not", part: next } : next);
  return (
    <div className="sentence-part">
      <button
        type="button"
        className="button"
        aria-pressed={part.kind === "not"}
        onClick={() => onChange(part.kind === "not" ? part.part : { kind: "not", part })}
      >
        {t("sentence.not")}
      </button>
      {inner.kind === "group" || inner.kind === "not" ? (
        <PartEditor part={inner} facts={facts} onChange={(next) => onChange(negate(next))} />
      ) : (
        <LeafEditor part={inner} facts={facts} onChange={(next) => onChange(negate(next))} />
      )}
      <span className="row sentence-tools">
        <button
          type="button"
          className="button plain"
          onClick={() => onChange({ kind: "group", join: "&&", parts: [part, newPart("compare")] })}
        >
          {t("sentence.and")}
        </button>
        <button
          type="button"
          className="button plain"
          onClick={() => onChange({ kind: "group", join: "||", parts: [part, newPart("compare")] })}
        >
          {t("sentence.or")}
        </button>
        <button
          type="button"
          className="button plain icon"
          aria-label={t("sentence.remove")}
          onClick={onRemove ?? (() => onChange({ kind: "text", text: "" }))}
        >
          <Icon name="close" size={14} />
        </button>
      </span>
    </div>
  );
}

function GroupEditor({
  part,
  facts,
  onChange,
  onRemove,
}: {
  readonly part: Extract<Part, { readonly kind: "group" }>;
  readonly facts: readonly Fact[];
  readonly onChange: (part: Part) => void;
  readonly onRemove: (() => void) | undefined;
}): ReactNode {
  const t = useTranslator();
  const replace = (index: number, next: Part): void =>
    onChange({ ...part, parts: part.parts.map((each, at) => (at === index ? next : each)) });
  const remove = (index: number): void => {
    const rest = part.parts.filter((_, at) => at !== index);
    const [only] = rest;
    onChange(rest.length === 1 && only !== undefined ? only : { ...part, parts: rest });
  };
  let place = 0;
  return (
    <div className="sentence-group">
      <p className="row">
        <select
          className="select"
          aria-label={t("sentence.join")}
          value={part.join}
          onChange={(event) => onChange({ ...part, join: event.currentTarget.value === "||" ? "||" : "&&" })}
        >
          <option value="&&">{t("sentence.all")}</option>
          <option value="||">{t("sentence.any")}</option>
        </select>
        {onRemove === undefined ? null : (
          <button type="button" className="button plain icon" aria-label={t("sentence.remove")} onClick={onRemove}>
            <Icon name="close" size={14} />
          </button>
        )}
      </p>
      <ul>
        {part.parts.map((each, index) => (
          <li key={place++}>
            <PartEditor
              part={each}
              facts={facts}
              onChange={(next) => replace(index, next)}
              onRemove={() => remove(index)}
            />
          </li>
        ))}
      </ul>
      <AddPart onAdd={(next) => onChange({ ...part, parts: [...part.parts, next] })} />
    </div>
  );
}

/** A menu rather than a list to choose from: walking through it by keyboard must not add every part on the way. */
function AddPart({ onAdd }: { readonly onAdd: (part: Part) => void }): ReactNode {
  const t = useTranslator();
  const [ref, expanded, node] = useMenuAnchor();
  const open = (): void => {
    const anchor = node();
    if (anchor === null) return;
    openMenu({
      anchor,
      title: t("sentence.add"),
      items: partKinds.map((kind) => ({ label: t(`part.${kind}`), onSelect: () => onAdd(newPart(kind)) })),
    });
  };
  return (
    <div className="row">
      <button ref={ref} type="button" className="button" aria-haspopup="menu" aria-expanded={expanded} onClick={open}>
        {t("sentence.add")}
      </button>
    </div>
  );
}
