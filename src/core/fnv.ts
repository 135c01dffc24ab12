/**
 * FNV-1a, 32 bits (Fowler, Noll, Vo). Fast and unkeyed: for tables whose keys we choose, never for
 * values a client could choose to collide (use `keyedHash`).
 */
export function fnv1a(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
