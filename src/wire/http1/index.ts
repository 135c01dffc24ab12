export * from "./chunked.ts";
export { type FieldId, field, fieldIdOf, isOurs, nameHashPrime, nameHashSeed, usualName } from "./field-names.ts";
export { type Fields, FieldsDraft, findHeadEnd, hasOldLine, noFields, renderStructure } from "./fields.ts";
export { type AnswerMemory, createAnswerMemory, createHeadMemory, type HeadMemory } from "./head-memory.ts";
export * from "./host.ts";
export { type CheckedLine, checkRequest } from "./request-check.ts";
export * from "./head.ts";
export * from "./request-head.ts";
export * from "./response-head.ts";
