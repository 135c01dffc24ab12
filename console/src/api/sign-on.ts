let returned = "";

/**
 * Takes what the identity provider sent the browser back with out of the address and of the history, before anything else
 * reads or keeps the address: a code in it is good for a session.
 */
export function keepReturn(): void {
  const parameters = new URLSearchParams(location.search);
  const fits = parameters.has("state") && (parameters.has("code") || parameters.has("error"));
  if (location.pathname !== "/console/login" || !fits) return;
  returned = location.search.slice(1);
  history.replaceState(null, "", location.pathname);
}

/** What the provider sent back, once. Empty: this page was not come back to. */
export function takeReturn(): string {
  const taken = returned;
  returned = "";
  return taken;
}
