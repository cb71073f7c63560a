// Does a fact table of 10,000,000 rows fit in a tab? `node tab.mjs FOLDER DATA`: COPYs the course's table ten times over
// from a file in S3, asks it three questions, and prints what the tab's process has come to (Linux's own account of it).
import { openBrowser } from "../browser/chromium.mjs";
import { megabytes } from "./memory.mjs";
import { serve, worker } from "./server.mjs";

const [folder, data] = process.argv.slice(2);
const COPIES = 10;
const LIMIT = 1_000;
const QUESTIONS = [
  "SELECT channel, COUNT(*) FROM usc GROUP BY channel ORDER BY channel",
  "SELECT COUNT(DISTINCT userid) FROM usc",
  "SELECT userid, COUNT(*) AS n FROM usc GROUP BY userid ORDER BY n DESC, userid LIMIT 3",
];

const { origin, close: stop } = await serve(folder, data);
const { context, close } = await openBrowser();
const page = await context.newPage();
page.setDefaultTimeout(600_000);

await page.goto(`${origin}bench.html`);
await page.evaluate(async (script) => {
  const { open } = await import("./sandshift.mjs");
  const { TABLES } = await import("./queries.mjs");
  globalThis.engine = await open(script);
  globalThis.table = TABLES.find((table) => table.name === "usc");
}, worker(origin, folder));
for (let copy = 1; copy <= COPIES; copy += 1) {
  const ms = await page.evaluate(async (first) => {
    if (first) return await engine.load(table, await (await fetch(`./data/1000000/${table.file}`)).text());
    return await engine.loadAgain(table);
  }, copy === 1);
  const [now, most] = await megabytes(context);
  console.log(`${copy},000,000 rows: COPY ${ms.toFixed(0)} ms, the tab holds ${now} MB (at most ${most})`);
}
for (const question of QUESTIONS) {
  const { ms, rows } = await page.evaluate((sql) => engine.run(sql), question);
  console.log(`${ms.toFixed(0).padStart(6)} ms  ${question}  ${JSON.stringify(rows.slice(0, 2))}`);
}
const [now, most] = await megabytes(context);
console.log(`the tab holds ${now} MB, at most ${most} MB (budget ${LIMIT})`);
await close();
stop();
process.exitCode = most <= LIMIT ? 0 : 1;
