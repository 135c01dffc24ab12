/** What a reference may consist of; anything else is shown to nobody. */
const referenceText = /^[A-Za-z0-9._-]{1,100}$/;

const style =
  "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:10vh auto;padding:0 1rem}label{display:block;margin-top:1rem}input,textarea{font:inherit;width:100%;box-sizing:border-box}button{font:inherit;margin-top:1rem;padding:.4rem 1.2rem}";

/** Hash of the style, for the content security policy: nothing else is styled and no script runs. */
export const appealStyle: string = style;

/** The form, with the reference filled in where the link brought one. Never says why anybody was stopped: it does not know. */
export function renderAppealForm(reference: string): string {
  const shown = referenceText.test(reference) ? reference : "";
  return page(
    "Were you stopped by mistake?",
    `<p>Tell us, and a person will look at it.</p>
<form method="post">
<label>The reference you were shown<input name="reference" required maxlength="100" pattern="[A-Za-z0-9._\\-]+" value="${shown}" autocomplete="off"></label>
<label>What you wanted to do<textarea name="text" rows="5" maxlength="2000"></textarea></label>
<label>How we can answer you, if you like<input name="contact" maxlength="200" autocomplete="email"></label>
<button>Send</button>
</form>`,
  );
}

/** The same whatever became of it: whoever tries references learns nothing. */
export function renderAppealThanks(): string {
  return page("Thank you", "<p>If the reference is one of ours, a person will look at it.</p>");
}

/** An appeal as the form sends it; undefined where it names no reference. */
export function readAppeal(
  body: string,
): { readonly reference: string; readonly text: string; readonly contact?: string } | undefined {
  const form = new URLSearchParams(body);
  const reference = (form.get("reference") ?? "").trim();
  if (!referenceText.test(reference)) return undefined;
  const contact = (form.get("contact") ?? "").trim().slice(0, 200);
  return { reference, text: (form.get("text") ?? "").slice(0, 2_000), ...(contact === "" ? {} : { contact }) };
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${style}</style>
<main>
<h1>${title}</h1>
${content}
</main>
</html>
`;
}
