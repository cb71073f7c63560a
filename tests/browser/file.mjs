// The one-file page by double click, without a network: `node file.mjs SANDSHIFT.html LABS.json`.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openBrowser } from "./chromium.mjs";
import { Learner } from "./learner.mjs";
import { scripts } from "./transcript.mjs";
import { scene, verdict } from "./scene.mjs";

const [packed, labsFile] = process.argv.slice(2);
const labs = JSON.parse(readFileSync(labsFile, "utf8"));
// As it may lie on somebody's stick.
const folder = mkdtempSync(join(tmpdir(), "sandshift 과정 "));
const file = join(folder, "sandshift (1).html");
copyFileSync(packed, file);
const address = pathToFileURL(file).href;

const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: "en" });
await context.setOffline(true);
const complaints = [];
let page = context.pages()[0] ?? (await context.newPage());

function watch() {
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`page: ${error.stack ?? error}`));
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(address)) complaints.push(`asked for ${request.url()}`);
  });
}
watch();
const learner = () => new Learner(page, "en");

await scene("one file of at most 6 MB", () => {
  assert.ok(statSync(file).size <= 6_000_000, `${statSync(file).size} bytes`);
});

await scene("the course is there", async () => {
  await page.goto(`${address}?lang=en`);
  for (const lab of labs) await page.locator(`a[href="#/lab/${lab.id}"]`).first().waitFor();
});

// All of them: together they want every module that lies in the file.
for (const lab of labs) {
  await scene(`${lab.id}: walked from the file`, async () => {
    await page.goto(`${address}?lang=en#/`);
    const walker = learner();
    await walker.openLab(lab.id);
    await walker.waitForEngine();
    for (const [at, step] of lab.steps.entries()) {
      for (const check of step.checks) {
        if (check.kind.Prediction) await walker.answer(step.id, check.id, check.kind.Prediction.answer);
      }
      for (const script of scripts(step.solution)) await walker.enter(script);
      for (const check of step.checks) {
        if (check.kind.Question) await walker.answer(step.id, check.id, check.kind.Question.answer);
      }
      await walker.expectPassed(step);
      if (at + 1 < lab.steps.length) await walker.nextStep();
    }
  });
}

await scene("what was done outlives the tab", async () => {
  await page.waitForTimeout(1500);
  await page.close();
  page = await context.newPage();
  watch();
  await page.goto(`${address}?lang=en#/lab/${labs[0].id}`);
  await learner().waitForEngine();
  // The step that is open is marked as that.
  const steps = await page.locator(".where .blocks i").count();
  assert.equal(await page.locator(".where .blocks i.done").count(), steps - 1);
});

await scene("the account's console has its pages and its styles", async () => {
  await page.goto(`${address}?lang=en#/lab/sandbox/console/s3`);
  await page.reload();
  const link = page.locator('link[rel="stylesheet"]');
  await link.waitFor({ state: "attached" });
  assert.match(await link.getAttribute("href"), /^blob:/);
  // A rule of those styles alone.
  await page.waitForFunction(() => getComputedStyle(document.querySelector(".console")).display === "grid");
});

await scene("the page's policy lets no other script run", async () => {
  const ran = await page.evaluate(async () => {
    const other = document.createElement("script");
    other.textContent = "globalThis.ranInline = true";
    document.head.append(other);
    const blob = URL.createObjectURL(new Blob(["globalThis.ranBlob = true"], { type: "text/javascript" }));
    const loaded = Object.assign(document.createElement("script"), { src: blob });
    document.head.append(loaded);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return [globalThis.ranInline, globalThis.ranBlob];
  });
  assert.deepEqual(ran, [undefined, undefined]);
});

await scene("a clean console", () => {
  assert.deepEqual(complaints.filter((text) => !text.includes("Content Security Policy")), []);
});

await close();
rmSync(folder, { recursive: true, force: true });
verdict();
