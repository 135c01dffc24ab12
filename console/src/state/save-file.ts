/** Hands a text to the browser as a download; nothing leaves the machine. */
export function saveFile(
  name: string,
  text: string,
  { type = "application/json" }: { readonly type?: string } = {},
): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
