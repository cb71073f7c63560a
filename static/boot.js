// Starts the page. The only script that knows where the others are: a build that renames files rewrites this one.

const startWorker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "sandshift" });

// On a lab's page the engine is wanted in any case: it comes while the page itself is still coming.
let early = location.hash.startsWith("#/lab/") ? startWorker() : undefined;
let earlyFailure;
early?.addEventListener("error", (event) => (earlyFailure = event.message || "the worker could not be loaded"));

globalThis.sandshift = {
  worker: () => {
    const worker = earlyFailure === undefined ? early : undefined;
    early = earlyFailure = undefined;
    return worker ?? startWorker();
  },
  editor: () => import("./editor.js"),
  chart: () => import("./chart.js"),
};

const { default: init } = await import("./app.js");
await init({ module_or_path: new URL("./app_bg.wasm", import.meta.url) });
