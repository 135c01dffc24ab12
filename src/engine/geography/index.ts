export * from "./address-churn.ts";
export * from "./network-risk.ts";
export * from "./shared-addresses.ts";
export * from "./travel.ts";
