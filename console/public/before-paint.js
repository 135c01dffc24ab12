// Runs before the first paint, so that a chosen theme, language or direction never flashes another one first.
try {
  const chosen = JSON.parse(localStorage.getItem("gait-preferences") ?? "{}");
  const root = document.documentElement;
  if (chosen.theme === "light" || chosen.theme === "dark") root.dataset.theme = chosen.theme;
  if (typeof chosen.language === "string") root.lang = chosen.language;
  if (chosen.language === "ar-XB") root.dir = "rtl";
} catch {
  // No storage: the system's theme and the browser's language it is.
}
