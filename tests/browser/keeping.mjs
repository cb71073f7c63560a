// What becomes of a learner's work when the browser does not keep it as it should: `node keeping.mjs SITE`.
//
// Storage that is missing, blocked, full, deleted under an open tab, damaged, of a former or a later version; two tabs,
// with locks and without; files that are no workspaces. Each is said on the page in both languages, and nothing that was kept is lost over it.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unpack } from "../../web/worker/file.js";
import { openBrowser } from "./chromium.mjs";
import { Learner } from "./learner.mjs";
import { scene as told, verdict } from "./scene.mjs";
import { nameOf, serve } from "./site.mjs";

const [folder, only] = process.argv.slice(2);
const labs = JSON.parse(readFileSync(join(folder, "labs/index.json"), "utf8")).map(({ id }) => id);
const downloads = mkdtempSync(join(tmpdir(), "sandshift-files-"));
const worker = nameOf(folder, "worker.js");
// Put before the worker's own text: how this browser fails.
let fault = "";
let reachable = true; // the modules beside the engine
const site = await serve(folder, {
  change(path, body) {
    if (!reachable && path.startsWith("formats")) throw new Error("gone");
    return path === worker ? Buffer.concat([Buffer.from(fault), body]) : body;
  },
  headers: { "cache-control": "no-store" },
});

const SAID = {
  memoryOnly: { en: /blocks storage/, ko: /저장을 막고 있어/ },
  full: { en: /no room left/, ko: /가득 차/ },
  notSaved: { en: /did not save your last changes/, ko: /마지막 변경을 저장하지 못했습니다/ },
  twoWays: { en: /work was done in both/, ko: /두 탭에서 따로 작업했고/ },
  otherLab: { en: /workspace of the lab \S+\. Open that lab/, ko: /다른 랩\(\S+\)의 작업 공간입니다/ },
  secondTab: { en: /open in another tab/, ko: /다른 탭에 열려 있습니다/ },
  older: { en: /older version of Sandshift \(format 1\)/, ko: /예전 버전의 Sandshift가 쓴 것입니다 \(형식 1\)/ },
  newer: { en: /newer version of Sandshift \(format 99\)/, ko: /새로운 버전의 Sandshift가 쓴 것입니다 \(형식 99\)/ },
  damaged: { en: /is damaged/, ko: /손상되었습니다/ },
  foreign: { en: /not imported.*not a Sandshift workspace/, ko: /가져오지 못했습니다.*작업 공간이 아닙니다/ },
};

/** A browser of its own, in which `play` gets a page on the first lab. */
async function scene(name, language, play, { broken = "", open = true } = {}) {
  if (only && !name.includes(only)) return;
  fault = broken;
  const { context, close } = await openBrowser({ viewport: { width: 1280, height: 900 }, locale: language, serviceWorkers: "block", acceptDownloads: true });
  await told(`${language}: ${name}`, async () => {
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
    const learner = new Learner(page, language);
    if (open) {
      await visit(page, language);
      await learner.waitForEngine();
    }
    await play(page, learner, context);
    assert.deepEqual(complaints, []);
  });
  await close();
}

/** The same lab in another tab, as its second. */
async function twin(context, language) {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const learner = new Learner(page, language);
  await visit(page, language);
  await learner.waitForEngine();
  await says(page, "secondTab", language);
  return [page, learner];
}

async function visit(page, language, lab = labs[0]) {
  await page.goto(`${site.address}?lang=${language}#/lab/${lab}`);
  await page.locator("#step-t").waitFor();
}

/** The number of the form in which an account is stored: behind the lab's name and the account's length. */
async function formOf(page, workspace) {
  const manifest = await page.evaluate(`new Promise((resolve, reject) => {
    const request = indexedDB.open("sandshift", 1);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const read = request.result.transaction("manifests").objectStore("manifests").get(${JSON.stringify(workspace)});
      read.onsuccess = () => (request.result.close(), resolve([...read.result.slice(0, 100)]));
    };
  })`);
  let at = manifest[0] === 1 ? 2 + manifest[1] : 1;
  while (manifest[at] & 128) at += 1;
  return manifest[at + 1];
}

