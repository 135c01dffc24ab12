/**
 * Shows that the suites of the data plane can fail: `npm run test:mutants:edge [-- --only R9,R10] [-- --without-parts]`.
 */
import { edgeMutants } from "./edge-mutants.ts";
import { plantAll } from "./planted.ts";

plantAll("edge-mutants", edgeMutants);
