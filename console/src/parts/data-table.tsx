import type { ReactNode } from "react";
import { useTranslator } from "../i18n/translate.ts";
import { orderIn, useScreenSearch, withOrder } from "../state/search.ts";

/** One column. `sort` gives what rows are ordered by; without it the column cannot be sorted. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  readonly sort?: (row: Row) => number | string;
  readonly align?: "number";
  readonly className?: string;
}

/**
 * A table of rows. Heads sort, and the order stands in the URL; j and k walk the rows, Enter opens one; on narrow screens rows become cards with their
 * heads beside the values.
 */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  onOpen,
  start,
  name = "",
}: {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  /** The order at first: a column's id, `-` before it for descending. Absent: as the rows come. */
  readonly start?: string;
  /** Tells tables of one screen apart in the URL. */
  readonly name?: string;
}): ReactNode {
  const t = useTranslator();
  const [search, change] = useScreenSearch();
  const order = orderIn(search.sort, name) ?? start ?? "";
  const descending = order.startsWith("-");
  const sorted = sortRows(rows, columns, order);
  return (
    <div className="scroller">
      <table className="table cards" data-rows="">
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ id, title, sort, align }) => {
              const active = order.replace(/^-/, "") === id;
              return (
                <th
                  key={id}
                  scope="col"
                  className={align === "number" ? "number" : ""}
                  {...(active ? { "aria-sort": descending ? ("descending" as const) : ("ascending" as const) } : {})}
                >
                  {sort === undefined ? (
                    title
                  ) : (
                    <button
                      type="button"
                      title={t("table.sort", { column: title })}
                      onClick={() =>
                        change({ sort: withOrder(search.sort, name, { order: active && descending ? id : `-${id}` }) })
                      }
                    >
                      {title} <span aria-hidden="true">{active ? (descending ? "↓" : "↑") : ""}</span>
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row, index) => (
            <tr
              key={rowKey(row)}
              data-row=""
              tabIndex={index === 0 ? 0 : -1}
              className={onOpen === undefined ? "" : "opens"}
              onClick={(event) => {
                const on = event.target instanceof Element ? event.target.closest("a, button, input, select") : null;
                // Marking text to copy it is no click.
                if (on === null && (getSelection()?.isCollapsed ?? true)) onOpen?.(row);
              }}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || event.target !== event.currentTarget) return;
                onOpen?.(row);
              }}
            >
              {columns.map(({ id, title, cell, align, className }) => (
                <td key={id} data-label={title} className={[align ?? "", className ?? ""].join(" ").trim()}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: string): readonly Row[] {
  const sort = columns.find(({ id }) => id === order.replace(/^-/, ""))?.sort;
  if (sort === undefined) return rows;
  const sign = order.startsWith("-") ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = sort(a);
    const right = sort(b);
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * String(left).localeCompare(String(right));
  });
}
