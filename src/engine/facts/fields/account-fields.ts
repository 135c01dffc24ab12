import { distanceKm } from "../../geography/index.ts";
import { type AccountFacet, countryCode } from "../account-book.ts";
import type { FactView } from "../fact-view.ts";
import { type Field, flag, number } from "../field.ts";

function cell(view: FactView): number {
  return view.book.accounts?.find(view.account) ?? -1;
}

/** Is the value new to the account? Unknown for accounts that were never let in. */
function fresh(facet: AccountFacet, value: (view: FactView) => number): (view: FactView) => boolean | undefined {
  return (view) => {
    const found = cell(view);
    return found < 0 ? undefined : view.book.accounts?.isNew(facet, found, value(view));
  };
}

const ownJar = fresh("jar", ({ jar }) => jar);
const newProgram = fresh("device", ({ device }) => device);

/** The account that the request names or its session was let in to, as far as this gateway has seen it let in. */
export const accountFields: readonly Field[] = [
  flag("account.known", "The account was let in here before; unknown without an account.", {
    read: (view) => (view.account === 0 ? undefined : cell(view) >= 0),
  }),
  number("account.ageSeconds", "Seconds since the account was first let in here; unknown if never.", {
    gate: "account",
    read: (view) => {
      const found = cell(view);
      return found < 0 ? Number.NaN : (view.at - (view.book.accounts?.firstAt(found) ?? 0)) / 1_000;
    },
  }),
  number("account.idleSeconds", "Seconds since its last accepted request; unknown if never.", {
    gate: "account",
    read: (view) => {
      const found = cell(view);
      return found < 0 ? Number.NaN : (view.at - (view.book.accounts?.lastAt(found) ?? 0)) / 1_000;
    },
  }),
  number("account.logins", "Accepted logins of the account.", {
    gate: "account",
    read: (view) => {
      const found = cell(view);
      return found < 0 ? Number.NaN : (view.book.accounts?.logins(found) ?? 0);
    },
  }),
  number("account.failures", "Refused logins since the account was last let in; unknown if never.", {
    usual: 2,
    gate: "account",
    read: (view) => {
      const found = cell(view);
      return found < 0 ? Number.NaN : (view.book.accounts?.failures(found) ?? 0);
    },
  }),
  flag("account.newCountry", "Comes from a country that has not been with the account for a day.", {
    usual: 0,
    gate: "account",
    read: fresh("country", ({ network }) => countryCode(network.country)),
  }),
  flag("account.newNetwork", "Comes from a network operator that has not been with the account for a day.", {
    gate: "account",
    read: fresh("network", ({ network }) => network.asn),
  }),
  flag(
    "account.newDevice",
    "A program and a cookie jar that both have not been with the account for a day; an update is no new device.",
    {
      gate: "account",
      read: (view) => (ownJar(view) === false ? false : newProgram(view)),
    },
  ),
  number("account.kilometres", "Kilometres from its last accepted step; unknown without places.", {
    usual: 400,
    gate: "account",
    read: (view) => kilometres(view),
  }),
  number(
    "account.kilometresPerHour",
    "Speed from its last accepted step, over at least an hour; unknown without places.",
    {
      usual: 400,
      gate: "account",
      read: (view) => {
        const found = cell(view);
        const hours = (view.at - (view.book.accounts?.lastAt(found) ?? 0)) / 3_600_000;
        return found < 0 ? Number.NaN : kilometres(view) / Math.max(1, hours);
      },
    },
  ),
];

function kilometres(view: FactView): number {
  const found = cell(view);
  const from = found < 0 ? undefined : view.book.accounts?.place(found);
  return from === undefined ? Number.NaN : distanceKm(from, view.network);
}
