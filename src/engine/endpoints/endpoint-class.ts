/** What an endpoint is for, guessed first and corrected by what is observed. */
export const endpointClasses = [
  "unknown",
  "page",
  "asset",
  "api",
  "login",
  "logout",
  "signup",
  "checkout",
  "search",
  "robots",
  "well-known",
  "feed",
  "favicon",
] as const;

export type EndpointClass = (typeof endpointClasses)[number];

/** Classes as small numbers, as tables keep them. */
export const endpointClass: Readonly<Record<EndpointClass, number>> = Object.freeze(
  Object.fromEntries(endpointClasses.map((name, index) => [name, index])) as Record<EndpointClass, number>,
);

/** Endings, in lower case and without the point, of files that pages are made of. */
export const assetEndings: ReadonlySet<string> = new Set(
  (
    "css js mjs map png jpg jpeg gif webp avif svg ico bmp woff woff2 ttf otf eot mp4 webm m4s ts mp3 ogg wav vtt " +
    "wasm webmanifest cur jxl heic"
  ).split(" "),
);

const assetFolders = new Set(
  (
    "static assets asset img imgs image images css js fonts font media thumb thumbs thumbnail thumbnails dist build " +
    "_next _nuxt bundles bundle public scripts styles icons icon sprites avatars uploads cdn-cgi wp-includes"
  ).split(" "),
);

/** First path words that name a purpose; the common European, and a few other, spellings. */
const words: Readonly<Record<string, EndpointClass>> = Object.freeze({
  ...wordsOf(
    "login",
    "login signin sign-in sign_in log-in logon auth authenticate session sessions anmelden anmeldung einloggen connexion " +
      "se-connecter acceder iniciar-sesion entrar accedi inloggen logga-in zaloguj giris vhod wp-login.php login.php token",
  ),
  ...wordsOf("logout", "logout signout sign-out log-out logoff abmelden deconnexion cerrar-sesion esci uitloggen"),
  ...wordsOf(
    "signup",
    "signup sign-up register registration join create-account registrieren registrierung inscription registro " +
      "registrarse cadastro iscriviti registrati zarejestruj kayit registreren",
  ),
  ...wordsOf(
    "checkout",
    "checkout cart basket warenkorb kasse panier caisse commande carrito carrinho pago carrello cassa winkelwagen " +
      "koszyk sepet payment order bestellen",
  ),
  ...wordsOf(
    "search",
    "search suche recherche buscar busca cerca zoeken szukaj ara sok find query suggest autocomplete",
  ),
  ...wordsOf("api", "api rest graphql rpc ajax v1 v2 v3 xmlrpc.php wp-json"),
  ...wordsOf("feed", "feed feeds rss atom rss.xml atom.xml feed.xml index.rdf feed.json"),
});

function wordsOf(purpose: EndpointClass, list: string): Record<string, EndpointClass> {
  return Object.fromEntries(list.split(" ").map((word) => [word, purpose]));
}

/**
 * Guesses what a path is for from its words alone; "unknown" where they say nothing (most pages). A guess is only a
 * beginning: content types and who fetches the endpoint after what correct it.
 */
export function guessEndpointClass(segments: readonly string[]): EndpointClass {
  const last = segments.at(-1)?.toLowerCase() ?? "";
  const first = segments[0]?.toLowerCase() ?? "";
  if (segments.length === 0 || last === "") return "page";
  if (first === ".well-known") return "well-known";
  if (segments.length === 1 && (last === "robots.txt" || last === "llms.txt" || last === "ads.txt")) return "robots";
  if (/^sitemap[\w-]{0,40}\.(xml|txt)(\.gz)?$/.test(last)) return "robots";
  if (last === "favicon.ico" || last.startsWith("apple-touch-icon") || last.startsWith("favicon")) return "favicon";
  const dot = last.lastIndexOf(".");
  if (dot >= 0 && assetEndings.has(last.slice(dot + 1))) return "asset";
  const purpose = purposeOf(segments);
  if (purpose !== undefined) return purpose;
  if (assetFolders.has(first)) return "asset";
  if (dot >= 0 && (last.endsWith(".html") || last.endsWith(".htm"))) return "page";
  return "unknown";
}

/**
 * The first word that names a purpose. "api" says how an endpoint is spoken to, not what it is for: the log-in of `/api/v1/login` is a
 * log-in, and attackers go straight to it.
 */
function purposeOf(segments: readonly string[]): EndpointClass | undefined {
  let spoken: EndpointClass | undefined;
  for (const segment of segments) {
    const purpose = words[segment.toLowerCase()];
    if (purpose === "api") spoken = purpose;
    else if (purpose !== undefined) return purpose;
  }
  return spoken;
}

/** Whether programs rather than pages speak to an endpoint, by its path's words. */
export function isSpokenAsApi(path: string): boolean {
  return path.split("/").some((segment) => words[segment.toLowerCase()] === "api");
}

/** What a media type says about an endpoint, or "unknown". */
export function classOfContent(contentType: string): EndpointClass {
  if (contentType === "") return "unknown";
  if (contentType === "text/html" || contentType === "application/xhtml+xml") return "page";
  if (contentType === "application/rss+xml" || contentType === "application/atom+xml") return "feed";
  if (contentType === "application/json" || contentType.endsWith("+json")) return "api";
  if (/^(image|font|audio|video)\//.test(contentType)) return "asset";
  if (contentType === "text/css" || contentType.endsWith("javascript") || contentType === "application/wasm")
    return "asset";
  return "unknown";
}
