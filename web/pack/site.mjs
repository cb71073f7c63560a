// A staged site as it is published: `node site.mjs SITE`. What a page needs at once becomes one file of each kind, so
// that nothing waits for a file to name the next one; what is wanted later stays apart.

import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { esbuild, root, worker } from "./bundle.mjs";

const site = resolve(process.argv[2]);
const at = (file) => join(site, file);
const short = { write: false, minify: true, charset: "utf8", target: "es2022", legalComments: "none", logLevel: "warning" };

/** Puts one script in the place of an entry and of what only that asks for. */
function settle(entry, text, gone) {
  writeFileSync(at(entry), text);
  for (const file of gone) rmSync(at(file));
}

// What the worker asks for seldom, with what only that asks for.
const { outputFiles: [takeout] } = await esbuild.build({ ...short, entryPoints: [at("takeout.js")], bundle: true, format: "esm" });
settle("takeout.js", takeout.text, []);
settle("worker.js", await worker(site, join(root, "web/worker/site.js"), { format: "esm", external: ["./takeout.js"] }), ["beside.js", "file.js", "journal.js", "lock.js", "modules.js", "renewal.js", "store.js"]);

// All that boot.js imports stays where it is, but for the page's own script.
const later = ["editor", "chart", "model", "digest", "offline", "embedded"].map((name) => `./${name}.js`);
const { outputFiles: [boot] } = await esbuild.build({ ...short, entryPoints: [at("boot.js")], bundle: true, format: "esm", external: later });
settle("boot.js", boot.text, ["app.js", "first.js"]);


for (const file of ["author.js", "proof.js", "zip.js", "offline.js"]) {
  const { code } = await esbuild.transform(readFileSync(at(file), "utf8"), { minify: true, charset: "utf8", target: "es2022" });
  writeFileSync(at(file), code);
}

/* ---------- styles ---------- */

const style = async (text) => (await esbuild.transform(text, { loader: "css", minify: true, charset: "utf8" })).code;
const merged = new Set();
for (const [page, name] of [["index.html", "styles/page.css"], ["author.html", "styles/authoring.css"]]) {
  const text = readFileSync(at(page), "utf8");
  const links = [...text.matchAll(/<link rel="stylesheet" href="\.\/([^"]+)">\n/g)];
  if (links.length < 2) throw new Error(`${page} names no styles to merge`);
  writeFileSync(at(name), await style(links.map(([, file]) => readFileSync(at(file), "utf8")).join("\n")));
  for (const [, file] of links) merged.add(file);
  let settled = text.replace(links[0][0], `<link rel="stylesheet" href="./${name}">\n`);
  for (const [link] of links.slice(1)) settled = settled.replace(link, "");
  // It is part of boot.js now.
  writeFileSync(at(page), settled.replace(/<link rel="modulepreload" href="\.\/app\.js">\n/, ""));
}
for (const file of merged) rmSync(at(file));
for (const folder of ["styles", "console"]) {
  for (const file of readdirSync(at(folder)).filter((name) => name.endsWith(".css"))) {
    const place = at(join(folder, file));
    writeFileSync(place, await style(readFileSync(place, "utf8")));
  }
}
