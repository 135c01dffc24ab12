import type { ChipType } from "../parts/chip.tsx";

/** What a typed text surely is by its form alone, the likeliest first. */
export function guesses(text: string): readonly { readonly type: ChipType; readonly value: string }[] {
  const bare = text.trim();
  if (/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(bare) || /^[0-9a-f:]*::?[0-9a-f:]*\/\d{1,3}$/i.test(bare))
    return [{ type: "network", value: bare }];
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(bare) || (/^[0-9a-f:]{3,39}$/i.test(bare) && bare.split(":").length > 2))
    return [{ type: "ip", value: bare }];
  if (/^[tq]\d\d[di]\d{4}[a-z0-9]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/i.test(bare))
    return [{ type: "fingerprint", value: bare }];
  if (/^\/\S+$/.test(bare)) return [{ type: "path", value: bare }];
  if (/^[0-9a-f]{8,}(-[0-9a-z]+)+$/i.test(bare)) return [{ type: "reference", value: bare }];
  return [];
}
