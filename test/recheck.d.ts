/** The build of recheck that needs no other process and no Java. */
declare module "recheck/lib/browser.js" {
  export { checkSync } from "recheck";
}
