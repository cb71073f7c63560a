// Starts the page. The only script that knows where the others are: a build that renames files rewrites this one.

import { seen, showCourse, showLesson } from "./first.js";

const beside = (file) => new URL(file, import.meta.url);

// In somebody else's page, that page may be told what is passed.
const embedded = window.parent === window ? undefined : import("./embedded.js");

function startWorker() {
  const worker = new Worker(beside("./worker.js"), { type: "module", name: "sandshift" });
  embedded?.then(({ tap }) => tap(worker), () => {});
  return worker;
}

// What the page will ask for first comes while the page itself is still coming: the list of labs, and of a lab's page
// its text.
const coming = new Map();

// In an author's page stands what is being written: its files come from there, and from nowhere else.
const draft = (() => {
  try {
    return window.parent === window ? undefined : window.parent.sandshiftDraft;
  } catch {
    return undefined; // The page around is somebody else's.
  }
})();

function begin(address) {
  const drafted = draft?.(address);
  if (drafted !== undefined) return Promise.resolve(drafted);
  const text = fetch(new URL(address, document.baseURI)).then((response) => {
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
    return response.text();
  });
  text.catch(() => {});
  coming.set(address, text);
  return text;
}

const course = begin("labs/index.json");
const lab = location.hash.match(/^#\/lab\/([^/]+)/)?.[1];
let asked;
if (lab === undefined) showCourse();
else {
  asked = course.then(async (index) => {
    const { folder, files = [] } = JSON.parse(index).find(({ id }) => id === lab) ?? {};
    const texts = files.map((file) => begin(`labs/${folder}/${file}`));
    const digest = files.indexOf("lab.json");
    if (digest >= 0) showLesson(lab, await texts[digest]);
  }).catch(() => {}); // The program says what is wrong.
}

// In a lab the engine is wanted in any case: it is started before the page asks, and after the page's own program is
// here, because on a slow line the two would share it and the lesson's text would come last.
let early;
let earlyFailure;
function startEarly() {
  early = startWorker();
  early.addEventListener("error", (event) => (earlyFailure = event.message || "the worker could not be loaded"));
}

globalThis.sandshift = {
  worker: () => {
    const worker = earlyFailure === undefined ? early : undefined;
    early = earlyFailure = undefined;
    return worker ?? startWorker();
  },
  /** A text beside the page; what is asked for again is fetched again. */
  text: (address) => {
    const text = coming.get(address) ?? begin(address);
    coming.delete(address);
    return text;
  },
  /** The digest of a lab that its author put beside the built site. */
  digest: async (id, names, texts) => {
    const { default: init, digest } = await import("./digest.js");
    await init({ module_or_path: beside("./digest_bg.wasm") });
    return digest(id, names, texts);
  },
  /** What a link in the markup is to ask for; a page that has its files inside says so. */
  address: (path) => globalThis.sandshiftAddress?.(path) ?? `./${path}`,
  editor: () => import("./editor.js"),
  chart: () => import("./chart.js"),
  /** The page of a model, with its styles. */
  model: async () => {
    const style = document.createElement("link");
    Object.assign(style, { rel: "stylesheet", href: sandshift.address("styles/model.css") });
    const styled = new Promise((done) => (style.onload = style.onerror = done));
    document.head.append(style);
    const [module] = await Promise.all([import("./model.js"), styled]);
    return module;
  },
};

// The browser compiles while the rest comes; a host that calls WebAssembly something else is no reason to stop.
const program = beside("./app_bg.wasm");
const compiled = WebAssembly.compileStreaming(fetch(program)).catch(() => program);
const { default: init } = await import("./app.js");
const ready = await compiled;
if (lab !== undefined) startEarly();
// Once the page begins it keeps the thread: the lesson, or the list of labs, is there to be drawn at once, so that
// nothing moves when it comes, and the first words are seen before it. A slow host is not waited for.
const slow = new Promise((resolve) => setTimeout(resolve, 1500));
await Promise.race([(asked ?? course).then(seen, () => {}), slow]);
await init({ module_or_path: ready });

// A published site names its service worker; what is being worked on has none.
if (document.querySelector('link[rel="offline"]')) {
  setTimeout(() => import("./offline.js").then(({ keep }) => keep()).catch(() => {}), 4000);
}
