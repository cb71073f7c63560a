// Lighthouse over the published site, as a phone on slow 4G sees it: `node audit.mjs SITE`.
//
// Accessibility and best practices must hold. Performance is printed, because it is measured by the clock; the line is
// slowed down for real (`devtools`), because Lighthouse's reckoning takes what a page shows while its program is still
// coming for shown after it.
import { brotliCompressSync, constants } from "node:zlib";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { serve } from "../browser/site.mjs";

const LEAST = 0.95;
const MUST = ["accessibility", "best-practices"];
const PAGES = { "the course": "", "a lab": "#/lab/permissions" };

const [folder] = process.argv.slice(2);
const packed = new Map();
/** As hosts do it. */
function pack(path, body) {
  if (!packed.has(path)) packed.set(path, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  return packed.get(path);
}
const { address, close } = await serve(folder, { change: pack, headers: { "content-encoding": "br", "cache-control": "max-age=31536000" } });

let failed = 0;
for (const [name, place] of Object.entries(PAGES)) {
  const chrome = await launch({
    chromePath: process.env.CHROMIUM,
    chromeFlags: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  try {
    const options = { port: chrome.port, logLevel: "error", throttlingMethod: "devtools", onlyCategories: ["performance", ...MUST] };
    const { lhr } = await lighthouse(address + place, options);
    const { categories, audits } = lhr;
    const score = (category) => Math.round(categories[category].score * 100);
    const shown = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];
    console.log(`${name}: performance ${score("performance")} (${shown.map((id) => `${audits[id].title} ${audits[id].displayValue}`).join(", ")})`);
    for (const category of MUST) {
      const held = categories[category].score >= LEAST;
      console.log(`${held ? "ok    " : "FAILED"} ${name}: ${category} ${score(category)}`);
      if (held) continue;
      failed += 1;
      for (const { id } of categories[category].auditRefs) {
        if (audits[id].score !== null && audits[id].score < 1) console.log(`         ${id}: ${audits[id].title} ${audits[id].displayValue ?? ""}`);
      }
    }
  } finally {
    chrome.kill();
  }
}
close();
process.exitCode = failed > 0 ? 1 : 0;
