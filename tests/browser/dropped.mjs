// A lab that its author puts beside the built site, without a build: `node dropped.mjs SITE PROGRAM`, PROGRAM being what
// `cargo xtask labs` runs. It appears, it can be walked, and whatever its Markdown tries (tests/markdown/injections.txt)
// nothing of it runs, loads or asks; nor in the preview of author mode.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "./chromium.mjs";
import { Learner } from "./learner.mjs";
import { scene, verdict } from "./scene.mjs";
import { serve } from "./site.mjs";

const [site, program] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "sandshift-dropped-"));
cpSync(site, folder, { recursive: true });
const lists = () => JSON.parse(readFileSync(join(folder, "labs/index.json"), "utf8"));
const run = (...words) => execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

const CASES = readFileSync(new URL("../markdown/injections.txt", import.meta.url), "utf8").split("\n==== ").slice(1)
  .map((text) => text.slice(text.indexOf("\n") + 1, text.indexOf("\n----")));
const HIT = `<img src=x onerror="pwned('IN')"><script>pwned('IN')</script> [x](javascript:pwned('IN'))`;
const hit = (where) => HIT.replaceAll("IN", where);

/** A lab that tries everything, in every place that has words. */
function hostile(lab) {
  mkdirSync(lab);
  writeFileSync(join(lab, "lab.toml"), `format = 1
id = "hostile"
order = 90
minutes = 1
start = "course-warehouse"
languages = ["en", "ko"]

[[step]]
id = "only"
solution = """
sql admin> CREATE SCHEMA hostile;
"""

[[step.check]]
id = "made"
as = "admin"
sql = "SELECT COUNT(*) FROM pg_namespace WHERE nspname = 'hostile'"
rows = [["1"]]

[[step.check]]
id = "asked"
question = ["one", "two"]
answer = "one"
`);
  for (const language of ["en", "ko"]) writeFileSync(join(lab, `${language}.md`), `# Hostile ${hit("title")}

${hit("lead")}

\`\`\`outcome
${hit("outcome")}
\`\`\`

## Step ${hit("step")} {#only}

${CASES.join("\n\n")}

\`\`\`\`note ${hit("note title").replaceAll("`", "")}
${hit("note")}
\`\`\`\`

\`\`\`\`sql admin
CREATE SCHEMA hostile; -- ${hit("statement")}
\`\`\`\`

\`\`\`\`check made
${hit("check")}
\`\`\`\`

\`\`\`\`missing made
${hit("missing")}
\`\`\`\`

\`\`\`\`question asked
${hit("question")}
- one: ${hit("option")}
- two: two
\`\`\`\`

\`\`\`\`check asked
${hit("check of a question")}
\`\`\`\`

\`\`\`\`missing asked
${hit("missing of a question")}
\`\`\`\`

\`\`\`\`answer asked
${hit("answer")}
\`\`\`\`

\`\`\`\`hint
${hit("hint")}
\`\`\`\`

\`\`\`\`solution
${hit("solution")}
\`\`\`\`
`);
}

