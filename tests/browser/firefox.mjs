// One lab in Firefox, as its learner: `node firefox.mjs SITE LABS.json`. Debian's Firefox is not Playwright's: it is
// driven by WebDriver BiDi, which it speaks itself. Where no Firefox can be had, that is said and nothing fails.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";
import { serve } from "./site.mjs";
import { scripts } from "./transcript.mjs";
import { failures, scene, verdict } from "./scene.mjs";

const [folder, labsFile] = process.argv.slice(2);
const [lab] = JSON.parse(readFileSync(labsFile, "utf8"));
const SOON = { timeout: 30_000 };
const READY = { timeout: 120_000 };

const found = process.env.FIREFOX ?? ["firefox-esr", "firefox"]
  .flatMap((name) => process.env.PATH.split(delimiter).map((place) => join(place, name)))
  .find((path) => existsSync(path));
if (!found) {
  console.log("SKIPPED there is no Firefox here: install firefox-esr, or set FIREFOX to its path");
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}

const site = await serve(folder);
const profile = mkdtempSync(join(tmpdir(), "sandshift-firefox-"));
const browser = await puppeteer.launch({
  browser: "firefox", executablePath: found, headless: true, userDataDir: profile,
  defaultViewport: { width: 1440, height: 900 }, timeout: 60_000,
});
let page;
const complaints = [];

const ready = () => page.waitForSelector(".toolbar .btn-primary:not([disabled])", READY);
const text = (selector) => page.$eval(selector, (node) => node.textContent);

async function become(user) {
  if ((await text("#menu-user .who-name")) === user) return;
  await page.click("#menu-user summary");
  for (const item of await page.$$("#menu-user .menu-item")) {
    if ((await item.evaluate((node) => node.firstChild?.textContent)) !== user) continue;
    await item.click();
    break;
  }
  await page.waitForFunction((name) => document.querySelector("#menu-user .who-name")?.textContent === name, SOON, user);
}

async function run(user, script, refused) {
  await ready();
  await become(user);
  await page.click(".editor-box .cm-content");
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.press("Delete");
  // As one piece on one line, which neither completion nor brackets that close themselves touch.
  const line = script.replace(/\s+/g, " ").trim();
  await page.evaluate((typed) => document.execCommand("insertText", false, typed), line);
  await page.waitForFunction((typed) => document.querySelector(".editor-box .cm-content").textContent === typed, SOON, line);
  await page.click(".toolbar .btn-primary");
  await new Promise((resolve) => setTimeout(resolve, 60));
  await ready();
  await page.waitForFunction(() => !document.querySelector('[role="tab"] .dot-busy'), READY);
  const bad = await page.$$(".refusal");
  assert.equal(bad.length > 0, refused, `${user}: ${script}`);
}

async function answer(step, check, option) {
  await page.$eval(`input[name="ask-${step}-${check}"][value="${option}"]`, (node) => node.click());
}

async function walk(step) {
  for (const check of step.checks) {
    if (check.kind.Prediction) await answer(step.id, check.id, check.kind.Prediction.answer);
  }
  for (const script of scripts(step.solution)) await run(script.who, script.input, script.refused);
  for (const check of step.checks) {
    if (check.kind.Question) await answer(step.id, check.id, check.kind.Question.answer);
  }
  await page.waitForSelector(".passed-line", SOON);
}

try {
  console.log(`        ${await browser.version()}`);
  page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await scene("the lab opens", async () => {
    await page.goto(`${site.address}?lang=ko#/lab/${lab.id}`);
    await page.waitForSelector("#step-t", SOON);
    await ready();
    assert.equal(await page.$eval("html", (node) => node.lang), "ko");
    assert.equal((await page.$$(".lines .line-warn")).length, 0, "its storage is not taken");
  });
  for (const [at, step] of lab.steps.entries()) {
    await scene(`step ${at + 1} ${step.id}`, () => walk(step));
    if (failures() > 0) break;
    if (at === 4) {
      await scene("a reload in the middle", async () => {
        const title = await text("#step-t");
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await page.reload();
        await ready();
        await page.waitForFunction((before) => document.querySelector("#step-t")?.textContent === before, SOON, title);
        await page.waitForSelector(".passed-line", SOON);
      });
    }
    if (at + 1 === lab.steps.length) break;
    const title = await text("#step-t");
    await page.$eval(".turn .btn-primary", (node) => node.click());
    await page.waitForFunction((before) => document.querySelector("#step-t")?.textContent !== before, SOON, title);
  }
  await scene("a clean console", () => assert.deepEqual(complaints, []));
} finally {
  await browser.close();
  site.close();
  rmSync(profile, { recursive: true, force: true });
}
verdict();
