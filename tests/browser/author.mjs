// A lab written in the browser, without Rust: node author.mjs SITE. A folder is opened, read, broken, mended,
// proved, made unprovable, and taken away as a zip that opens again.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mkdirSync } from "node:fs";
import { openBrowser } from "./chromium.mjs";
import { scene, verdict } from "./scene.mjs";
import { serve } from "./site.mjs";

const [site] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const lab = join(here, "../../lessons/labs/01-permissions");
const artefacts = join(here, "../../artefacts");
mkdirSync(artefacts, { recursive: true });
const SOON = { timeout: 20_000 };
const PROVED = { timeout: 120_000 };
const SAYS = {
  en: { title: "Permissions", problem: /lab\.toml, line \d+/ },
  ko: { title: "권한", problem: /lab\.toml \d+행/ },
};

const { address, close: stop } = await serve(site);
for (const language of ["en", "ko"]) {
  const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: language, acceptDownloads: true });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(SOON.timeout);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("dialog", (dialog) => void dialog.accept());
  const area = page.locator("textarea");
  const file = (name) => page.locator(".author-text [role=tab]", { hasText: name }).click();
  const change = async (from, to) => {
    await file("lab.toml");
    const text = await area.inputValue();
    assert.ok(text.includes(from), `lab.toml has ${from}`);
    // As an edit of the whole text at once, which Chromium's own typing takes seconds for.
    await area.evaluate((node, value) => {
      node.value = value;
      node.dispatchEvent(new Event("input", { bubbles: true }));
    }, text.replace(from, to));
  };

  await scene(`${language}: a folder is opened and shown as learners see it`, async () => {
    await page.goto(`${address}author.html?lang=${language}`);
    await page.locator("input[webkitdirectory]").setInputFiles(lab);
    const title = page.frameLocator("iframe").locator("body", { hasText: SAYS[language].title });
    await title.waitFor(SOON);
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme });
      await page.screenshot({ path: join(artefacts, `author-${language}-${theme}.png`) });
    }
  });
  await scene(`${language}: a mistake is named with its line, and mended`, async () => {
    await change('answer = "youtube"', 'answer = "nobody"');
    const problem = page.locator(".author-problem").first();
    await problem.waitFor(SOON);
    assert.match(await problem.innerText(), SAYS[language].problem);
    await change('answer = "nobody"', 'answer = "youtube"');
    await page.locator(".author-problem").first().waitFor({ state: "detached", ...SOON });
  });
  await scene(`${language}: what holds is proved`, async () => {
    await page.locator("#prove").click();
    await page.locator("#verdict.good").waitFor(PROVED);
    assert.ok((await page.locator(".author-report li.good").count()) > 40);
    await page.screenshot({ path: join(artefacts, `author-${language}-proved.png`) });
  });
  await scene(`${language}: what does not hold is not`, async () => {
    await change("sql admin> CREATE GROUP pii_users;", "");
    await page.locator("#prove:not([disabled])").click();
    await page.locator("#verdict.poor").waitFor(PROVED);
    assert.ok((await page.locator(".author-report li.poor").count()) > 0);
  });
  await scene(`${language}: out as a zip, and in again`, async () => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".author-bar button", { hasText: /zip/ }).first().click()]);
    const path = join(artefacts, `author-${language}.zip`);
    await download.saveAs(path);
    await page.reload();
    await page.locator("input[accept*=zip]").setInputFiles(path);
    await file("lab.toml");
    assert.ok(!(await area.inputValue()).includes("CREATE GROUP pii_users;\n\"\"\""));
  });
  await scene(`${language}: a folder that is dropped`, async () => {
    await page.reload();
    await page.locator(".author-blank p").first().waitFor();
    const session = await context.newCDPSession(page);
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await session.send("Input.dispatchDragEvent", { type, x: 700, y: 500, data: { items: [], files: [lab], dragOperationsMask: 1 } });
    }
    await file("lab.toml");
    assert.ok((await area.inputValue()).includes('id = "permissions"'));
    assert.ok((await page.locator(".author-text [role=tab]").count()) >= 3);
  });
  await scene(`${language}: a clean console`, async () => assert.deepEqual(complaints, []));
  await close();
}
await stop?.();
verdict();
