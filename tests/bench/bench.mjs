// Measures in one Chromium: `node bench.mjs SITE FOLDER DATA [--peers]`. SITE is the built site's address and FOLDER where
// it lies; DATA a folder with the CSV files of each size. Prints cold start, then load and queries; with --peers beside
// the engines people use, whose files and ours one server hands out in one way.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { openBrowser } from "../browser/chromium.mjs";
import { QUERIES, SIZES, TABLES } from "./queries.mjs";
import { here, serve, worker } from "./server.mjs";

const [site, folder, data, ...switches] = process.argv.slice(2);
const engines = ["sandshift", ...(switches.includes("--peers") ? ["duckdb", "pglite", "sqljs"] : [])];
const REPEATS = 5;
const SETTLED = 2500;
const BUDGETS = { text: 150, result: 300, outside: 1.5 };

const { origin, close: stop } = await serve(folder, data);
const script = worker(origin, folder);

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const geometric = (numbers) => Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);

/** A new browser, the first lab's address, and the first statement run as soon as it can be. */
async function coldStart(language) {
  const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: language });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    // A browser that has just begun loads its own page for new tabs beside ours.
    await page.waitForTimeout(SETTLED);
    await page.addInitScript(() => {
      const seen = (globalThis.seen = {});
      const look = () => {
        if (!seen.text && document.querySelector(".step .prose, .lead")) seen.text = performance.now();
        const put = document.querySelector(".guide .stmt button:not([disabled])");
        const run = document.querySelector(".toolbar .btn-primary:not([disabled])");
        if (put && run && !seen.ready) {
          seen.ready = performance.now();
          put.click();
          const click = () => setTimeout(() => document.querySelector(".toolbar .btn-primary:not([disabled])")?.click(), 0);
          click();
        }
        if (seen.ready && !seen.result && document.querySelector('#results-panel [role="grid"], #results-panel table, #results-panel .tag-line, #results-panel .grid')) {
          seen.result = performance.now();
        }
      };
      new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
    });
    await page.goto(`${site}#/lab/permissions`);
    await page.waitForFunction(() => globalThis.seen.result, undefined, { timeout: 60_000, polling: 50 });
    return await page.evaluate(() => globalThis.seen);
  } finally {
    await close();
  }
}

/** From a page that knows an engine's files to the answer of its first statement, in a new browser. */
async function started(name) {
  const { context, close } = await openBrowser();
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(`${origin}bench.html`);
    await page.waitForTimeout(SETTLED);
    return await page.evaluate(
      async ({ name, script }) => {
        const begun = performance.now();
        const { open } = await import(name === "sandshift" ? "./sandshift.mjs" : `./peers/${name}.mjs`);
        const engine = await open(script);
        const answered = await engine.run("SELECT 1 AS one");
        // Ours stores what it has opened behind the answer.
        return (answered.at ?? performance.now()) - begun;
      },
      { name, script },
    );
  } finally {
    await close();
  }
}

/** One engine at one size, in a page of its own: load, every query. */
async function measure(context, name, size) {
  const page = await context.newPage();
  page.setDefaultTimeout(600_000);
  try {
    await page.goto(`${origin}bench.html`);
    return await page.evaluate(
      async ({ name, size, script, repeats }) => {
        const { TABLES, DIMENSION, QUERIES } = await import("./queries.mjs");
        const { open } = await import(name === "sandshift" ? "./sandshift.mjs" : `./peers/${name}.mjs`);
        const engine = await open(script);
        let load = 0;
        let copy = 0;
        for (const table of TABLES) {
          const text = await (await fetch(`./data/${size}/${table.file}`)).text();
          const ms = await engine.load(table, text);
          load += ms;
          if (table === TABLES[0]) copy = ms;
        }
        // The course's file where it lies in S3, which only ours can have.
        const outside = await engine.scan?.(TABLES[0]);
        for (const statement of DIMENSION) await engine.run(statement);
        const queries = [];
        for (const query of QUERIES) {
          const sql = (engine.sqlite && query.sqlite) || query.sql;
          const times = [];
          let rows;
          try {
            for (let at = 0; at <= repeats; at += 1) {
              const done = await engine.run(sql);
              rows = done.rows;
              // The first run warms up, unless it is so slow that warmth cannot matter.
              if (at > 0 || done.ms > 3_000) times.push(done.ms);
              if (done.ms > 3_000) break;
            }
            queries.push({ times, rows: JSON.stringify(rows.map((row) => row.map((cell) => String(cell)))) });
          } catch (error) {
            queries.push({ error: String(error.message ?? error) });
          }
        }
        await engine.close();
        return { load, copy, outside, queries };
      },
      { name, size, script, repeats: REPEATS },
    );
  } finally {
    await page.close();
  }
}

