import { endpointsMax } from "./step-book.ts";

/** What an endpoint is for, as far as the graph cares. */
export type EndpointSort = "page" | "asset" | "other";

/** What the caller knows of an endpoint template. */
export interface EndpointDescription {
  /** For people: "POST /login", "GET /orders/{id}". */
  readonly name: string;
  readonly sort: EndpointSort;
  /** Log-in, payment, gift card, password change…: what is done before it matters. */
  readonly sensitive: boolean;
}

const page = 1;
const asset = 2;
const sensitive = 4;

/** What is known of endpoint numbers 1 to 4096. Number 0 stands for "not told apart". */
export class EndpointBook {
  readonly #flags: Uint8Array = new Uint8Array(endpointsMax + 1);
  readonly #names: string[] = [];

  /** Takes or changes the description of an endpoint; numbers beyond the table are not kept. */
  describe(endpoint: number, description: EndpointDescription): void {
    if (endpoint <= 0 || endpoint > endpointsMax) return;
    const sort = description.sort === "page" ? page : description.sort === "asset" ? asset : 0;
    this.#flags[endpoint] = sort | (description.sensitive ? sensitive : 0);
    this.#names[endpoint] = description.name.slice(0, 256);
  }

  isPage(endpoint: number): boolean {
    return ((this.#flags[endpoint] ?? 0) & page) !== 0;
  }

  isAsset(endpoint: number): boolean {
    return ((this.#flags[endpoint] ?? 0) & asset) !== 0;
  }

  isSensitive(endpoint: number): boolean {
    return ((this.#flags[endpoint] ?? 0) & sensitive) !== 0;
  }

  /** Name for people; "endpoint 7" when nobody described it. */
  nameOf(endpoint: number): string {
    return this.#names[endpoint] ?? `endpoint ${endpoint}`;
  }

  /** Number of the endpoint with this name, or 0. Linear: for snapshots only. */
  find(name: string): number {
    const at = this.#names.indexOf(name);
    return Math.max(at, 0);
  }
}
