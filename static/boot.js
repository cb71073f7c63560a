// Starts the page. The only script that knows where the others are: a build that renames files rewrites this one.

globalThis.sandshift = {
  worker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "sandshift" }),
  editor: () => import("./editor.js"),
};

const { default: init } = await import("./app.js");
await init({ module_or_path: new URL("./app_bg.wasm", import.meta.url) });
