// What the one-file page and the npm package share: esbuild (the editor's), and the worker as one script.

import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));
export const esbuild = createRequire(join(root, "web/editor/package.json"))("esbuild");

/** The text of a module as the body of a function: each call of `make` gives an instance of its own. */
async function factory(path) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "made",
    target: "es2022",
    minify: true,
    legalComments: "none",
  });
  return `export function make() {\n${outputFiles[0].text}\nreturn made;\n}`;
}

/**
 * The worker in one script. `site` has engine.js and the rest under their plain names; `beside` takes the place of
 * web/worker/beside.js and may import `glue:engine`, which gives `make`.
 */
export async function worker(site, beside, options = {}) {
  const plugin = {
    name: "beside",
    setup(build) {
      build.onResolve({ filter: /^\.\/beside\.js$/ }, () => ({ path: beside }));
      // On a site it lies beside the worker.
      build.onResolve({ filter: /^\.\/zip\.js$/ }, () => ({ path: join(root, "static/zip.js") }));
      build.onResolve({ filter: /^glue:/ }, ({ path }) => ({ path, namespace: "glue" }));
      build.onLoad({ filter: /.*/, namespace: "glue" }, async ({ path }) => ({
        contents: await factory(join(site, `${path.slice("glue:".length)}.js`)),
      }));
    },
  };
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(root, "web/worker/worker.js")],
    bundle: true,
    write: false,
    target: "es2022",
    minify: true,
    legalComments: "none",
    plugins: [plugin],
    ...options,
  });
  return outputFiles[0].text;
}
