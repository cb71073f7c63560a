// Walks every lab from start to finish, in both languages, as a learner does: `node walk.mjs ADDRESS LABS.json`.
//
// On the way it reloads, cancels a long query, lets the engine fail, and takes pictures (artefacts/). Any console
// error, page error or failed request ends it. The statements are those of the labs' own solutions.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./chromium.mjs";
import { whoMayDoWhat } from "./access.mjs";
import { everyPage, inspected, rules, serverless, settings, warehouses } from "./account.mjs";
import { BY_CONSOLE, ByConsole } from "./by_console.mjs";
import { consoleOfTheAccount } from "./console.mjs";
import { aTrainingIsStopped, whatTheModelsLearned } from "./model.mjs";
import { Learner } from "./learner.mjs";
import { scripts } from "./transcript.mjs";
import { oneWaitsForAnother } from "./waiting.mjs";
import { failures, scene, verdict } from "./scene.mjs";

const [address, labsFile] = process.argv.slice(2);
const labs = JSON.parse(readFileSync(labsFile, "utf8"));
const artefacts = fileURLToPath(new URL("../../artefacts/", import.meta.url));
mkdirSync(artefacts, { recursive: true });

const SIZES = [[1440, 900], [1024, 768], [390, 844]];
const LONG = "SELECT COUNT(1) FROM raw_data.user_session_channel a, raw_data.user_session_channel b WHERE a.userid + b.userid < 0;";
const SHORT = "SELECT COUNT(1) FROM raw_data.user_session_channel;";

/** Notes everything that a clean page never does. */
function watch(page, complaints) {
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`page: ${error.stack ?? error}`));
  // What a reload or the end of a page cuts off has not failed.
  const cutOff = (request) => request.failure()?.errorText === "net::ERR_ABORTED";
  page.on("requestfailed", (request) => cutOff(request) || complaints.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`response: ${response.status()} ${response.url()}`);
    if (!response.url().startsWith(address) && /^https?:/.test(response.url())) complaints.push(`foreign: ${response.url()}`);
  });
}

