const segmentsMax = 12;

/**
 * A path with what differs from object to object left out: `/orders/1042/items` and `/orders/7/items` are both
 * `/orders/{}/items`. Answers of one shape are taken to be of one kind.
 */
export function pathShape(path: string): string {
  const segments = path.split("/", segmentsMax + 1);
  return segments.map((segment) => (varies(segment) ? "{}" : segment)).join("/");
}

function varies(segment: string): boolean {
  if (segment.length > 40) return true;
  return /\d/.test(segment) && !/^v\d$/.test(segment);
}
