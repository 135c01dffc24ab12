import { counter } from "../features/counters.ts";
import { carryNats } from "./carry-test.ts";
import type { Detector } from "./detector.ts";

const assetsMin = 2;
const natsMin = 0.05;

/**
 * Asks whether images, scripts and style sheets are fetched because a page needed them: browsers name that page.
 *
 * Image crawlers and mirror tools fetch files from a list, without a referer. Hot-linked images name a foreign page and
 * count as kept, because a person looks at that page. Benign causes: referer strippers, images opened in a tab of their
 * own, e-mail clients. Evasion: send any referer; then nothing is learned here, and nothing lost elsewhere.
 */
export const assetReferers: Detector = {
  name: "asset-referers",
  axis: "side-effects",
  group: "omissions",
  needs: { counter: "assets", least: assetsMin },

  inspect(subject) {
    const assets = subject.get(counter.assets);
    // Without a page this is an image loader: an application, a mail client, or a crawler, and cannot be told here.
    if (assets < assetsMin || subject.get(counter.pages) === 0) return undefined;
    const { mean, absence } = subject.site.habits.assetReferers;
    const nats = carryNats(subject.get(counter.assetsReferred), assets, { mean, absence });
    if (Math.abs(nats) < natsMin) return undefined;
    const evidence = {
      assets: subject.about(counter.assets),
      named: subject.about(counter.assetsReferred),
      usual: mean,
    };
    return { detector: "asset-referers", axis: "side-effects", group: "omissions", nats, evidence };
  },
};