/** The line under the bar that says it. */
async function says(page, what, language) {
  await page.locator(".lines .line", { hasText: SAID[what][language] }).first().waitFor({ timeout: 30_000 });
}

async function isSilent(page) {
  await page.waitForFunction(() => document.querySelectorAll(".lines .line-warn, .lines .line-bad").length === 0);
}

async function value(learner, text) {
  await learner.run("admin", text);
  return (await learner.page.locator("#results-panel .grid tbody td:not(.no)").first().innerText()).trim();
}

async function menu(page, at) {
  const details = page.locator("#menu-workspace");
  if (!(await details.evaluate((node) => node.open))) await details.locator("summary").click();
  await details.locator(".menu-item").nth(at).click();
}

const [RESET_LAB, EXPORT] = [-5, -2];

async function exported(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  const path = join(downloads, `${Math.random()}.sandshift`);
  await download.saveAs(path);
  return path;
}

async function imports(page, path) {
  await page.locator("#menu-workspace ~ input[type=file], input[type=file][accept='.sandshift']").first().setInputFiles(path);
  await page.locator("dialog[open] .btn-danger").click();
}

/** Runs `change(manifest, blocks)` on what is stored for a lab. `blocks` is number to bytes. */
async function store(page, lab, change) {
  // As text: the page's policy forbids it to make functions of strings.
  await page.evaluate(`new Promise((resolve, reject) => {
    const workspace = ${JSON.stringify(lab)};
    const request = indexedDB.open("sandshift", 1);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const transaction = request.result.transaction(["manifests", "blocks"], "readwrite");
      const manifests = transaction.objectStore("manifests");
      const blocks = transaction.objectStore("blocks");
      const manifest = manifests.get(workspace);
      const range = IDBKeyRange.bound([workspace, 0], [workspace, Number.MAX_VALUE]);
      const keys = blocks.getAllKeys(range);
      const values = blocks.getAll(range);
      values.onsuccess = () => {
        const held = new Map(keys.result.map((key, at) => [key[1], values.result[at]]));
        const before = [...held.keys()];
        const changed = (${change})(manifest.result, held);
        manifests.put(changed ?? manifest.result, workspace);
        for (const key of before) if (!held.has(key)) blocks.delete([workspace, key]);
        for (const [key, bytes] of held) blocks.put(bytes, [workspace, key]);
      };
      transaction.oncomplete = () => (request.result.close(), resolve());
      transaction.onabort = () => reject(transaction.error);
    };
  })`);
}

// As the build before wrote it: `tests/kept`.
const FORMER = fileURLToPath(new URL("../kept/format-5.sandshift", import.meta.url));
const HELD = unpack(readFileSync(FORMER));
const former = `(_, blocks) => {
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  blocks.clear();
  for (const [number, text] of ${JSON.stringify([...HELD.blocks].map(([number, bytes]) => [number, Buffer.from(bytes).toString("base64")]))}) blocks.set(number, bytes(text));
  return bytes(${JSON.stringify(Buffer.from(HELD.manifest).toString("base64"))});
}`;
const ROWS = "SELECT COUNT(*) FROM kept.numbers;";

const MAKE = "CREATE TABLE kept (n INT);\nINSERT INTO kept VALUES (41), (1);";
const ASK = "SELECT SUM(n) FROM kept;";

