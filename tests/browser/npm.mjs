// The npm package as its users have it: `node npm.mjs SANDSHIFT.tgz` installs it into a fresh Vite project (tests/npm),
// type-checks and builds that, and uses the built page and Vite's development server in Chromium.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./chromium.mjs";
import { scene, verdict } from "./scene.mjs";

const tarball = resolve(process.argv[2]);
const project = fileURLToPath(new URL("../npm/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sandshift-project-"));
const npm = (...words) => execFileSync("npm", words, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });

const KINDS = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".wasm": "application/wasm" };
/** The built project below a path; packages find their files whatever it is. */
const server = createServer((request, response) => {
  const path = normalize(decodeURIComponent(request.url.split("?")[0])).replace(/^\/shop\//, "") || "index.html";
  try {
    const body = readFileSync(join(folder, "dist", path));
    response.writeHead(200, { "content-type": KINDS[extname(path)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

const { context, close } = await openBrowser();

/** Waits for what `src/main.ts` found, and holds each scene to it. */
async function use(where, address) {
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  let found;
  await scene(`${where}: the page`, async () => {
    await page.goto(address);
    await page.waitForFunction(() => globalThis.found, undefined, { timeout: 60_000 }).catch((error) => {
      throw new Error(`${error.message}\n${complaints.join("\n")}`);
    });
    found = await page.evaluate(() => globalThis.found);
  });
  for (const [name, said] of Object.entries(found ?? {})) await scene(`${where}: ${name}`, () => assert.equal(said, "ok"));
  await scene(`${where}: a clean console`, () => assert.deepEqual(complaints.filter((text) => !/favicon|404/.test(text)), []));
  await page.close();
}

await scene("the tarball installs into a fresh project", () => {
  cpSync(project, folder, { recursive: true, filter: (path) => !/node_modules|\/dist$/.test(path) });
  npm("ci", "--no-audit", "--no-fund", "--silent");
  npm("install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--silent", tarball);
  assert.ok(readdirSync(join(folder, "node_modules/sandshift/dist")).includes("engine_bg.wasm"));
});
await scene("its types hold, and Vite builds it", () => npm("run", "--silent", "build"));
await use("built", `http://127.0.0.1:${server.address().port}/shop/`);

const vite = spawn("node", ["node_modules/vite/bin/vite.js", "--port", "0", "--host", "127.0.0.1"], { cwd: folder });
const address = await new Promise((found) => {
  let said = "";
  vite.stdout.on("data", (text) => {
    said += String(text).replace(/\u001b\[\d+m/g, "");
    const told = /http:\/\/127\.0\.0\.1:\d+\//.exec(said);
    if (told) found(told[0]);
  });
  vite.on("exit", () => found(undefined));
});
if (address) await use("in development", address);
else await scene("Vite's development server", () => assert.fail("it did not start"));
vite.kill();

await close();
server.close();
rmSync(folder, { recursive: true, force: true });
verdict();
