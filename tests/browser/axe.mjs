// Everyone can use it: axe on every screen, in both languages and both themes, and a lab walked with the keyboard
// alone: `node axe.mjs SITE LABS.json [screens|author|keyboard]`. A violation of any level fails.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./chromium.mjs";
import { walkWithKeys } from "./keyboard.mjs";
import { Learner } from "./learner.mjs";
import { scene, verdict } from "./scene.mjs";
import { serve } from "./site.mjs";

const [folder, labsFile, only] = process.argv.slice(2);
const labs = JSON.parse(readFileSync(labsFile, "utf8"));
const AXE = readFileSync(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const { services } = JSON.parse(readFileSync(join(folder, "console/index.json"), "utf8"));
const site = await serve(folder);

/** Looks at what is on the screen, in both themes. */
const look = (page, name) => scene(name, async () => {
  const told = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const violations = await page.evaluate(`(async () => {
      if (!globalThis.axe) { ${AXE} }
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { violations } = await axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map(({ html, any, all, none }) => [html.slice(0, 200), [...any, ...all, ...none].map(({ message }) => message).join("; ")]) }));
    })()`);
    told.push(...violations.flatMap(({ id, impact, help, nodes }) => [
      `        ${id} (${impact}), ${colorScheme}: ${help}, ${nodes.length} times`,
      ...nodes.slice(0, 3).map(([html, message]) => `          ${html}\n            ${message}`),
    ]));
  }
  if (told.length > 0) throw { stack: told.join("\n") };
});

const PEOPLE = `CREATE USER axe PASSWORD 'Walker123';
CREATE SCHEMA axe;
CREATE TABLE axe.orders (id INT, card VARCHAR(20), area VARCHAR(4));
INSERT INTO axe.orders VALUES (1, '4111', 'kr'), (2, '4222', 'us'), (3, NULL, 'kr');
GRANT USAGE ON SCHEMA axe TO axe;`;