for (const language of ["en", "ko"]) {
  for (const [name, broken] of [
    ["no IndexedDB", "Object.defineProperty(self, 'indexedDB', { value: undefined });"],
    ["blocked IndexedDB", "Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError'); } });"],
    ["an IndexedDB that fails", "IDBFactory.prototype.open = () => { throw new DOMException('disk', 'UnknownError'); };"],
    ["an IndexedDB that cannot be read", "IDBObjectStore.prototype.getAll = () => { throw new DOMException('disk', 'UnknownError'); };"],
  ]) {
    await scene(name, language, async (page, learner) => {
      await says(page, "memoryOnly", language);
      await learner.run("admin", MAKE);
      const path = await exported(page, () => menu(page, EXPORT));
      assert.equal(readFileSync(path).subarray(0, 10).toString(), "SANDSHIFT2");
      // A trap of the engine restarts it from memory.
      const running = page.workers().find((each) => each.url().includes("worker"));
      await running.evaluate(() => self.onmessage({ data: JSON.stringify({ id: 4_000_000_000, request: { type: "fail" } }) }));
      await page.locator('.line-bad[role="alert"]').waitFor();
      await learner.waitForEngine();
      assert.equal(await value(learner, ASK), "42");
    }, { broken });
  }

  await scene("full storage", language, async (page, learner, context) => {
    // Said before anything is stored, because the browser asks again only when it believes the room used up.
    const session = await context.newCDPSession(page);
    const origin = new URL(site.address).origin;
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 400_000 });
    await visit(page, language);
    await learner.waitForEngine();
    await learner.run("admin", MAKE);
    await isSilent(page);
    await learner.run("admin", "CREATE TABLE more AS SELECT n, md5(n::varchar) FROM generate_series(1, 20000) AS s(n);");
    await says(page, "full", language);
    // Before there is room again, everything goes on, a restart of the engine too.
    const running = page.workers().find((each) => each.url().includes("worker"));
    await running.evaluate(() => self.onmessage({ data: JSON.stringify({ id: 4_000_000_000, request: { type: "fail" } }) }));
    await page.locator(".line-bad button").first().click();
    await learner.waitForEngine();
    assert.match(await value(learner, "SELECT COUNT(*) FROM more;"), /20,?000/);
    await session.send("Storage.overrideQuotaForOrigin", { origin });
    await learner.run("admin", "INSERT INTO kept VALUES (58);");
    await isSilent(page);
    await page.reload();
    await learner.waitForEngine();
    await isSilent(page);
    assert.equal(await value(learner, ASK), "100");
    assert.match(await value(learner, "SELECT COUNT(*) FROM more;"), /20,?000/);
  }, { open: false });

  await scene("a disk that fails for a while", language, async (page, learner) => {
    await learner.run("admin", MAKE);
    const running = page.workers().find((each) => each.url().includes("worker"));
    await running.evaluate(() => {
      self.put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = () => { throw new DOMException("disk", "UnknownError"); };
    });
    await learner.run("admin", "INSERT INTO kept VALUES (100);");
    await says(page, "notSaved", language);
    await running.evaluate(() => (IDBObjectStore.prototype.put = self.put));
    await learner.run("admin", "SELECT 1;");
    await isSilent(page);
    await page.reload();
    await learner.waitForEngine();
    assert.equal(await value(learner, ASK), "142");
  });

  await scene("a second tab", language, async (page, learner, context) => {
    await learner.run("admin", MAKE);
    const [other, second] = await twin(context, language);
    await second.run("admin", "INSERT INTO kept VALUES (1000);");
    assert.equal(await value(second, ASK), "1042");
    await other.close();
    await isSilent(page);
    await learner.run("admin", "INSERT INTO kept VALUES (8);");
    await page.reload();
    await learner.waitForEngine();
    await isSilent(page);
    assert.equal(await value(learner, ASK), "50");
  });

  await scene("a second tab takes over what it did while the first stood still", language, async (page, learner, context) => {
    await learner.run("admin", MAKE);
    const [other, second] = await twin(context, language);
    await second.run("admin", "INSERT INTO kept VALUES (1000);");
    await page.close();
    await isSilent(other);
    await second.run("admin", "INSERT INTO kept VALUES (1);");
    await other.reload();
    await second.waitForEngine();
    await isSilent(other);
    assert.equal(await value(second, ASK), "1043");
  });

  await scene("a second tab that looked on takes over where the first was", language, async (page, learner, context) => {
    await learner.run("admin", MAKE);
    const [other, second] = await twin(context, language);
    await learner.run("admin", "INSERT INTO kept VALUES (8);");
    await page.close();
    await isSilent(other);
    assert.equal(await value(second, ASK), "50");
    await second.run("admin", "INSERT INTO kept VALUES (1);");
    await other.reload();
    await second.waitForEngine();
    await isSilent(other);
    assert.equal(await value(second, ASK), "51");
  });

  await scene("two tabs that went two ways", language, async (page, learner, context) => {
    await learner.run("admin", MAKE);
    const [other, second] = await twin(context, language);
    await second.run("admin", "INSERT INTO kept VALUES (1000);");
    await learner.run("admin", "INSERT INTO kept VALUES (8);");
    await page.close();
    await says(other, "twoWays", language);
    // Nothing here is lost before its learner says so.
    assert.equal(await value(second, ASK), "1042");
    await other.reload();
    await second.waitForEngine();
    await isSilent(other);
    assert.equal(await value(second, ASK), "50");
  });

  await scene("two tabs that cannot see each other", language, async (page, learner, context) => {
    await learner.run("admin", MAKE);
    const other = await context.newPage();
    other.setDefaultTimeout(20_000);
    const twin = new Learner(other, language);
    await visit(other, language);
    await twin.waitForEngine();
    await twin.run("admin", "INSERT INTO kept VALUES (1000);");
    // Who comes later finds the other's mark and gives way, before anything is written over.
    await learner.run("admin", "INSERT INTO kept VALUES (1);");
    await says(page, "secondTab", language);
    await learner.run("admin", "INSERT INTO kept VALUES (1);");
    await other.reload();
    await twin.waitForEngine();
    assert.equal(await value(twin, ASK), "1042");
  }, { broken: "Object.defineProperty(navigator, 'locks', { value: undefined }); Object.defineProperty(self, 'BroadcastChannel', { value: undefined });" });

  for (const [name, leave] of [["closed", (page) => page.close()], ["led to another lab", (page) => visit(page, language, labs[1])]]) {
    await scene(`two tabs without locks, and the first is ${name}`, language, async (page, learner, context) => {
      await learner.run("admin", MAKE);
      const [other, second] = await twin(context, language);
      await second.run("admin", "INSERT INTO kept VALUES (1000);");
      await leave(page);
      await isSilent(other);
      await second.run("admin", "INSERT INTO kept VALUES (1);");
      await other.reload();
      await second.waitForEngine();
      await isSilent(other);
      assert.equal(await value(second, ASK), "1043");
    }, { broken: "Object.defineProperty(navigator, 'locks', { value: undefined });" });
  }

  await scene("data deleted under an open tab", language, async (page, learner) => {
    await learner.run("admin", MAKE);
    await page.evaluate(() => new Promise((resolve) => (indexedDB.deleteDatabase("sandshift").onsuccess = resolve)));
    await learner.run("admin", "SELECT 1;");
    await isSilent(page);
    await page.reload();
    await learner.waitForEngine();
    assert.equal(await value(learner, ASK), "42");
  });

  await scene("what a former version stored", language, async (page, learner) => {
    const visitSandbox = async () => {
      await page.goto(`${site.address}?lang=${language}#/lab/sandbox`);
      await page.reload();
      await learner.waitForEngine();
      await isSilent(page);
    };
    await visitSandbox();
    await learner.run("admin", MAKE);
    // What the page itself wants kept is stored by then.
    await page.waitForTimeout(600);
    await store(page, "sandbox", former);
    await page.reload();
    await learner.waitForEngine();
    await isSilent(page);
    assert.equal(await formOf(page, "sandbox"), 5, "opening it changes nothing");
    // Between opening and storing the disk fails, the engine traps, the tab is gone: the former one is still there.
    const running = page.workers().find((each) => each.url().includes("worker"));
    await running.evaluate(() => (IDBObjectStore.prototype.put = () => { throw new DOMException("disk", "UnknownError"); }));
    await learner.run("admin", "CREATE TABLE kept.later (n INT);");
    await says(page, "notSaved", language);
    await running.evaluate(() => self.onmessage({ data: JSON.stringify({ id: 4_000_000_000, request: { type: "fail" } }) }));
    await page.locator(".line-bad button").first().click();
    await learner.waitForEngine();
    assert.equal(await value(learner, "SELECT COUNT(*) FROM kept.later;"), "0");
    assert.equal(await formOf(page, "sandbox"), 5);
    await visitSandbox();
    await learner.run("admin", "SELECT n FROM kept.later;", { refused: true });
    assert.equal(await value(learner, ROWS), "90");
    assert.ok((await formOf(page, "sandbox")) > 5, "it is stored in the present form");
    // A second time it is opened as it is; its snapshot and its model are there.
    await visitSandbox();
    assert.equal(await value(learner, "SELECT COUNT(DISTINCT kept.group_of(n, a, b)) FROM kept.points;"), "3");
    const restored = "redshift restore-table-from-cluster-snapshot --cluster-identifier course-cluster --snapshot-identifier kept --source-database-name dev --source-schema-name kept --source-table-name points --target-schema-name kept --new-table-name points_then --query TableRestoreStatus.Status";
    await learner.aws("learner", restored);
    await page.locator('.rooms a[href$="/terminal"]').click();
    await page.locator(".call", { hasText: "PENDING" }).waitFor();
    await page.locator(".rooms a").first().click();
    // From a file, too.
    await learner.run("admin", "DROP TABLE kept.numbers CASCADE;");
    await imports(page, FORMER);
    await learner.waitForEngine();
    await page.waitForTimeout(300);
    assert.equal(await value(learner, ROWS), "90");
    assert.ok((await formOf(page, "sandbox")) > 5);
  }, { open: false });

  await scene("what a former version stored, while the module for it cannot be had", language, async (page, learner) => {
    await page.goto(`${site.address}?lang=${language}#/lab/sandbox`);
    await learner.waitForEngine();
    await learner.run("admin", MAKE);
    // What the page itself wants kept is stored by then.
    await page.waitForTimeout(600);
    await store(page, "sandbox", former);
    reachable = false;
    await page.reload();
    await page.locator(".lines .line-bad").first().waitFor();
    reachable = true;
    assert.equal(await formOf(page, "sandbox"), 5);
    await page.reload();
    await learner.waitForEngine();
    assert.equal(await value(learner, ROWS), "90");
  }, { open: false });

  for (const [what, change] of [
    ["older", (manifest) => { const at = manifest[1] + 2; let skip = at; while (manifest[skip] & 128) skip += 1; manifest[skip + 1] = 1; return manifest; }],
    ["newer", (manifest) => { const at = manifest[1] + 2; let skip = at; while (manifest[skip] & 128) skip += 1; manifest[skip + 1] = 99; return manifest; }],
    ["damaged", (_, blocks) => { const [key, bytes] = [...blocks].at(-1); blocks.set(key, bytes.slice(0, bytes.length >> 1)); }],
    ["damaged", (_, blocks) => { blocks.clear(); }],
    ["damaged", (manifest) => manifest.slice(0, manifest.length >> 1)],
    ["damaged", () => new Uint8Array(3)],
  ]) {
    await scene(`stored data that is ${what}`, language, async (page, learner) => {
      await learner.run("admin", MAKE);
      await page.waitForTimeout(600);
      await store(page, labs[0], change);
      await page.reload();
      await says(page, what, language);
      // It stays as it is, and can be taken along; another lab is not touched by it.
      const path = await exported(page, () => page.locator(".line-bad .btn").first().click());
      assert.equal(readFileSync(path).subarray(0, 10).toString(), "SANDSHIFT2");
      await visit(page, language, labs[1]);
      await learner.waitForEngine();
      await isSilent(page);
      await learner.run("admin", "CREATE TABLE of_another (n INT);");
      await visit(page, language);
      await says(page, what, language);
      await page.locator(".line-bad .btn").nth(1).click();
      await page.locator("dialog[open] .btn-danger").click();
      await learner.waitForEngine();
      await isSilent(page);
      await learner.run("admin", MAKE);
      await page.reload();
      await learner.waitForEngine();
      assert.equal(await value(learner, ASK), "42");
      // What the browser could not open, another may not be given as if it were whole.
      await imports(page, path);
      await page.locator(".line-bad", { hasText: SAID[what][language] }).waitFor();
      assert.equal(await value(learner, ASK), "42");
    });
  }

  await scene("out to a file and in again", language, async (page, learner) => {
    await learner.run("admin", MAKE);
    const path = await exported(page, () => menu(page, EXPORT));
    const file = readFileSync(path);
    await menu(page, RESET_LAB);
    await page.locator("dialog[open] .btn-danger").click();
    await learner.waitForEngine();
    await learner.run("admin", ASK, { refused: true });
    const flipped = Buffer.from(file);
    flipped[file.length >> 1] ^= 4;
    for (const [bytes, what] of [[Buffer.from("hello"), "foreign"], [Buffer.alloc(0), "foreign"], [file.subarray(0, 300), "damaged"], [flipped, "damaged"]]) {
      writeFileSync(`${path}.other`, bytes);
      await imports(page, `${path}.other`);
      await page.locator(".line-bad", { hasText: SAID[what][language] }).waitFor();
      await page.locator(".line-bad button").first().click();
      await isSilent(page);
    }
    // A workspace belongs to its lab; an account without a lesson takes any.
    await visit(page, language, labs[1]);
    await learner.waitForEngine();
    await imports(page, path);
    await page.locator(".line-bad", { hasText: SAID.otherLab[language] }).waitFor();
    await learner.run("admin", ASK, { refused: true });
    await page.goto(`${site.address}?lang=${language}#/lab/sandbox`);
    await learner.waitForEngine();
    await imports(page, path);
    await learner.waitForEngine();
    await page.waitForTimeout(300);
    assert.equal(await value(learner, ASK), "42");
    await visit(page, language);
    await learner.waitForEngine();
    // As the version before wrote it: no checksum.
    for (const bytes of [file, Buffer.concat([Buffer.from("SANDSHIFT1"), file.subarray(14)])]) {
      writeFileSync(`${path}.other`, bytes);
      await imports(page, `${path}.other`);
      await learner.waitForEngine();
      await page.waitForTimeout(300);
      assert.equal(await value(learner, ASK), "42");
      await page.reload();
      await learner.waitForEngine();
      assert.equal(await value(learner, ASK), "42");
      await learner.run("admin", "DROP TABLE kept;");
    }
  });

  await scene("from lab to lab and back", language, async (page, learner) => {
    await learner.run("admin", MAKE);
    for (const lab of [labs[1], labs[0], labs[1], labs[0]]) {
      await page.evaluate((id) => (location.hash = `#/lab/${id}`), lab);
      await page.waitForTimeout(50);
      await learner.waitForEngine();
      await isSilent(page);
      if (lab === labs[0]) assert.equal(await value(learner, ASK), "42");
      else await learner.run("admin", ASK, { refused: true });
    }
  });

  await scene("everything is deleted", language, async (page, learner, context) => {
    await learner.run("admin", MAKE);
    // A tab that has it open is in nobody's way.
    const other = await context.newPage();
    await visit(other, language, labs[1]);
    await new Learner(other, language).waitForEngine();
    await page.goto(`${site.address}#/`);
    await page.locator(".erase button").click();
    await page.locator("dialog[open] .btn-danger").waitFor();
    await Promise.all([page.waitForEvent("load"), page.locator("dialog[open] .btn-danger").click()]);
    await page.locator(`a[href="#/lab/${labs[0]}"]`).first().waitFor();
    const left = await page.evaluate(async () => [(await indexedDB.databases()).map(({ name }) => name), Object.keys(localStorage)]);
    assert.deepEqual(left, [[], []]);
    await other.close();
    await visit(page, language);
    await learner.waitForEngine();
    await learner.run("admin", ASK, { refused: true });
  });

  await scene("no localStorage", language, async (page, learner) => {
    await page.addInitScript(() => Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } }));
    await visit(page, language);
    await learner.waitForEngine();
    await learner.run("admin", MAKE);
    await page.reload();
    await learner.waitForEngine();
    assert.equal(await value(learner, ASK), "42");
  }, { open: false });
}

site.close();
rmSync(downloads, { recursive: true, force: true });
verdict();
