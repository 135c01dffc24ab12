export * from "./account-journeys.ts";
export * from "./address-churn.ts";
export * from "./network-name.ts";
export * from "./network-risk.ts";
export * from "./residential-pools.ts";
export * from "./shared-addresses.ts";
export * from "./suspect-addresses.ts";
export * from "./travel.ts";
