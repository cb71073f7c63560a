// Does a learner's own file of 100 MB fit? `node upload.mjs FOLDER DATA`: on the page itself, puts it into a bucket by
// the console's button and loads it with COPY, and prints what the tab's process has come to after each.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "../browser/chromium.mjs";
import { Console } from "../browser/console.mjs";
import { Learner } from "../browser/learner.mjs";
import { megabytes } from "./memory.mjs";
import { serve } from "./server.mjs";

const [folder, data] = process.argv.slice(2);
const BYTES = 100_000_000;
const LIMIT = 600;
/** A page blocks when its thread is taken for longer: what the browser calls a long task. */
const LONG = 50;

/** The course's table, over and over, cut at the last whole line; gives the file and its rows. */
function large(into) {
  const text = readFileSync(join(data, "1000000", "user_session_channel.csv"), "utf8");
  const [header, body] = [text.slice(0, text.indexOf("\n") + 1), text.slice(text.indexOf("\n") + 1)];
  const whole = header + body.repeat(Math.ceil(BYTES / body.length));
  const cut = whole.slice(0, whole.lastIndexOf("\n", BYTES) + 1);
  const file = join(into, "usc.csv");
  writeFileSync(file, cut);
  return { file, rows: cut.split("\n").length - 2 };
}

const scratch = mkdtempSync(join(tmpdir(), "sandshift-upload-"));
const { file, rows } = large(scratch);
const { origin, close: stop } = await serve(folder, data);
const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: "en" });
const page = context.pages()[0] ?? (await context.newPage());
page.setDefaultTimeout(300_000);
let most = 0;
try {
  await page.addInitScript(() => {
    globalThis.long = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.long = Math.max(globalThis.long, entry.duration);
    }).observe({ type: "longtask" });
  });
  await page.goto(`${origin}site/index.html#/lab/spectrum`);
  const learner = new Learner(page, "en");
  await learner.waitForEngine();
  const tell = async (what, ms) => {
    const [now, highest] = await megabytes(context);
    const long = await page.evaluate(() => {
      const found = globalThis.long;
      globalThis.long = 0;
      return found;
    });
    most = Math.max(most, highest);
    const blocked = `the page's longest task ${long.toFixed(0)} ms (aim ${LONG})`;
    console.log(`${what.padEnd(28)} ${ms.toFixed(0).padStart(6)} ms, the tab holds ${now} MB (at most ${highest}), ${blocked}`);
  };
  const timed = async (what, work) => {
    const begun = performance.now();
    await work();
    await tell(what, performance.now() - begun);
  };
  await tell("lab 3 opened", 0);
  await page.locator('.rooms a[href*="/console"]').first().click();
  const desk = new Console(page);
  await desk.go("s3/buckets");
  await desk.do(page.locator(".room-head .btn-primary"), { Bucket: "large-files" });
  await page.locator(".room-title", { hasText: "large-files" }).waitFor();
  await timed("upload of 100 MB", async () => {
    await page.locator(".upload input").setInputFiles(file);
    await page.locator(".room [role=progressbar]").waitFor();
    await desk.row("usc.csv").waitFor();
  });
  await learner.run("admin", "CREATE TABLE large (userid integer, sessionid varchar(32), channel varchar(32))");
  const role = "arn:aws:iam::123456789012:role/redshift.read.s3";
  await timed("COPY of it", () => learner.run("admin", `COPY large FROM 's3://large-files/usc.csv' IAM_ROLE '${role}' CSV IGNOREHEADER 1`));
  await timed("COUNT of its rows", () => learner.run("admin", "SELECT COUNT(*) FROM large"));
  const told = await page.locator('#results-panel [role="gridcell"], #results-panel td').allInnerTexts();
  assert.ok(told.some((cell) => Number(cell.replaceAll(",", "")) === rows), `${rows} rows were uploaded, the table has ${told}`);
  console.log(`the tab held at most ${most} MB (budget ${LIMIT})`);
} finally {
  await close();
  stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = most <= LIMIT ? 0 : 1;
