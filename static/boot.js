// Starts the page. The only script that knows where the others are: a build that renames files rewrites this one.

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
if (lab !== undefined) {
  asked = course.then((index) => {
    const { folder, files = [] } = JSON.parse(index).find(({ id }) => id === lab) ?? {};
    for (const file of files) begin(`labs/${folder}/${file}`);
  }).catch(() => {});
}

// There the engine is wanted in any case.
let early = lab === undefined ? undefined : startWorker();
let earlyFailure;
early?.addEventListener("error", (event) => (earlyFailure = event.message || "the worker could not be loaded"));

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

const { default: init } = await import("./app.js");
// Once the page begins it keeps the thread: the lesson is asked for before.
await asked;
await init({ module_or_path: beside("./app_bg.wasm") });

// A published site names its service worker; what is being worked on has none.
if (document.querySelector('link[rel="offline"]')) {
  setTimeout(() => import("./offline.js").then(({ keep }) => keep()).catch(() => {}), 4000);
}
