const segmentsMax = 12;
const slash = 47;

/**
 * A path with what differs from object to object left out: `/orders/1042/items` and `/orders/7/items` are both
 * `/orders/{}/items`. Answers of one shape are taken to be of one kind. Read character by character, because every
 * request is asked for its shape several times.
 */
export function pathShape(path: string): string {
  let shape = "";
  let keptFrom = 0;
  let from = 0;
  for (let segment = 0; segment <= segmentsMax; segment++) {
    let to = from;
    let digits = 0;
    for (; to < path.length; to++) {
      const code = path.charCodeAt(to);
      if (code === slash) break;
      if (code >= 48 && code <= 57) digits++;
    }
    if (to - from > 40 || (digits > 0 && !isVersion(path, from, to))) {
      shape += `${path.slice(keptFrom, from)}{}`;
      keptFrom = to;
    }
    if (to === path.length || segment === segmentsMax)
      return keptFrom === 0 ? path.slice(0, to) : shape + path.slice(keptFrom, to);
    from = to + 1;
  }
  return shape;
}

/** `v1`: a word of the route. */
function isVersion(path: string, from: number, to: number): boolean {
  return to - from === 2 && path.charCodeAt(from) === 118;
}
