import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useTranslator } from "../i18n/translate.ts";
import { lengthOf, ranges } from "../state/range.ts";
import { useScreenSearch } from "../state/search.ts";
import { filterFields, readTerm, withTerm } from "../state/terms.ts";
import { useTime } from "../state/use-time.ts";
import { Icon } from "./icons.tsx";
import { Segments } from "./segments.tsx";

/** Chooses the time range; it is kept in the URL. */
export function RangePicker({
  live = false,
  usual = live ? "live" : "1h",
}: {
  readonly live?: boolean;
  /** What a screen shows where its URL says nothing. */
  readonly usual?: string;
}): ReactNode {
  const t = useTranslator();
  const time = useTime();
  const [search, change] = useScreenSearch();
  const chosen = search.range ?? usual;
  const fixed = /^(\d+)\.\.(\d+)$/.exec(chosen);
  const offered: readonly string[] = live ? ["live", ...ranges] : ranges;
  // A span that nobody offered, from a link or a chart, is chosen until it is pressed.
  const other = !offered.includes(chosen) && (fixed !== null || lengthOf(chosen) !== undefined);
  const text = (range: string): string => {
    if (range === "live") return t("range.live");
    if (offered.includes(range)) return t(`range.${range as (typeof ranges)[number]}`);
    return fixed === null ? range : `${time.short(Number(fixed[1]))} – ${time.short(Number(fixed[2]))}`;
  };
  return (
    <Segments
      label={t("range.label")}
      values={other ? [...offered, chosen] : offered}
      chosen={chosen}
      text={text}
      onChoose={(range) => change(offered.includes(range) ? { range, cursor: undefined } : { range: undefined })}
    />
  );
}

/** The filter terms of the URL: added in words, shown as chips, each removed or turned round with one press. */
export function FilterBar(): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const where = search.where ?? [];
  return (
    <div className="stack tight" data-filters="">
      <AddTerm />
      {where.length === 0 ? null : (
        <ul className="filters" aria-label={t("filter.label")}>
          {where.map((text) => {
            const term = readTerm(text);
            if (term === undefined) return null;
            const say = t(term.excludes ? "filter.not" : "filter.is", {
              field: t(`field.${term.field}`),
              value: term.value,
            });
            return (
              <li key={text} className={term.excludes ? "term excludes" : "term"}>
                <span translate="no">{say}</span>
                <button
                  type="button"
                  aria-label={t("filter.turn", { term: say })}
                  title={t("filter.turn", { term: say })}
                  onClick={() =>
                    change({ where: withTerm(where, { ...term, excludes: !term.excludes }), cursor: undefined })
                  }
                >
                  <Icon name="exclude" size={12} />
                </button>
                <button
                  type="button"
                  aria-label={t("filter.remove", { term: say })}
                  title={t("filter.remove", { term: say })}
                  onClick={() => change({ where: where.filter((each) => each !== text), cursor: undefined })}
                >
                  <Icon name="close" size={12} />
                </button>
              </li>
            );
          })}
          <li>
            <button
              type="button"
              className="button plain"
              onClick={() => change({ where: undefined, cursor: undefined })}
            >
              {t("filter.clear")}
            </button>
          </li>
        </ul>
      )}
    </div>
  );
}

function AddTerm(): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const [field, setField] = useState<(typeof filterFields)[number]>("ip");
  const [value, setValue] = useState("");
  const fieldId = useId();
  const valueId = useId();
  const add = (event: FormEvent): void => {
    event.preventDefault();
    const typed = readTerm(value.trim());
    const term = typed ?? (value.trim() === "" ? undefined : { field, value: value.trim(), excludes: false });
    if (term === undefined) return;
    change({ where: withTerm(search.where, term), cursor: undefined });
    setValue("");
  };
  return (
    <form className="row no-print" onSubmit={add}>
      <label className="unseen" htmlFor={fieldId}>
        {t("filter.field")}
      </label>
      <select
        id={fieldId}
        className="select"
        value={field}
        onChange={(event) => setField(filterFields.find((each) => each === event.currentTarget.value) ?? "ip")}
      >
        {filterFields.map((each) => (
          <option key={each} value={each}>
            {t(`field.${each}`)}
          </option>
        ))}
      </select>
      <label className="unseen" htmlFor={valueId}>
        {t("filter.value")}
      </label>
      <input
        id={valueId}
        className="input filter-value"
        value={value}
        placeholder={t("filter.placeholder")}
        data-focus-filter=""
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <button type="submit" className="button">
        {t("filter.add")}
      </button>
    </form>
  );
}
