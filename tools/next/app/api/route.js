export const dynamic = "force-dynamic";
export function GET() {
  const h = new Headers();
  h.append("Set-Cookie", "sid=abc; Path=/; HttpOnly");
  h.append("Set-Cookie", "lang=en; Path=/");
  return new Response("hi", { headers: h });
}
