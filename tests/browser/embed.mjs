// The course in other people's pages: `node embed.mjs SITE LABS.json`. The pages are the examples of web/embed/README.md,
// as they stand there: a plain page, a Markdown blog, an LMS with a strict policy and a sandboxed frame.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { marked } from "marked";
import { openBrowser } from "./chromium.mjs";
import { Learner } from "./learner.mjs";
import { scripts } from "./transcript.mjs";
import { scene, verdict } from "./scene.mjs";

const [site, labsFile] = process.argv.slice(2);
const lab = JSON.parse(readFileSync(labsFile, "utf8"))[0];
const readme = readFileSync(new URL("../../web/embed/README.md", import.meta.url), "utf8");
const example = (fence) => new RegExp(`^\`\`\`${fence}\n([^]*?)^\`\`\``, "m").exec(readme)[1];

const KINDS = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml",
};
async function serve(answer) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url.split("?")[0])).slice(1) || "index.html";
    try {
      const [body, headers = {}] = answer(path);
      response.writeHead(200, { "content-type": KINDS[extname(path)] ?? "application/octet-stream", ...headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return [server, `http://127.0.0.1:${server.address().port}`];
}

// Three origins: the course, a page that it lets in, and one that it does not.
const folder = mkdtempSync(join(tmpdir(), "sandshift-embed-"));
cpSync(site, folder, { recursive: true });
const pages = {};
const [courses, course] = await serve((path) => [pages[path] ?? readFileSync(join(folder, path))]);
const elsewhere = {};
const answer = (path) => {
  if (elsewhere[path] === undefined) throw new Error(path);
  const lms = { "content-security-policy": `default-src 'none'; script-src 'self'; style-src 'self'; frame-src ${course}` };
  return [elsewhere[path], path.startsWith("strict") || path.startsWith("lms") ? lms : {}];
};
const [lmses, lms] = await serve(answer);
const [strangers, stranger] = await serve(answer);
writeFileSync(join(folder, "embed.json"), example("json").replace("https://lms.example", lms));

const here = (text) => text.replaceAll("https://course.example", course);
pages["plain.html"] = here(example("html"));
const blog = marked.parse(here(example("markdown")));
elsewhere["embed.js"] = readFileSync(join(site, "embed.js"));
elsewhere["blog.html"] = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A blog</title><body>${blog}</body></html>`;
elsewhere["strict.html"] = elsewhere["blog.html"];
elsewhere["lms.html"] = here(example("html lms"));
elsewhere["progress.js"] = here(example("js progress.js"));

const { context, close } = await openBrowser({ viewport: { width: 1280, height: 900 }, locale: "en" });
const complaints = [];
async function open(address) {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("console", (message) => message.type() === "error" && complaints.push(`${address}: ${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => complaints.push(`${address}: ${error.stack ?? error}`));
  await page.goto(address);
  return page;
}

/** What a learner does, inside a frame of the page. */
async function solve(page, frame, step) {
  const inside = {
    keyboard: page.keyboard,
    locator: (...words) => frame.locator(...words),
    evaluate: (...words) => frame.evaluate(...words),
    waitForFunction: (...words) => frame.waitForFunction(...words),
    waitForTimeout: (time) => page.waitForTimeout(time),
  };
  const learner = new Learner(inside, "en");
  await learner.waitForEngine();
  for (const check of step.checks) {
    if (check.kind.Prediction) await learner.answer(step.id, check.id, check.kind.Prediction.answer);
  }
  for (const script of scripts(step.solution)) await learner.enter(script);
  for (const check of step.checks) {
    if (check.kind.Question) await learner.answer(step.id, check.id, check.kind.Question.answer);
  }
  await learner.expectPassed(step);
}

async function frameOf(page, address) {
  await page.waitForFunction((wanted) => {
    const all = (root) => [...root.querySelectorAll("*")].flatMap((each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
    return all(document).some((each) => each.localName === "iframe" && each.src.includes(wanted));
  }, address);
  for (let tries = 0; tries < 100; tries += 1) {
    const found = page.frames().find((frame) => frame.url().includes(address));
    if (found) return found;
    await page.waitForTimeout(50);
  }
  throw new Error(`no frame of ${address}`);
}

await scene("a plain page: cells run, share an account, and are what they say", async () => {
  const page = await open(`${course}/plain.html`);
  const [first, kim, grant] = [0, 1, 2].map((at) => page.locator("sandshift-sql").nth(at));
  await first.locator("table tbody tr").first().waitFor();
  assert.equal(await first.locator("h2").innerText(), "How many sessions came by which channel?");
  assert.equal(await first.locator("textarea").inputValue(), "SELECT channel, COUNT(1) AS sessions\nFROM raw_data.user_session_channel\nGROUP BY 1 ORDER BY 2 DESC;");
  assert.deepEqual(await first.locator("thead th").allInnerTexts(), ["channelvarchar(32)", "sessionsbigint"]);
  assert.equal(await first.locator("tbody tr").count(), 6);
  const region = first.locator('[role="region"]');
  assert.equal(await region.getAttribute("tabindex"), "0");
  assert.match(await first.locator("caption").textContent(), /^Results: 6 rows$/);
  // Refused, in Korean around the product's English.
  assert.equal(await kim.locator("button").innerText(), "실행");
  await kim.locator("button").click();
  const alert = kim.locator('[role="alert"]');
  await alert.waitFor();
  assert.match(await alert.innerText(), /ERROR 42501 permission denied for relation user_session_channel[^]*힌트: GRANT SELECT/);
  // By the keyboard; then it is allowed.
  await grant.locator("textarea").focus();
  await page.keyboard.press("ControlOrMeta+Enter");
  await grant.locator(".done", { hasText: "GRANT" }).waitFor();
  await kim.locator("button").click();
  await kim.locator("tbody td", { hasText: /^101520$/ }).waitFor();
  assert.equal(page.frames().filter((frame) => frame.url().includes("cells.html")).length, 1);
});

await scene("a plain page: methods, events, a statement that is stopped", async () => {
  const page = await open(`${course}/plain.html`);
  const cell = page.locator("sandshift-sql").nth(2);
  const said = await cell.evaluate(async (element) => {
    const heard = [];
    for (const type of ["sandshift-result", "sandshift-error"]) document.addEventListener(type, ({ detail, target }) => target === element && heard.push([type, detail.sqlstate]));
    element.value = "SELECT 1 AS one; SELECT 2 AS two";
    const statements = await element.run();
    element.value = "SELEC 1";
    const error = await element.run().catch((error) => error);
    return { heard, rows: statements.map(({ rows }) => rows), message: error.message, state: error.sqlstate };
  });
  assert.deepEqual(said.rows, [[["1"]], [["2"]]]);
  assert.deepEqual(said.heard, [["sandshift-result", undefined], ["sandshift-error", "42601"]]);
  assert.match(said.message, /syntax error/);
  await cell.evaluate((element) => {
    element.value = "SELECT COUNT(1) FROM raw_data.user_session_channel a, raw_data.user_session_channel b WHERE a.userid + b.userid < 0";
    void element.run().catch(() => {});
  });
  await cell.locator(".said", { hasText: "rows so far" }).waitFor();
  await cell.locator("button.stop").click();
  await cell.locator(".said", { hasText: "Stopped." }).waitFor();
});

for (const [where, address] of [["a Markdown blog", "blog.html"], ["a blog with a strict policy", "strict.html"]]) {
  await scene(`${where}: a cell and a lab from another origin`, async () => {
    const page = await open(`${lms}/${address}`);
    await page.evaluate(() => {
      globalThis.heard = [];
      for (const type of ["ready", "step-passed", "lab-passed", "xapi", "resize"]) document.addEventListener(`sandshift-${type}`, ({ detail }) => heard.push({ type, detail }));
    });
    await page.locator("sandshift-sql button").click();
    await page.locator("sandshift-sql tbody td", { hasText: /^101520$/ }).waitFor();
    const box = await page.locator("sandshift-lab iframe").boundingBox();
    assert.equal(Math.round(box.height), 700);
    const frame = await frameOf(page, `#/lab/${lab.id}`);
    // Pages of one site share the work: what was passed in the blog before is passed in this one.
    await page.waitForFunction(() => heard.some(({ type }) => type === "ready"));
    const at = await page.evaluate(() => heard.find(({ type }) => type === "ready").detail.passed.length);
    if (at > 0) await frame.locator(".turn .btn-primary").click();
    await solve(page, frame, lab.steps[at]);
    await page.waitForFunction(() => heard.some(({ type }) => type === "xapi"));
    const heard = await page.evaluate(() => heard);
    const told = (type) => heard.find((each) => each.type === type)?.detail;
    assert.equal(told("step-passed").step, lab.steps[at].id);
    assert.deepEqual([told("step-passed").passed, told("step-passed").of], [at + 1, lab.steps.length]);
    assert.equal(told("xapi").verb.id, "http://adlnet.gov/expapi/verbs/passed");
    assert.equal(told("resize").height, 640);
    // Out, changed, and in again.
    const moved = await page.locator("sandshift-lab").evaluate(async (element) => {
      const bytes = await element.exportState();
      heard.length = 0;
      await element.importState(bytes);
      const refused = await element.importState([1, 2, 3]).catch(({ message }) => message);
      return { bytes: bytes.length, refused };
    });
    assert.ok(moved.bytes > 1000);
    assert.match(moved.refused, /not a Sandshift workspace/);
    await page.waitForFunction((step) => heard.some(({ type, detail }) => type === "ready" && detail.passed.includes(step)), lab.steps[at].id);
    await page.close();
  });
}

await scene("an LMS: a sandboxed frame under a strict policy, its progress and its records", async () => {
  const page = await open(`${lms}/lms.html`);
  const frame = await frameOf(page, `#/lab/${lab.id}`);
  const begun = page.locator("#progress", { hasText: new RegExp(`^\\d+ of ${lab.steps.length} steps$`) });
  await begun.waitFor();
  const already = Number((await begun.innerText()).split(" ")[0]);
  const learner = frame.locator(".turn .btn-primary");
  if (already > 0) await learner.click();
  await solve(page, frame, lab.steps[already]);
  await page.locator("#progress", { hasText: `${already + 1} of ${lab.steps.length} steps` }).waitFor();
  await page.waitForFunction(() => globalThis.saved?.length > 1000 && records.length > 0);
  const [record] = await page.evaluate(() => records);
  assert.equal(record.actor.mbox, "mailto:learner@lms.example");
  assert.match(record.object.id, new RegExp(`#/lab/${lab.id}\\?step=${lab.steps[already].id}$`));
  assert.ok(record.object.definition.name.en && record.object.definition.name.ko);
  await page.close();
});

await scene("a page that nobody named is told nothing and asks in vain", async () => {
  const page = await open(`${stranger}/lms.html`);
  const frame = await frameOf(page, `#/lab/${lab.id}`);
  await frame.locator(".toolbar .btn-primary:enabled").waitFor({ state: "attached", timeout: 60_000 });
  await page.evaluate(() => document.querySelector("#lab").contentWindow.postMessage({ sandshift: 1, type: "export", id: 7 }, "*"));
  await page.waitForTimeout(1500);
  assert.equal(await page.locator("#progress").innerText(), "Not begun");
  assert.equal(await page.evaluate(() => globalThis.saved), undefined);
  await page.close();
});

await scene("clean consoles", () => assert.deepEqual(complaints.filter((text) => !text.includes("favicon.ico")), []));

await close();
for (const server of [courses, lmses, strangers]) server.close();
rmSync(folder, { recursive: true, force: true });
verdict();
