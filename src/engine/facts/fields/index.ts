import type { Field } from "../field.ts";
import { accountFields } from "./account-fields.ts";
import { clientFields } from "./client-fields.ts";
import { cohortFields } from "./cohort-fields.ts";
import { cookieFields } from "./cookie-fields.ts";
import { endpointFields } from "./endpoint-fields.ts";
import { headerFields } from "./header-fields.ts";
import { requestFields } from "./request-fields.ts";
import { rhythmFields } from "./rhythm-fields.ts";
import { sessionFields } from "./session-fields.ts";
import { timeFields } from "./time-fields.ts";
import { walkFields } from "./walk-fields.ts";

/** Every variable of rules, in the order of the vocabulary. */
export const allFields: readonly Field[] = [
  ...requestFields,
  ...headerFields,
  ...sessionFields,
  ...rhythmFields,
  ...walkFields,
  ...cookieFields,
  ...clientFields,
  ...accountFields,
  ...cohortFields,
  ...endpointFields,
  ...timeFields,
];
