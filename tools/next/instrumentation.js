// What docs/library.md tells: Gait begins before Next's first request. The test says where the package is.
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { gait } = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ process.env.GAIT_NEXT);
  gait({
    mode: "observe",
    onVerdict: (exchange, verdict) =>
      // A moment later, when the answer is known.
      setTimeout(() => {
        const cookies = (exchange.response?.setCookies ?? []).map(({ name }) => name);
        console.log(
          `VERDICT ${exchange.id} ${exchange.request.path} ${verdict.kind} ${exchange.response?.status} ${cookies.join(",")}`,
        );
      }, 200),
  });
}
