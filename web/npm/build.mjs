// Puts the npm package together: `node build.mjs SITE OUT`, SITE with plain names (engine.js). OUT is then what
// `npm pack` and `npm publish` take.

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { esbuild, root, worker } from "../pack/bundle.mjs";

const [site, out] = process.argv.slice(2).map((path) => resolve(path));
const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const dist = join(out, "dist");
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await esbuild.build({
  entryPoints: [here("./src/index.js")],
  bundle: true,
  format: "esm",
  target: "es2022",
  outfile: join(dist, "index.js"),
});
writeFileSync(join(dist, "worker.js"), await worker(site, here("./src/beside.js"), { format: "esm" }));
for (const part of ["engine", "formats", "learning"]) copyFileSync(join(site, `${part}_bg.wasm`), join(dist, `${part}_bg.wasm`));
for (const state of ["course-warehouse", "empty"]) copyFileSync(join(site, `states/${state}.bin`), join(dist, `${state}.bin`));
copyFileSync(here("./index.d.ts"), join(dist, "index.d.ts"));
for (const file of ["package.json", "README.md"]) copyFileSync(here(file), join(out, file));
copyFileSync(join(root, "LICENSE"), join(out, "LICENSE"));
