/** A package that stands beside Gait, or how to get it there. */
export type Optional<Module> =
  | { readonly kind: "loaded"; readonly module: Module }
  | { readonly kind: "missing"; readonly hint: string };

/**
 * Loads a package that the default install does not bring (an optional peer dependency). What is missing is said with
 * the command that mends it; any other fault of the package is a fault and thrown.
 *
 * @param purpose what needs it: "alerts by mail"
 */
export async function loadOptional<Module>(name: string, purpose: string): Promise<Optional<Module>> {
  try {
    const found = (await import(name)) as Module & { readonly default?: Module };
    return { kind: "loaded", module: found.default ?? found };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const [bare = name] = /^(?:@[^/]+\/)?[^/]+/.exec(name) ?? [];
    return { kind: "missing", hint: `${purpose} needs the package ${bare} beside Gait: npm install ${bare}` };
  }
}