async function screens(language) {
  const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: language, serviceWorkers: "block" });
  await scene(`${language}: the way through the screens`, async () => {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    const learner = new Learner(page, language);
    const see = (name) => look(page, `${language}: ${name}`);
    await page.goto(`${site.address}?lang=${language}`);
    await page.locator('a[href^="#/lab/"]').first().waitFor();
    await see("the course");
    await page.locator(".erase button").click();
    await see("a question before something is destroyed");
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" }).catch(() => {});

    for (const lab of labs) {
      await page.goto(`${site.address}?lang=${language}#/lab/${lab.id}`);
      await page.locator("#step-t").waitFor();
      await learner.waitForEngine();
      await see(`${lab.id}, first step`);
      if (lab !== labs[0]) continue;
      await learner.run("admin", PEOPLE);
      await learner.run("admin", "SELECT * FROM axe.orders ORDER BY id;");
      await see("a result");
      await learner.run("axe", "SELECT * FROM axe.orders;", { refused: true });
      await see("a refusal");
      await page.locator(".why-ask").click();
      await page.locator(".why").waitFor();
      await see("a refusal explained");
      await learner.run("admin", "SELECT area, COUNT(1) AS orders FROM axe.orders GROUP BY 1;");
      await page.locator('input[name="result-view"]').last().check({ force: true });
      await page.locator(".chart canvas").waitFor();
      await see("a chart");
      await page.locator('input[name="result-view"]').first().check({ force: true });
      await learner.run("admin", "EXPLAIN SELECT o.area FROM axe.orders o JOIN axe.orders p ON o.id = p.id;");
      await see("a plan as text");
      await page.locator('input[name="result-view"]').last().check({ force: true });
      await page.locator(".plan-step").first().waitFor();
      await see("a plan as a graph");
      await page.locator('input[name="result-view"]').first().check({ force: true });
      const compare = page.locator(".toolbar button[aria-pressed]", { has: page.locator('use[href="#pair"]') });
      await compare.click();
      await page.locator(".toolbar select.who-select").last().selectOption("axe");
      await learner.type("SELECT * FROM axe.orders ORDER BY id;");
      await page.locator(".toolbar .btn-primary").click();
      await page.locator(".compare-said").waitFor();
      await learner.settled();
      await see("two users side by side");
      await compare.click();
      for (const id of ["menu-user", "menu-time", "menu-workspace"]) {
        await page.locator(`#${id} summary`).click();
        await see(`the menu ${id}`);
        await page.keyboard.press("Escape");
      }
      await page.locator("#menu-user summary").click();
      await page.locator("#menu-user .menu-more button").click();
      await page.locator("#sign-in-user").waitFor();
      await see("signing in");
      await page.keyboard.press("Escape");
      const rooms = await page.locator(".rooms a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
      for (const room of rooms) {
        await page.evaluate((to) => (location.hash = to), room);
        await page.waitForTimeout(300);
        await see(`the room ${room}`);
      }
      await learner.aws("learner", "s3 mb s3://axe-bucket");
      await learner.aws("learner", "iam create-group --group-name axe");
      await page.setViewportSize({ width: 390, height: 844 });
      for (const half of [0, 1]) {
        await page.locator(".panes label").nth(half).click();
        await see(`narrow, half ${half + 1}`);
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    }

    await page.goto(`${site.address}?lang=${language}#/lab/${labs[0].id}/console`);
    for (const service of services) {
      for (const { id } of service.pages) {
        await page.evaluate((to) => (location.hash = to), `#/lab/${labs[0].id}/console/${service.id}/${id}`);
        await page.locator(".room-title").waitFor();
        await page.waitForTimeout(300);
        await see(`console ${service.id}/${id}`);
        const first = page.locator(".room table tbody a").first();
        if (await first.count()) {
          await first.click();
          await page.waitForTimeout(300);
          await see(`console, one of ${service.id}/${id}`);
        }
      }
    }
    await page.evaluate((to) => (location.hash = to), `#/lab/${labs[0].id}/console/s3/buckets`);
    await page.locator(".room-title").waitFor();
    await page.locator(".room .btn-primary").first().click();
    await page.locator("dialog[open]").waitFor();
    await see("a dialog of the console");
  });
  await close();
}

/** Author mode, wide and on a phone: empty, with a lab, with a lab that has mistakes, while it is proved and after. */
async function authoring(language) {
  const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: language, serviceWorkers: "block" });
  await scene(`${language}: the way through author mode`, async () => {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    page.on("dialog", (dialog) => void dialog.accept());
    const see = async (name) => {
      for (const [size, width, height] of [["", 1440, 900], [", on a phone", 390, 844]]) {
        await page.setViewportSize({ width, height });
        await look(page, `${language}: author mode, ${name}${size}`);
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        await scene(`${language}: author mode, ${name}${size}, fits`, () => assert.ok(beyond <= 0, `${beyond} px too wide`));
      }
    };
    await page.goto(`${site.address}author.html?lang=${language}`);
    await page.locator("input[webkitdirectory]").waitFor({ state: "attached" });
    await see("empty");
    await page.locator("input[webkitdirectory]").setInputFiles(fileURLToPath(new URL("../../lessons/labs/01-permissions", import.meta.url)));
    await page.frameLocator("iframe").locator("#step-t, .steps, h1").first().waitFor();
    await see("a lab");
    const area = page.locator("textarea");
    await page.locator(".author-text [role=tab]", { hasText: "lab.toml" }).click();
    const right = await area.inputValue();
    const write = (text) => area.evaluate((node, value) => {
      node.value = value;
      node.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
    await write(right.replace('answer = "youtube"', 'answer = "nobody"'));
    await page.locator(".author-problem").first().waitFor();
    await see("a mistake");
    await write(right);
    await page.locator(".author-problem").first().waitFor({ state: "detached" });
    await page.locator("#prove:not([disabled])").click();
    await page.locator("#verdict.good").waitFor({ timeout: 240_000 });
    await see("a proof");
  });
  await close();
}

if (only !== "keyboard") for (const language of ["en", "ko"]) {
  if (only !== "author") await screens(language);
  await authoring(language);
}
if (only === undefined || only === "keyboard") {
  const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: "en", serviceWorkers: "block" });
  await scene(`${labs[0].id} walked with keys and no mouse`, async () => {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    await page.goto(`${site.address}?lang=en`);
    const pressed = await walkWithKeys(page, labs[0]);
    console.log(`        ${pressed} keys`);
  });
  await close();
}
site.close();
verdict();
