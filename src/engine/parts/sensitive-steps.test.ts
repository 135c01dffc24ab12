import { describe, expect, test } from "vitest";
import { isExport, sensitiveStepOf } from "./sensitive-steps.ts";

describe("a path names the step that turns an access into a loss", () => {
  const cases: Readonly<Record<string, string | undefined>> = {
    "/account/email": "change e-mail",
    "/account/e-mail": "change e-mail",
    "/api/v1/users/me/changeEmail": "change e-mail",
    "/settings/phone_number": "change phone",
    "/me/change-password": "change password",
    "/gift-cards": "gift card",
    "/gift_cards/buy": "gift card",
    "/GiftCard/Buy": "gift card",
    "/banking/payees": "add payee",
    "/account/export": "export data",
    "/reports/data-export": "export data",
    "/account/export/email": "change e-mail",
    "/developer/api-keys": "create key",
    "/developer/apiKeys/create": "create key",
    "/settings/personal-access-tokens": "create key",
    "/projects/7/keys": "create key",
    "/csrf/token": undefined,
    "/forgot-password": undefined,
    "/check-email": undefined,
    "/products/key-ring": undefined,
    "/emails-of-the-day": undefined,
    "/": undefined,
  };
  for (const [path, step] of Object.entries(cases))
    test(`${path}: ${step ?? "none"}`, () => expect(sensitiveStepOf(path)).toBe(step));
});

test("an export is one though it is only read, and only where that is what the path says last", () => {
  expect(isExport("/account/export")).toBe(true);
  expect(isExport("/reports/dataExport")).toBe(true);
  expect(isExport("/account/email")).toBe(false);
  expect(isExport("/exporters")).toBe(false);
});
