/** A tag: what an endpoint or a whole application is for. Policies are written for tags, so that tagging is protecting. */
export interface Tag {
  readonly name: string;
  readonly description: string;
  /** Words of a path that stand for it. Whole segments, lower case; `gift-card`, `gift_card` and `giftcard` are one word. */
  readonly words: readonly string[];
  /**
   * An action is something submitted (a form, a call): opening its page is no attempt. A reading is any request that gets
   * something.
   */
  readonly sort: "action" | "reading";
}

const action = (name: string, description: string, words: string): Tag => ({
  name,
  description,
  words: words.split(" ").filter((word) => word !== ""),
  sort: "action",
});
const reading = (name: string, description: string, words: string): Tag => ({
  ...action(name, description, words),
  sort: "reading",
});

/** Every tag there is, and the path words that an application which was not tagged is guessed by. */
export const tags: readonly Tag[] = [
  action(
    "login",
    "proves an identity with a secret",
    "login signin logon auth authenticate session sessions anmelden wp-login.php login.php",
  ),
  action("signup", "opens an account", "signup register registration join createaccount enroll registrieren "),
  action(
    "password-reset",
    "recovers or resets a secret",
    "passwordreset resetpassword forgot forgotpassword recover recovery lostpassword reset",
  ),
  action("mfa", "asks for or checks a second factor", "mfa 2fa otp totp verify verification challenge code sms"),
  action("account", "reads or changes an account's own data", "account accounts settings me my konto"),
  reading("profile", "shows a person", "profile profiles user users u member"),
  action("password", "changes a secret", "password changepassword"),
  action("email-change", "changes the address an account is reached at", "email changeemail"),
  action("phone-change", "changes the telephone an account is reached at", "phone msisdn changephone mobile-number"),
  action("sim", "moves a number to another SIM card or carrier", "sim esim simswap porting port-out portout"),
  action("cart", "puts goods aside for a buyer", "cart basket warenkorb panier carrito bag"),
  action(
    "reservation",
    "holds a seat, slot or item for a while",
    "reserve reservation reservations hold holds seats booking bookings book",
  ),
  action("checkout", "buys", "checkout order orders kasse purchase buy"),
  action("payment", "tries a means of payment", "payment payments pay charge charges billing cards card wallet"),
  action("payout", "moves money out", "payout payouts withdraw withdrawal transfer transfers"),
  action("payee", "adds somebody who can be paid", "payee payees beneficiary beneficiaries recipients"),
  action("giftcard", "asks for or spends the balance of a gift card", "giftcard giftcards gift gifts giftcertificate"),
  action("coupon", "redeems a code", "coupon coupons voucher vouchers promo promocode discount redeem"),
  action("loyalty", "asks for or spends points", "loyalty points rewards miles bonus"),
  action("trial", "opens a trial", "trial trials freetrial starttrial"),
  action("referral", "rewards an invitation", "referral referrals invite invites invitation refer"),
  action(
    "comment",
    "publishes a text under somebody else's",
    "comment comments wp-comments-post.php reply replies posts",
  ),
  action("review", "rates", "review reviews rating ratings vote votes like likes poll polls"),
  action(
    "message",
    "writes to a person",
    "message messages contact kontakt inbox chat enquiry feedback support ticket tickets",
  ),
  action("upload", "stores a file", "upload uploads import attachments"),
  action("api-key", "creates a credential for programs", "apikey apikeys keys tokens accesstoken"),
  action(
    "inference",
    "runs a model",
    "inference completions completion generate generations chatcompletions embeddings predict",
  ),
  action("bid", "bids or takes at the last moment", "bid bids auction auctions offer offers"),
  action(
    "advert",
    "counts a click or a view that somebody pays for",
    "ad ads click clicks impression impressions track beacon pixel",
  ),
  action("captcha", "answers a challenge that tells people from programs", "captcha recaptcha hcaptcha turnstile"),
  action("waiting-room", "queues for scarce goods", "queue waitingroom waiting-room lottery raffle draw"),
  reading("inventory", "says what is available", "inventory stock availability available slots stores"),
  reading("search", "answers queries", "search suche query suggest autocomplete find lookup"),
  reading(
    "product",
    "shows one thing that is for sale",
    "product products item items p sku article articles produkt listing listings hotel hotels flights",
  ),
  reading("price", "quotes", "price prices pricing quote quotes rates fares fare"),
  reading("category", "lists things", "category categories collection collections catalog catalogue c tag tags list"),
  reading(
    "content",
    "is read by people",
    "news blog story stories docs wiki magazine posts article-page guide guides recipes jobs",
  ),
  reading(
    "directory",
    "lists people or firms",
    "people directory members companies company contacts employees doctors",
  ),
  reading(
    "export",
    "hands over many records at once",
    "export exports download downloads report reports csv dump bulk batch",
  ),
  reading(
    "statement",
    "shows balances and movements",
    "balance balances transactions statement statements portfolio holdings",
  ),
  reading(
    "ticket-sale",
    "sells scarce goods at a set hour",
    "drop drops release launch raffle-entry tickets-sale onsale presale",
  ),
  reading("graphql", "answers queries of the caller's making", "graphql gql"),
  reading("mobile-api", "serves native applications", "mobile app-api android ios"),
  reading(
    "admin",
    "is for operators only",
    "admin administrator wp-admin manage management console actuator internal debug backoffice",
  ),
  reading("api", "is called by programs", "api rest rpc v1 v2 v3 v4"),
  reading("media", "serves large files", "video videos audio stream media photos gallery"),
  reading("feed", "lists what is new for programs", "feed feeds rss atom sitemap"),
  reading("health", "says whether the application lives", "health healthz status ping ready live"),
];

/** Names of all tags, in the order of `tags`. */
export const tagNames: readonly string[] = tags.map(({ name }) => name);
