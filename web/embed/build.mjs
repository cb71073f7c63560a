// Puts what embeds and what is embedded into the site: `node build.mjs SITE`.

import { copyFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { esbuild } from "../pack/bundle.mjs";

const site = resolve(process.argv[2]);
const here = (file) => fileURLToPath(new URL(file, import.meta.url));

// What other people's pages name keeps its name and its text; they may copy it.
for (const file of ["embed.js", "embed.json", "cells.html"]) copyFileSync(here(file), join(site, file));
for (const file of ["embedded.js", "cells.js"]) {
  await esbuild.build({ entryPoints: [here(file)], bundle: true, format: "esm", target: "es2022", minify: true, outfile: join(site, file) });
}
