/**
 * Texts of a batch as numbers. A text that comes again has the number it had; the last text of each column is looked at
 * first, because most columns hold few values in long runs.
 */
export class TextBook {
  readonly #ids = new Map<string, number>();
  #texts: string[] = [];
  /** Columns whose texts hardly ever repeat are not looked up. */
  readonly #distinct: readonly boolean[];
  readonly #last: string[];
  readonly #lastId: Uint32Array;

  constructor(distinct: readonly boolean[]) {
    this.#distinct = distinct;
    this.#last = distinct.map(() => "");
    this.#lastId = new Uint32Array(distinct.length);
    this.#begin();
  }

  /** Number of a text that stands in a column. */
  inColumn(column: number, text: string): number {
    if (text === this.#last[column]) return this.#lastId[column] as number;
    const id = this.#distinct[column] === true ? this.#texts.push(text) - 1 : this.of(text);
    this.#last[column] = text;
    this.#lastId[column] = id;
    return id;
  }

  /** Number of a text. */
  of(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.push(text) - 1;
    this.#ids.set(text, id);
    return id;
  }

  /** The texts by number; begins anew. */
  take(): readonly string[] {
    const texts = this.#texts;
    this.#begin();
    return texts;
  }

  #begin(): void {
    this.#texts = [""];
    this.#ids.clear();
    this.#ids.set("", 0);
    this.#last.fill("");
    this.#lastId.fill(0);
  }
}