/** Watches a browser from its first page on; `harmless` says what came of it. */
async function watched(context, address) {
  const seen = [];
  await context.exposeBinding("pwned", (_, what) => seen.push(`ran: ${what}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => globalThis.pwned(`tried: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  context.on("request", (request) => {
    const asks = request.url();
    if (!asks.startsWith(address) && !/^(data|blob):/.test(asks)) seen.push(`asked: ${asks}`);
  });
  context.on("page", (page) => seen.push(`opened: ${page.url()}`));
  return async (page) => {
    page.on("dialog", (dialog) => {
      seen.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return async (frame, guide) => {
      const found = await frame.locator(guide).evaluate((root) => {
        const all = [...root.querySelectorAll("*")];
        const runs = all.filter((node) => [...node.attributes].some(({ name, value }) => name.startsWith("on") || /^\s*(javascript|data|vbscript):/i.test(value)));
        const loads = root.querySelectorAll("script, iframe, object, embed, img, link, style, base, meta, form, video, audio, template");
        const links = [...root.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")).filter((href) => !/^(https:\/\/|#)/.test(href));
        return { runs: runs.map((node) => node.outerHTML), loads: [...loads].map((node) => node.outerHTML), links, shown: root.textContent.includes("<script>pwned(") };
      });
      assert.deepEqual(found, { runs: [], loads: [], links: [], shown: true });
      assert.deepEqual(seen, []);
    };
  };
}

const { address, close: stop } = await serve(folder, { headers: { "cache-control": "no-store" } });

await scene("a folder dropped beside the site, proved and listed where it lies", async () => {
  const before = lists();
  const made = run("labs", "new", "dropped-lab", join(folder, "labs"));
  assert.match(made, /dropped-lab/);
  const told = run("labs", "check", join(folder, "labs", lists().at(-1).folder));
  assert.match(told, /1 passed|steps/);
  assert.equal(lists().length, before.length + 1);
  // What the build has written is left as it is.
  assert.deepEqual(lists().slice(0, -1).map(({ id, files }) => [id, files]), before.map(({ id, files }) => [id, files]));
  hostile(join(folder, "labs/hostile"));
  run("labs", "check", join(folder, "labs/hostile"));
  assert.deepEqual(lists().slice(-2).map(({ id }) => id).sort(), ["dropped-lab", "hostile"]);
});

for (const language of ["en", "ko"]) {
  const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: language, serviceWorkers: "block" });
  const watch = await watched(context, address);
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  const learner = new Learner(page, language);
  const harmless = await watch(page);

  await scene(`${language}: it is in the course, and walked`, async () => {
    await page.goto(`${address}?lang=${language}`);
    await learner.openLab("dropped-lab");
    await learner.waitForEngine();
    await learner.run("admin", "CREATE GROUP readers; GRANT USAGE ON SCHEMA raw_data TO GROUP readers; GRANT SELECT ON ALL TABLES IN SCHEMA raw_data TO GROUP readers;");
    await learner.expectPassed({ id: "readers", checks: [1, 2] });
    await page.reload();
    await learner.waitForEngine();
    await learner.expectPassed({ id: "readers", checks: [1, 2] });
  });
  await scene(`${language}: what a hostile lab tries comes to nothing`, async () => {
    await page.goto(`${address}?lang=${language}`);
    await page.locator('a[href="#/lab/hostile"]').first().waitFor();
    await page.locator('a[href="#/lab/hostile"]').first().click();
    await page.locator("#step-t").waitFor();
    await learner.waitForEngine();
    await page.locator('.guide input[type="radio"]').first().check();
    // Everything that is folded away is opened.
    for (let turn = 0; turn < 6; turn += 1) {
      const folded = page.locator(".guide details:not([open]) > summary, .guide button[aria-expanded=false]");
      if (!(await folded.count())) break;
      await folded.first().click();
    }
    // Links are tried as a hand would: those that lead nowhere are no links.
    for (const name of ["go", "evil", "x"]) {
      const words = page.locator(".guide span", { hasText: new RegExp(`^${name}$`) });
      for (let at = 0; at < Math.min(await words.count(), 30); at += 1) await words.nth(at).click({ timeout: 2000 }).catch(() => {});
    }
    await page.waitForTimeout(1500);
    await harmless(page, ".guide");
  });
  await scene(`${language}: nor in the preview of author mode`, async () => {
    await page.goto(`${address}author.html?lang=${language}`);
    await page.locator("input[webkitdirectory]").setInputFiles(join(folder, "labs/hostile"));
    const frame = page.frameLocator("iframe");
    await frame.locator("#step-t, .guide").first().waitFor();
    await page.waitForTimeout(1500);
    await harmless(frame, ".guide");
  });
  await close();
}

await scene("what has the id of another lab is refused", async () => {
  cpSync(join(folder, "labs/hostile"), join(folder, "labs/twin"), { recursive: true });
  assert.throws(() => run("labs", "check", join(folder, "labs/twin")), /both the lab `hostile`/);
  rmSync(join(folder, "labs/twin"), { recursive: true });
});

stop();
rmSync(folder, { recursive: true, force: true });
verdict();
