import { type ReactNode, useId } from "react";

/** A titled part of a screen. */
export function Card({
  title,
  note,
  tools,
  level = 2,
  flush = false,
  children,
}: {
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly tools?: ReactNode;
  readonly level?: 2 | 3;
  /** Without inner margin, for tables. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const id = useId();
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <Heading id={id}>{title}</Heading>
        {note === undefined ? null : <p className="note">{note}</p>}
        {tools === undefined ? null : <div className="tools row">{tools}</div>}
      </div>
      <div className={flush ? "" : "card-body"}>{children}</div>
    </section>
  );
}

/** The head of a screen: its one h1, a sentence, its tools. */
export function PageHead({
  title,
  note,
  children,
}: {
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        {note === undefined ? null : <p className="note">{note}</p>}
      </div>
      {children === undefined ? null : <div className="page-tools no-print">{children}</div>}
    </header>
  );
}