const number = (value) => (value === undefined ? "-" : value >= 100 ? value.toFixed(0) : value.toFixed(1));

function line(name, values) {
  const [own, ...peers] = values;
  const cells = peers.map((peer) => `${number(peer).padStart(9)} ${(own !== undefined && peer !== undefined ? (own / peer).toFixed(2) : "-").padStart(6)}`);
  console.log(`${name.padEnd(26)} ${number(own).padStart(9)} ${cells.join(" ")}`.trimEnd());
}

function header(title) {
  const peers = engines.slice(1).map((name) => `${name.padStart(9)}  ratio`);
  console.log(`\n${title.padEnd(26)} ${"sandshift".padStart(9)} ${peers.join(" ")}`.trimEnd());
}

let wrong = 0;
const starts = [];
for (let at = 0; at < 5; at += 1) starts.push(await coldStart(at % 2 ? "ko" : "en"));
const [text, ready, result] = ["text", "ready", "result"].map((what) => median(starts.map((start) => start[what])));
console.log("cold start, new browser, median of 5 (ms)");
console.log(`  navigation to lesson text       ${number(text)} (budget ${BUDGETS.text})`);
console.log(`  navigation to engine ready      ${number(ready)}`);
console.log(`  navigation to first SQL result  ${number(result)} (budget ${BUDGETS.result})`);

const { context, close } = await openBrowser();
const versions = engines.length > 1 ? Object.entries(JSON.parse(readFileSync(join(here, "peers/package.json"))).dependencies) : [];
const named = versions.map(([name, version]) => `${name} ${version}`);
console.log(`\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]?.model.trim()}, Chromium ${context.browser()?.version() ?? ""}`);
console.log(`${["sandshift", ...named].join(", ")}; times in ms, median of ${REPEATS} after a warm-up; ratio = sandshift / peer`);
const beginnings = [];
for (const name of engines) {
  const times = [];
  for (let at = 0; at < REPEATS; at += 1) times.push(await started(name));
  beginnings.push(median(times));
}
header(`a new browser, median of ${REPEATS}`);
line("start to SELECT 1", beginnings);
for (const size of SIZES) {
  const measured = [];
  for (const name of engines) {
    try {
      measured.push(await measure(context, name, size));
    } catch (error) {
      console.log(`${name} failed at ${size} rows: ${error.message}`);
      if (name === "sandshift") wrong += 1;
      measured.push(undefined);
    }
  }
  header(`${size.toLocaleString("en")} rows`);
  line("load from CSV", measured.map((each) => each?.load));
  line(`  ${TABLES[0].name} alone`, measured.map((each) => each?.copy));
  const [own] = measured;
  if (own?.outside) {
    line(`  ${TABLES[0].name} where it lies`, [own.outside]);
    const share = own.outside / own.copy;
    console.log(`external scan / COPY of the same file: ${share.toFixed(2)} (budget ${BUDGETS.outside})`);
  }
  const ratios = engines.map(() => []);
  for (const [at, query] of QUERIES.entries()) {
    const each = measured.map((engine) => engine?.queries[at]);
    const times = each.map((found) => (found?.times ? median(found.times) : undefined));
    line(query.name, times);
    for (const [place, found] of each.entries()) {
      if (found?.error) {
        console.log(`    ${engines[place]}: ${found.error}`);
        if (place === 0) wrong += 1;
      } else if (found && each[0]?.rows && found.rows !== each[0].rows) {
        wrong += 1;
        console.log(`    ${engines[place]} answers otherwise:\n      ${found.rows.slice(0, 300)}\n      ours: ${each[0].rows.slice(0, 300)}`);
      }
      if (times[0] !== undefined && times[place] !== undefined) ratios[place].push(times[0] / times[place]);
    }
  }
  const means = engines.slice(1).map((_, place) => `${"".padStart(9)} ${(ratios[place + 1].length ? geometric(ratios[place + 1]).toFixed(2) : "-").padStart(6)}`);
  console.log(`${"geometric mean of queries".padEnd(26)} ${"".padStart(9)} ${means.join(" ")}`.trimEnd());
  const worst = engines.slice(1).map((_, place) => `${"".padStart(9)} ${(ratios[place + 1].length ? Math.max(...ratios[place + 1]).toFixed(2) : "-").padStart(6)}`);
  console.log(`${"worst of queries".padEnd(26)} ${"".padStart(9)} ${worst.join(" ")}`.trimEnd());
}
await close();
stop();
if (wrong > 0) console.log(`\n${wrong} answers were missing or different`);
process.exitCode = wrong === 0 ? 0 : 1;
