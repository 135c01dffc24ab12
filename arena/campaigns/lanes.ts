import type { Campaign } from "./campaign.ts";
import { enumeration } from "./enumeration.ts";
import { loginLibrary } from "./login-library.ts";
import { otherCampaigns } from "./others.ts";
import { programCampaigns } from "./programs.ts";
import { reactiveStuffing } from "./reactive.ts";
import { stealthBrowser } from "./stealth-browser.ts";
import { trialFarm } from "./trial-farm.ts";

function campaign(name: string): Campaign {
  const found = [...otherCampaigns, ...programCampaigns].find((each) => each.name === name);
  if (found === undefined) throw new Error(`no campaign is called ${name}`);
  return found;
}

/** All campaigns of a run: one after another inside a lane, lanes side by side. */
export const lanes: readonly (readonly Campaign[])[] = [
  [loginLibrary],
  [trialFarm, stealthBrowser],
  [
    enumeration,
    ...[
      "takeover of a new application",
      "gift card cracking",
      "content crawl from one address",
      "password cracking by hydra",
      "product spider by scrapy",
    ].map(campaign),
  ],
  [
    ...[
      "credential stuffing",
      "price scraper with a jar",
      "account aggregation by curl",
      "path fuzzing by ffuf",
      "path fuzzing by wfuzz",
      "mirror by wget",
      "price feed by Java",
    ].map(campaign),
    reactiveStuffing,
  ],
];