/** Of the guide where there is room for one half only, or of the workbench. */
async function pictures(page, name, half = "guide") {
  for (const [width, height] of SIZES) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      const panes = page.locator(".panes label");
      if (width < 900 && (await panes.count()) > 0) await panes.nth(half === "guide" ? 0 : 1).click();
      await page.waitForTimeout(150);
      await page.screenshot({ path: `${artefacts}${name}-${width}x${height}-${colorScheme}.png` });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${name} at ${width} px is ${wide} px too wide`);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

async function reloadInTheMiddle(page, learner, step, counts) {
  const note = `-- kept through a reload: ${step.id}\nSELECT 1;`;
  await learner.become("admin");
  await learner.type(note);
  const title = await page.locator("#step-t").innerText();
  // The page stores what is typed a moment after the last key.
  await page.waitForTimeout(1500);
  await page.reload();
  await learner.waitForEngine();
  await page.waitForFunction((text) => document.querySelector("#step-t")?.innerText === text, title, { timeout: 10_000 });
  await learner.become("admin");
  assert.equal(await learner.editorText(), note);
  assert.equal(await page.locator(".where .blocks i.done").count() > 0, true, "progress is gone after the reload");
  // Elsewhere the cluster may rest just then.
  if (!counts) return;
  await learner.run("admin", SHORT);
  assert.match(await page.locator("#results-panel").innerText(), /101,?520/);
}

async function cancelLongQuery(page, learner) {
  await learner.become("admin");
  await learner.type(LONG);
  await page.keyboard.press("Escape");
  await learner.editor().focus();
  const tasks = await page.evaluateHandle(() => {
    const found = { longest: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) found.longest = Math.max(found.longest, entry.duration);
    }).observe({ type: "longtask" });
    return found;
  });
  await page.keyboard.press("ControlOrMeta+Enter");
  const cancel = page.locator(".toolbar .btn-danger");
  await cancel.waitFor({ timeout: 10_000 });
  await page.waitForTimeout(700);
  const longest = await tasks.evaluate((found) => found.longest);
  console.log(`        longest main-thread task while a query runs: ${longest.toFixed(0)} ms`);
  assert.ok(longest <= 50, `a task of ${longest} ms on the main thread`);
  await cancel.click();
  await learner.settled();
  await page.locator('[role="tab"] .pill').first().waitFor();
  await learner.run("admin", SHORT);
  assert.match(await page.locator("#results-panel").innerText(), /101,?520/);
}

async function surviveOurDefect(page, learner, complaints) {
  const worker = page.workers().find((each) => /worker(\.\w+)?\.js/.test(each.url()));
  assert.ok(worker, "there is no worker");
  const before = complaints.length;
  await worker.evaluate(() => self.onmessage({ data: JSON.stringify({ id: 4_000_000_000, request: { type: "fail" } }) }));
  await page.locator('.line-bad[role="alert"]').waitFor({ timeout: 20_000 });
  await learner.waitForEngine();
  // The defect itself may speak on the console; nothing else may.
  const said = complaints.splice(before);
  complaints.push(...said.filter((text) => !/panicked|asked to fail|unreachable/.test(text)));
  await learner.run("admin", SHORT);
  assert.match(await page.locator("#results-panel").innerText(), /101,?520/);
  await page.locator(".line-bad button").click();
}

/** A wrong choice gets its own words before the right one is made. */
async function answerWrongly(page, learner, step) {
  const wrong = step.wrong.find((each) => Object.keys(each.choose).length > 0 && each.does === "");
  if (!wrong) return;
  for (const [check, option] of Object.entries(wrong.choose)) await learner.answer(step.id, check, option);
  await page.locator(".checks-box .callout-warn").waitFor({ timeout: 10_000 });
}

async function walk(lab, language) {
  const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: language });
  const complaints = [];
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    watch(page, complaints);
    const learner = language === "en" && BY_CONSOLE.includes(lab.id) ? new ByConsole(page, language) : new Learner(page, language);
    const middle = Math.floor(lab.steps.length / 2);
    // What is the same in every lab is tried in the first.
    const first = lab === labs[0];
    const picture = first ? language : `${lab.id}-${language}`;
    await scene(`${lab.id} ${language}: the course`, async () => {
      await page.goto(`${address}?lang=${language}`);
      await page.locator(`a[href="#/lab/${lab.id}"]`).first().waitFor();
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      if (first) await pictures(page, `${language}-course`);
      await learner.openLab(lab.id);
      await learner.waitForEngine();
    });
    let refusals = 0;
    for (const [at, step] of lab.steps.entries()) {
      const before = failures();
      await scene(`${lab.id} ${language}: step ${at + 1} ${step.id}`, async () => {
        for (const check of step.checks) {
          if (check.kind.Prediction) await learner.answer(step.id, check.id, check.kind.Prediction.answer);
        }
        for (const script of scripts(step.solution)) {
          await learner.enter(script);
          if (script.refused && refusals++ === 0) await pictures(page, `${picture}-refusal`, "workbench");
        }
        await answerWrongly(page, learner, step);
        for (const check of step.checks) {
          if (check.kind.Question) await learner.answer(step.id, check.id, check.kind.Question.answer);
        }
        await learner.expectPassed(step);
      });
      if (at === middle && !first) await scene(`${lab.id} ${language}: a reload in the middle`, () => reloadInTheMiddle(page, learner, step, false));
      if (at === middle && first) {
        await scene(`${lab.id} ${language}: a reload in the middle`, () => reloadInTheMiddle(page, learner, step, true));
        await scene(`${lab.id} ${language}: who may do what`, () => whoMayDoWhat(page, learner, pictures));
        await scene(`${lab.id} ${language}: the console`, () => consoleOfTheAccount(page, learner, pictures));
        await scene(`${lab.id} ${language}: one waits for another`, () => oneWaitsForAnother(page, learner, "jeeseok", pictures));
        await scene(`${lab.id} ${language}: a long query is canceled`, () => cancelLongQuery(page, learner));
        await scene(`${lab.id} ${language}: a defect of ours is survived`, () => surviveOurDefect(page, learner, complaints));
      }
      if (lab.id === "redshift-ml" && step.id === "leak") {
        await scene(`${lab.id} ${language}: what the models learned`, () => whatTheModelsLearned(page, learner, pictures));
        await scene(`${lab.id} ${language}: a training is stopped`, () => aTrainingIsStopped(page, learner));
      }
      if (failures() > before) await page.screenshot({ path: `${artefacts}${picture}-failed-${step.id}.png` });
      if (at + 1 < lab.steps.length) await learner.nextStep();
    }
    await scene(`${lab.id} ${language}: the end`, async () => {
      await page.locator(".step .callout-ok[role=status]").waitFor({ timeout: 10_000 });
      if (first) assert.ok(refusals > 0, "no refusal was met");
      await pictures(page, `${picture}-end`);
    });
  } catch (error) {
    // What is between the scenes: the way to the next step.
    await scene(`${lab.id} ${language}: the way on`, () => Promise.reject(error));
    const page = context.pages()[0];
    await page?.screenshot({ path: `${artefacts}${language}-failed.png` }).catch(() => {});
  } finally {
    await scene(`${lab.id} ${language}: a clean console`, () => assert.deepEqual(complaints, []));
    await close();
  }
}

/** The account without a lesson, in one language: its pages are the same ones in the other. */
async function walkAccount(language) {
  const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: language });
  const complaints = [];
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    watch(page, complaints);
    const learner = new Learner(page, language);
    await page.goto(`${address}?lang=${language}#/lab/sandbox`);
    await learner.waitForEngine();
    for (const play of [warehouses, inspected, serverless, settings, rules, everyPage]) {
      const before = failures();
      await scene(`account ${language}: ${play.name}`, () => play(page, learner, pictures));
      if (failures() > before) await page.screenshot({ path: `${artefacts}account-${language}-failed-${play.name}.png` });
    }
  } finally {
    await scene(`account ${language}: a clean console`, () => assert.deepEqual(complaints, []));
    await close();
  }
}

for (const lab of labs) {
  for (const language of lab.languages) await walk(lab, language);
}
await walkAccount("en");
verdict();
