// The site without a network, its updates, and what its policy forbids: `node offline.mjs SITE LABS.json`.
//
// Serves a copy of the built site itself, because it changes it on the way.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "./chromium.mjs";
import { Learner } from "./learner.mjs";
import { serve } from "./site.mjs";
import { scripts } from "./transcript.mjs";
import { scene, verdict } from "./scene.mjs";

const [site, labsFile] = process.argv.slice(2);
const labs = JSON.parse(readFileSync(labsFile, "utf8"));
const folder = mkdtempSync(join(tmpdir(), "sandshift-site-"));
cpSync(site, folder, { recursive: true });

const server = await serve(folder);
const { address } = server;

const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: "en" });
let page = context.pages()[0] ?? (await context.newPage());
page.setDefaultTimeout(20_000);

await scene("the first visit keeps the site", async () => {
  await page.goto(`${address}?lang=en`);
  await page.locator('a[href^="#/lab/"]').first().waitFor();
  await page.waitForFunction(async () => Boolean(await navigator.serviceWorker.getRegistration()), undefined, { timeout: 20_000 });
  const installed = await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
  assert.ok(["activating", "activated"].includes(installed), installed);
});

await scene("no script of a page's text runs, and none from a string", async () => {
  const found = await page.evaluate(async () => {
    const refused = [];
    document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "globalThis.ranInline = true";
    document.head.append(script);
    const link = document.createElement("div");
    link.innerHTML = '<img src="nowhere:" onerror="globalThis.ranInline = true">';
    document.body.append(link);
    // What a test evaluates may evaluate strings; what it leaves to be run later may not.
    await new Promise((resolve) => setTimeout(resolve, 0));
    let evaluated = "ran";
    try {
      evaluated = String(new Function("return 1")());
    } catch (error) {
      evaluated = error.name;
    }
    const foreign = await fetch("https://example.com/").then(() => "fetched", () => "refused");
    await new Promise((resolve) => setTimeout(resolve, 200));
    link.remove();
    return { refused, evaluated, foreign, ran: globalThis.ranInline === true };
  });
  assert.equal(found.ran, false);
  assert.equal(found.evaluated, "EvalError");
  assert.equal(found.foreign, "refused");
  assert.ok(found.refused.some((directive) => directive.startsWith("script-src")), String(found.refused));
  assert.ok(found.refused.includes("connect-src"), String(found.refused));
});

await scene("the network is gone, the course is there", async () => {
  await page.close();
  await context.setOffline(true);
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${address}?lang=en`);
  await page.locator('a[href^="#/lab/"]').first().waitFor();
});

for (const lab of labs.slice(0, 1)) {
  await scene(`${lab.id}: walked without a network`, async () => {
    const learner = new Learner(page, "en");
    await learner.openLab(lab.id);
    await learner.waitForEngine();
    for (const [at, step] of lab.steps.entries()) {
      for (const check of step.checks) {
        if (check.kind.Prediction) await learner.answer(step.id, check.id, check.kind.Prediction.answer);
      }
      for (const script of scripts(step.solution)) {
        await learner.enter(script);
      }
      for (const check of step.checks) {
        if (check.kind.Question) await learner.answer(step.id, check.id, check.kind.Question.answer);
      }
      await learner.expectPassed(step);
      if (at + 1 < lab.steps.length) await learner.nextStep();
    }
  });
}

await scene("an update is told, waits, and comes", async () => {
  await context.setOffline(false);
  const worker = join(folder, "sw.js");
  writeFileSync(worker, readFileSync(worker, "utf8").replace(/const VERSION = "\w+"/, 'const VERSION = "next"'));
  await page.goto(`${address}?lang=ko`);
  const line = page.locator(".update");
  await line.waitFor({ timeout: 30_000 });
  assert.match(await line.innerText(), /새 버전/);
  await Promise.all([page.waitForEvent("load"), line.locator("button").first().click()]);
  await page.locator('a[href^="#/lab/"]').first().waitFor();
  const caches = await page.evaluate(() => globalThis.caches.keys());
  assert.ok(caches.includes("sandshift-next"), String(caches));
  await page.waitForTimeout(5000);
  assert.equal(await line.count(), 0);
});

await close();
server.close();
rmSync(folder, { recursive: true, force: true });
verdict();
