export * from "./binned-table.ts";
export * from "./dawid-skene.ts";
export * from "./gradient-boosting.ts";
export * from "./half-space-trees.ts";
export * from "./isolation-forest.ts";
export * from "./tree-model.ts";
