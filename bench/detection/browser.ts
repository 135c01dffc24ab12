import {
  type CookieSet,
  type Exchange,
  fnv1a,
  type HttpResponse,
  keyedHash,
  observesAll,
  type Random,
  testHashKey,
} from "#core";

/** How a simulated client looks on the wire. Two clients of one tool look alike. */
export interface Look {
  readonly userAgent: string;
  readonly headers: string;
  readonly ja4: string;
}

/** What an application answers. */
export interface Answer {
  readonly status?: number;
  readonly contentType?: string;
  readonly location?: string;
  readonly cookies?: readonly (readonly [name: string, maxAgeSeconds: number])[];
}

/** What a request carries beside its path. */
export interface Ask {
  readonly method?: string;
  readonly referer?: string;
  readonly account?: number;
  readonly password?: number;
}

export type JarManner = "keeps" | "refuses" | "none";

/**
 * One simulated client: its address, its look, its jar. It writes down exchanges; nothing is sent. Cookie order is the
 * Chromium rule for browsers (creation, a changed value moving to the end) and by name for `sorted` tools.
 */
export class SimClient {
  readonly application: string;
  readonly exchanges: Exchange[] = [];
  ip: string;
  look: Look;
  at: number;
  readonly #jar: Map<string, number>;
  readonly #manner: JarManner;
  readonly #sorted: boolean;
  readonly #random: Random;

  constructor(options: {
    readonly application: string;
    readonly ip: string;
    readonly look: Look;
    readonly at: number;
    readonly random: Random;
    readonly manner?: JarManner;
    readonly jar?: Map<string, number>;
    readonly sorted?: boolean;
  }) {
    this.application = options.application;
    this.ip = options.ip;
    this.look = options.look;
    this.at = options.at;
    this.#random = options.random;
    this.#manner = options.manner ?? "keeps";
    this.#jar = options.jar ?? new Map();
    this.#sorted = options.sorted ?? false;
  }

  wait(seconds: number): this {
    this.at += Math.max(1, seconds * 1_000);
    return this;
  }

  /** A cookie that script sets. */
  script(name: string): this {
    if (this.#manner === "keeps" && !this.#jar.has(name)) this.#jar.set(name, this.#value(name));
    return this;
  }

  has(name: string): boolean {
    return this.#jar.has(name);
  }

  ask(target: string, answer: Answer = {}, ask: Ask = {}): this {
    const cut = target.indexOf("?");
    const names = [...this.#jar.keys()];
    if (this.#sorted) names.sort();
    const cookies = this.#manner === "keeps" ? names : [];
    const set = this.#answerCookies(answer);
    const host = `${this.application}.example`;
    const response: HttpResponse = {
      status: answer.status ?? 200,
      bytes: 5_000 + Math.floor(20_000 * this.#random()),
      durationMs: 20 + 60 * this.#random(),
      contentType: answer.contentType ?? "text/html",
      location: answer.location ?? "",
      setCookies: set,
      tokens: [],
    };
    this.exchanges.push({
      id: "",
      at: this.at,
      application: this.application,
      client: { ip: this.ip, fingerprint: { ja4: this.look.ja4, h2: "", headers: this.look.headers } },
      request: {
        method: ask.method ?? "GET",
        scheme: "https",
        host,
        path: cut < 0 ? target : target.slice(0, cut),
        query: cut < 0 ? "" : target.slice(cut + 1),
        protocol: "HTTP/1.1",
        headers: { names: [], values: [] },
        userAgent: this.look.userAgent,
        referer: ask.referer === undefined ? "" : `https://${host}${ask.referer}`,
        cookies: cookies.map((name) => ({ name, value: this.#jar.get(name) ?? 0 })),
        bodyBytes: -1,
        token: 0,
        account: ask.account ?? 0,
        password: ask.password ?? 0,
        tokens: [],
        oddities: [],
      },
      response,
      observes: { ...observesAll, tls: this.look.ja4 !== "" },
    });
    if (this.#manner === "keeps") for (const { name, value } of set) this.#store(name, value);
    return this;
  }

  #store(name: string, value: number): void {
    this.#jar.delete(name);
    this.#jar.set(name, value);
  }

  /** The application hands a cookie out only to those who do not bring it. */
  #answerCookies(answer: Answer): CookieSet[] {
    const brought = this.#manner === "keeps";
    return (answer.cookies ?? [])
      .filter(([name]) => !(brought && this.#jar.has(name)))
      .map(([name, maxAgeSeconds]) => ({
        name,
        value: this.#value(name),
        domain: "",
        path: "/",
        maxAgeSeconds,
        secure: true,
        httpOnly: true,
        sameSite: "lax",
      }));
  }

  #value(name: string): number {
    return keyedHash(testHashKey, `${name}${this.#random()}${this.#random()}`);
  }
}

/** A residential or hosting address; the first byte tells the simulated world's country and network. */
export function addressIn(region: number, random: Random): string {
  return `${region}.${Math.floor(random() * 250)}.${Math.floor(random() * 250)}.${1 + Math.floor(random() * 250)}`;
}

/** Hash of a simulated account. */
export function accountOf(number: number): number {
  return keyedHash(testHashKey, `account${number}`);
}

export function hashOf(text: string): number {
  return fnv1a(text);
}
