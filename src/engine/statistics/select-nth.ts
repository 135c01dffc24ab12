/** Narrowings before the rest is sorted: an order that somebody chose must not make this quadratic. */
const narrowingsMax = 40;

/**
 * The value at place `nth` were these numbers sorted ascending (Hoare's FIND, 1961), in linear time; they are rearranged. No NaN among
 * them, `nth` within their length.
 */
export function selectNth(values: Float64Array, nth: number): number {
  let low = 0;
  let high = values.length - 1;
  for (let narrowing = 0; low < high; narrowing++) {
    if (narrowing === narrowingsMax) {
      values.subarray(low, high + 1).sort();
      break;
    }
    const pivot = middleOf(values[low] as number, values[(low + high) >> 1] as number, values[high] as number);
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (nth <= j) high = j;
    else if (nth >= i) low = i;
    else break;
  }
  return values[nth] as number;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
