/**
 * Shows that the suites of rules, their life, what they do and what is told can fail: `npm run test:mutants:policy
 * [-- --only R4,takeover]`. The evaluator has mutants of its own (`npm run test:mutants`).
 */
import { plantAll } from "./planted.ts";
import { policyMutants } from "./policy-mutants.ts";

plantAll("policy-mutants", policyMutants);
