import { CookieJar } from "tough-cookie";
import { skusMax, userName, zipsMax } from "../world/platform.ts";
import { pause, type Random } from "../world/random.ts";
import { useApplication } from "./light-application.ts";
import { LightBrowser } from "./light-browser.ts";
import { useDeveloperTool } from "./light-developer.ts";

/** One of the platform's people over many days: lives at an address, has an account, keeps a jar or an application. */
export interface LightPerson {
  readonly number: number;
  readonly kind: LightKind;
  readonly user: string;
  readonly address: string;
  /** Where they want things delivered: what they ask stock for. */
  readonly zip: number;
  jar: CookieJar;
  /** Parts of pages in the browser's cache: path to its tag. */
  readonly cache: Map<string, string>;
  visits: number;
  /** Of the developer tool, once they signed up. */
  key: string;
}

/** Ways of being one of them. Every one is honest. */
export type LightKind = "app user" | "shop regular" | "password manager" | "refuses cookies" | "developer";

/** What a visit is given. */
export interface LightVisit {
  readonly base: string;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly paceMs: number;
}

/** Someone new: half use the application, few refuse cookies or have their passwords filled in. */
export function createLightPerson(number: number, address: string, random: Random): LightPerson {
  const dice = random();
  const kind: LightKind =
    dice < 0.48
      ? "app user"
      : dice < 0.86
        ? "shop regular"
        : dice < 0.91
          ? "password manager"
          : dice < 0.94
            ? "refuses cookies"
            : "developer";
  return {
    number,
    kind,
    user: userName(number),
    address,
    zip: 10_000 + Math.floor(zipsMax * random() ** 2),
    jar: new CookieJar(),
    cache: new Map(),
    visits: 0,
    key: "",
  };
}

/** A thing somebody asks for: few are popular, most are not (log-uniform, which is Zipf's law). */
export function wantedSku(random: Random): number {
  return Math.min(skusMax, Math.floor(skusMax ** random()));
}

/** Reading that it was refused and typing it again. */
export function retyping(random: Random): number {
  return 1_500 + pause(random, 1_500);
}

/** One visit. Answers of 4xx and 5xx are taken as people take them: they go on. @returns requests made. */
export async function lightVisit(person: LightPerson, visit: LightVisit): Promise<number> {
  person.visits++;
  if (person.kind === "app user") return useApplication(person, visit);
  if (person.kind === "developer") return useDeveloperTool(person, visit);
  return new LightBrowser(person, visit).shop();
}
