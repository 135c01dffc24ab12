import { type EndpointClass, guessEndpointClass } from "./endpoint-class.ts";

interface Node {
  /** Endpoint of the path that ends here, or -1. */
  endpoint: number;
  readonly children: Map<string, Node>;
  /** Child for every segment taken for a variable. */
  variable: Node | undefined;
  /** Too many distinct children were seen: all later ones are variables. */
  collapsed: boolean;
}

export interface Template {
  readonly text: string;
  readonly guess: EndpointClass;
}

/**
 * Learns path templates: a segment that looks like a number, a uuid, a hash or a code is a variable `{x}` at once; any
 * other becomes one when its place has shown more than `childrenMax` distinct values. File names keep their ending
 * (`{x}.png`), because it says what the file is.
 */
export class TemplateTree {
  readonly templates: Template[] = [];
  readonly #root: Node = newNode();
  readonly #endpointsMax: number;
  readonly #childrenMax: number;
  readonly #segmentsMax: number;

  constructor(limits: { readonly endpointsMax: number; readonly childrenMax: number; readonly segmentsMax: number }) {
    this.#endpointsMax = limits.endpointsMax;
    this.#childrenMax = limits.childrenMax;
    this.#segmentsMax = limits.segmentsMax;
  }

  /** The endpoint of a path. Beyond the cap on endpoints all new templates share the last one, "{any}". */
  match(path: string): number {
    const known = this.#find(path);
    if (known >= 0) return known;
    const segments = segmentsOf(path, this.#segmentsMax);
    let node = this.#root;
    const names: string[] = [];
    for (const segment of segments) {
      const [name, next] = this.#descend(node, segment);
      names.push(name);
      node = next;
    }
    if (node.endpoint < 0) node.endpoint = this.#enter(names, segments);
    return node.endpoint;
  }

  /** The endpoint that `match` finds where it learns nothing by it, else -1. Most paths end here, and no list is made. */
  #find(path: string): number {
    if (path.charCodeAt(0) !== slash) return -1;
    let end = path.length;
    while (end > 1 && path.charCodeAt(end - 1) === slash) end--;
    let node = this.#root;
    let segments = 0;
    for (let from = 1; from < end; ) {
      if (++segments > this.#segmentsMax) return -1;
      const cut = path.indexOf("/", from);
      const to = cut < 0 || cut > end ? end : cut;
      const segment = path.slice(from, to);
      const next = node.children.get(segment) ?? variableAt(node, segment);
      if (next === undefined) return -1;
      node = next;
      from = to + 1;
    }
    return node.endpoint;
  }

  /** Places whose segments are taken for variables, as templates of the way there. */
  collapsed(): string[] {
    const found: string[] = [];
    const look = (node: Node, way: string): void => {
      if (node.collapsed) found.push(way);
      for (const [name, child] of node.children) look(child, `${way}/${name}`);
      if (node.variable !== undefined) look(node.variable, `${way}/{x}`);
    };
    look(this.#root, "");
    return found;
  }

  /** Enters a template that was learned before. Returns its endpoint, or -1 when there is no room. */
  restore(text: string): number {
    if (this.templates.length >= this.#endpointsMax - 1) return -1;
    const names = text.split("/", this.#segmentsMax + 1).slice(1);
    while (names.length > 0 && names.at(-1) === "") names.pop();
    const node = this.#reach(names);
    if (node.endpoint < 0) node.endpoint = this.#enter(names, names);
    return node.endpoint;
  }

  /** Takes every segment at the end of this way for a variable. */
  collapse(way: string): void {
    this.#reach(way.split("/", this.#segmentsMax + 1).slice(1)).collapsed = true;
  }

  #reach(names: readonly string[]): Node {
    let node = this.#root;
    for (const name of names) {
      if (name === "{x}") {
        node.variable ??= newNode();
        node = node.variable;
        continue;
      }
      let child = node.children.get(name);
      if (child === undefined) {
        child = newNode();
        node.children.set(name, child);
      }
      node = child;
    }
    return node;
  }

  #descend(node: Node, segment: string): [name: string, next: Node] {
    const known = node.children.get(segment);
    if (known !== undefined && !node.collapsed) return [segment, known];
    const shape = variableShape(segment);
    if (shape === undefined && !node.collapsed) {
      if (node.children.size < this.#childrenMax) {
        const child = newNode();
        node.children.set(Buffer.from(segment.slice(0, 128)).toString(), child);
        return [segment, child];
      }
      node.collapsed = true;
      // The best-known children (fixed routes such as /login) came early and keep their own templates if they lead on.
      for (const [name, child] of node.children)
        if (child.children.size === 0 && child.variable === undefined) node.children.delete(name);
    }
    if (node.collapsed && known !== undefined) return [segment, known];
    const ending = endingOf(segment);
    if (ending !== "") {
      const name = `{x}.${ending}`;
      let child = node.children.get(name);
      if (child === undefined) {
        child = newNode();
        if (node.children.size < this.#childrenMax * 2) node.children.set(name, child);
      }
      return [name, child];
    }
    node.variable ??= newNode();
    return ["{x}", node.variable];
  }

  #enter(names: readonly string[], segments: readonly string[]): number {
    if (this.templates.length >= this.#endpointsMax) return this.#endpointsMax - 1;
    const full = this.templates.length === this.#endpointsMax - 1;
    this.templates.push(
      full
        ? { text: "/{any}", guess: "unknown" }
        : { text: `/${names.join("/")}`, guess: guessEndpointClass(segments) },
    );
    return this.templates.length - 1;
  }
}

/** Where a segment leads that is no known word of its place; undefined where it would have to be learned. */
function variableAt(node: Node, segment: string): Node | undefined {
  if (!node.collapsed && variableShape(segment) === undefined) return undefined;
  const ending = endingOf(segment);
  return ending === "" ? node.variable : node.children.get(`{x}.${ending}`);
}

function newNode(): Node {
  return { endpoint: -1, children: new Map(), variable: undefined, collapsed: false };
}

function segmentsOf(path: string, segmentsMax: number): string[] {
  const segments = path.split("/", segmentsMax + 1).slice(1);
  while (segments.length > 0 && segments.at(-1) === "") segments.pop();
  return segments;
}

const slash = 47;
const longest = 48;

/** Says whether a segment is a variable by its looks; undefined when it could be a fixed word. */
function variableShape(segment: string): "variable" | undefined {
  if (segment.length > longest) return "variable";
  let digits = 0;
  let others = 0;
  let hex = 0;
  for (let i = 0; i < segment.length; i++) {
    const code = segment.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
    else if ((code >= 97 && code <= 102) || (code >= 65 && code <= 70)) hex++;
    else if (code !== 45) others++;
  }
  if (digits === 0) return undefined;
  if (digits === segment.length) return "variable";
  // An API version is a word of the route, not a variable.
  if (/^v\d{1,2}$/i.test(segment)) return undefined;
  if (others === 0 && digits + hex >= 8) return "variable";
  // Codes such as SKU-10382 or p53,b20: a quarter of digits or more, unless the segment is a file.
  return endingOf(segment) === "" && digits * 4 >= segment.length ? "variable" : undefined;
}

/** The ending of a file name, lower case; "" when the segment is not a file name. */
function endingOf(segment: string): string {
  const dot = segment.lastIndexOf(".");
  if (dot <= 0 || segment.length - dot > 12 || segment.length - dot < 3) return "";
  const ending = segment.slice(dot + 1).toLowerCase();
  return /^[a-z][a-z0-9]*$/.test(ending) ? ending : "";
}
