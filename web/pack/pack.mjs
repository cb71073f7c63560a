// The site as one page that works by double click: `node pack.mjs SITE OUT`, SITE with plain names (engine.js).
//
// Scripts become one, styles stand in the markup, all else lies in it deflated as base64. The page's policy then allows
// that one script, by its hash, and nothing from anywhere else.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { esbuild, worker } from "./bundle.mjs";

/** What a file may be that somebody hands out on a stick or by mail. */
const MOST = 6_000_000;

const [site, out] = process.argv.slice(2).map((path) => resolve(path));
const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const read = (file) => readFileSync(join(site, file), "utf8");
const files = readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((each) => each.isFile())
  .map((each) => join(each.parentPath ?? each.path, each.name).slice(site.length + 1).replaceAll("\\", "/"));

/* ---------- what lies in the page ---------- */

const packed = (bytes) => deflateRawSync(bytes, { level: 9 }).toString("base64");

function element(name, text, attributes = "") {
  if (/<\/script|<!--/i.test(text)) throw new Error(`${name} would end the script it lies in`);
  return `<script type="text/plain" id="file:${name}"${attributes}>${text}</script>`;
}

const forWorker = (name) => /^(engine|formats|learning|digest)_bg\.wasm$|^states\//.test(name);
/** Whatever the page may ask for and no bundle holds. */
const isText = (file) => /\.(json|css|md|toml|csv|txt|sql|transcript)$/.test(file) && !/^(styles\/(?!model\.css)|embed\.json$)/.test(file);
const texts = Object.fromEntries(files.filter(isText).map((file) => [file, read(file)]));
const parts = [
  element("worker.js", await worker(site, here("./beside.js"), { format: "iife" })),
  element("texts", packed(JSON.stringify(texts))),
  ...files
    .filter((file) => file.endsWith(".wasm") || file.startsWith("states/"))
    .map((file) => element(file, packed(readFileSync(join(site, file))), forWorker(file) ? ' data-for="worker"' : "")),
];

/* ---------- the page around it ---------- */

const { outputFiles } = await esbuild.build({
  entryPoints: [join(site, "boot.js")],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  inject: [here("./page.js")],
  // Nothing in this page has an address but the page.
  define: { "import.meta.url": "document.baseURI" },
});
const script = outputFiles[0].text;
if (/<\/script|<!--/i.test(script)) throw new Error("the page's script would end itself");
const hash = createHash("sha256").update(script).digest("base64");
const policy = [
  "default-src 'none'", `script-src 'sha256-${hash}' 'wasm-unsafe-eval'`, "worker-src blob:",
  "style-src 'unsafe-inline' blob:", "img-src data: blob:", "base-uri 'none'", "form-action 'none'",
].join("; ");

let page = read("index.html");
replace(/(<meta http-equiv="Content-Security-Policy" content=")[^"]*/, (_, before) => before + policy);
replace(/<link rel="icon"[^>]*>/, () => `<link rel="icon" href="data:image/svg+xml;base64,${Buffer.from(read("favicon.svg")).toString("base64")}">`);
replace(/<link rel="(manifest|modulepreload|preload)"[^>]*>\n?/g, () => "");
replace(/<link rel="stylesheet" href="\.\/([^"]+)">/g, (_, file) => `<style>\n${read(file)}</style>`);
replace(/<script type="module" src="\.\/boot\.js"><\/script>\n?/, () => "");
replace(/<\/body>/, () => `${parts.join("\n")}\n<script type="module">${script}</script>\n</body>`);
const left = /<(?:link|script|img)[^>]*(?:src|href)="(?!data:)[^"]*"/.exec(page.replace(/<script[^>]*>[^]*?<\/script>/g, ""));
if (left) throw new Error(`the page still asks for a file: ${left[0]}`);

/** Says when the page has changed so that nothing is found. */
function replace(what, by) {
  const next = page.replace(what, by);
  if (next === page) throw new Error(`static/index.html has no ${what}`);
  page = next;
}

writeFileSync(out, page);
const size = Buffer.byteLength(page);
const megabytes = (bytes) => (bytes / 1_000_000).toFixed(3);
for (const part of parts) console.log(`${megabytes(part.length).padStart(8)}  ${/id="file:([^"]+)/.exec(part)[1]}`);
console.log(`${megabytes(script.length).padStart(8)}  scripts`);
console.log(`${megabytes(size).padStart(8)}  ${out}, of at most ${megabytes(MOST)}`);
if (size > MOST) {
  console.error(`over budget: the one file is ${megabytes(size)} MB of at most ${megabytes(MOST)}`);
  process.exitCode = 1;
}
