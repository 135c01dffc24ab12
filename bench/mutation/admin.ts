/**
 * Shows that the suites of the admin plane, the audit log and the store can fail: `npm run test:mutants:admin
 * [-- --only R22,R23] [-- --without-parts]`. R18 needs root and strace.
 */
import { adminMutants } from "./admin-mutants.ts";
import { plantAll } from "./planted.ts";

plantAll("admin-mutants", adminMutants);
