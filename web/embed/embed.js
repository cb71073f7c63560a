// Sandshift in any page: <sandshift-lab lab="permissions"> is a lab of the course, <sandshift-sql> a cell with SQL that runs.
// Both are frames of the site that this module came from, or that `src` names; README.md beside this file tells how.

const PROTOCOL = 1;

const WORDS = {
  en: {
    run: "Run", stop: "Stop", sql: "SQL", as: (user) => `as ${user}`, results: "Results", running: "Running…", coming: "The engine is coming…",
    rows: (count) => (count === 1 ? "1 row" : `${count.toLocaleString("en")} rows`), of: (shown, count) => `The first ${shown.toLocaleString("en")} of ${count.toLocaleString("en")} rows`,
    none: "no rows", canceled: "Stopped.", line: (line) => `line ${line}`, hint: "Hint", lab: (lab) => `Sandshift lab: ${lab}`, null: "NULL", rowsSoFar: (count) => `${count.toLocaleString("en")} rows so far`,
  },
  ko: {
    run: "실행", stop: "중지", sql: "SQL", as: (user) => `${user} 사용자로`, results: "결과", running: "실행 중…", coming: "엔진을 불러오는 중…",
    rows: (count) => `${count.toLocaleString("ko")}행`, of: (shown, count) => `${count.toLocaleString("ko")}행 가운데 처음 ${shown.toLocaleString("ko")}행`,
    none: "행 없음", canceled: "중지했습니다.", line: (line) => `${line}번째 줄`, hint: "힌트", lab: (lab) => `Sandshift 실습: ${lab}`, null: "NULL", rowsSoFar: (count) => `지금까지 ${count.toLocaleString("ko")}행`,
  },
};

/** A frame of the site and the messages that go to and fro. */
class Frame {
  #last = 0;
  #asked = new Map();
  #there = false;
  #unsaid = [];

  constructor(element, site, hear) {
    this.element = element;
    this.origin = new URL(site).origin;
    this.hear = hear;
    addEventListener("message", this.#listen);
    element.addEventListener("load", () => this.#post({ type: "hello" }));
  }

  #listen = ({ source, origin, data }) => {
    if (source === null || source !== this.element.contentWindow || origin !== this.origin || data?.sandshift !== PROTOCOL) return;
    if (!this.#there) {
      this.#there = true;
      for (const message of this.#unsaid.splice(0)) this.#post(message);
    }
    const asked = this.#asked.get(data.id);
    if (asked?.(data)) this.#asked.delete(data.id);
    else if (data.id === undefined) this.hear(data);
  };

  #post(message) {
    this.element.contentWindow?.postMessage({ sandshift: PROTOCOL, ...message }, this.origin);
  }

  /** Said once the frame has spoken: before that it may not be listening. */
  say(message) {
    if (this.#there) this.#post(message);
    else this.#unsaid.push(message);
  }

  /** Asks, and hands every answer to `hear` until that says that it was the last one. */
  ask(message, hear) {
    this.#last += 1;
    this.#asked.set(this.#last, hear);
    this.say({ ...message, id: this.#last });
    return this.#last;
  }

  end() {
    removeEventListener("message", this.#listen);
    this.element.remove();
  }
}

const here = new URL("./", import.meta.url).href;
const siteOf = (element) => new URL(element.getAttribute("src") ?? here, document.baseURI).href;

function languageOf(element) {
  const asked = element.getAttribute("language") ?? element.closest("[lang]")?.lang ?? navigator.language;
  return asked.startsWith("ko") ? "ko" : "en";
}

/** Constructed: a page's policy about inline styles does not reach these. */
function styled(root, text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets = [sheet];
}

function make(name, properties = {}, ...children) {
  const { dataset, aria = {}, ...rest } = properties;
  const element = Object.assign(document.createElement(name), rest);
  for (const [key, value] of Object.entries(aria)) element.setAttribute(key === "role" ? key : `aria-${key}`, value);
  element.append(...children);
  return element;
}

function tell(element, type, detail) {
  element.dispatchEvent(new CustomEvent(`sandshift-${type}`, { detail, bubbles: true, composed: true }));
}

/* ---------- a lab ---------- */

const LAB = `
:host { display: block; }
:host([hidden]) { display: none; }
iframe { display: block; inline-size: 100%; block-size: var(--height, 720px); border: 1px solid #8884; border-radius: 6px; box-sizing: border-box; }
`;

class SandshiftLab extends HTMLElement {
  static observedAttributes = ["lab", "src", "language", "theme", "height"];
  #frame;

  constructor() {
    super();
    styled(this.attachShadow({ mode: "open" }), LAB);
  }

  connectedCallback() {
    this.#begin();
  }

  disconnectedCallback() {
    this.#end();
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.#frame) return;
    if (name === "height") return this.#size();
    this.#end();
    this.#begin();
  }

  /** The whole work as bytes. */
  exportState() {
    return this.#ask({ type: "export" }, "state").then(({ bytes }) => bytes);
  }

  /** Puts what `exportState` gave in the place of the work. */
  importState(bytes) {
    return this.#ask({ type: "import", bytes: Uint8Array.from(bytes) }, "imported").then(() => {});
  }

  #ask(message, wanted) {
    return new Promise((resolve, reject) => {
      if (!this.#frame) return reject(new Error("the lab is in no page"));
      this.#frame.ask(message, (answer) => {
        if (answer.type === wanted) resolve(answer);
        else reject(new Error(answer.message));
        return true;
      });
    });
  }

  #begin() {
    const site = siteOf(this);
    const language = languageOf(this);
    const lab = this.getAttribute("lab") ?? "";
    const address = new URL("./", site);
    address.searchParams.set("lang", language);
    const theme = this.getAttribute("theme");
    if (theme) address.searchParams.set("theme", theme);
    address.hash = lab ? `/lab/${lab}` : "/";
    const iframe = make("iframe", { src: address.href, title: WORDS[language].lab(lab), allow: "clipboard-write" });
    this.#frame = new Frame(iframe, site, ({ sandshift, type, ...detail }) => {
      if (type === "resize" && this.getAttribute("height") === "auto") iframe.style.setProperty("--height", `${detail.height}px`);
      tell(this, type, type === "xapi" ? detail.statement : detail);
    });
    this.#size();
    this.shadowRoot.append(iframe);
  }

  #size() {
    const height = this.getAttribute("height");
    const iframe = this.#frame.element;
    if (height && height !== "auto") iframe.style.setProperty("--height", /^\d+$/.test(height) ? `${height}px` : height);
    else iframe.style.removeProperty("--height");
  }

  #end() {
    this.#frame?.end();
    this.#frame = undefined;
  }
}

/* ---------- a cell ---------- */

/** One engine for the cells of a page, by the site it comes from. */
const engines = new Map();

function engine(site) {
  if (!engines.has(site)) {
    const iframe = make("iframe", { src: new URL("./cells.html", site).href, title: "Sandshift", tabIndex: -1, aria: { hidden: "true" } });
    // Frames that are not displayed at all are put to sleep by some browsers.
    Object.assign(iframe.style, { position: "absolute", width: "1px", height: "1px", border: "0", opacity: "0", pointerEvents: "none" });
    const hears = new Set();
    const frame = new Frame(iframe, site, (message) => hears.forEach((hear) => hear(message)));
    engines.set(site, { frame, hears });
    document.body.append(iframe);
  }
  return engines.get(site);
}

const CELL = `
:host { --ink: #1d1c1a; --dim: #5c5954; --paper: #fff; --soft: #f6f5f2; --line: #d8d4cc; --accent: #0b5a7a; --on: #fff; --bad: #a4242b; --bad-soft: #fdeeee;
  display: block; margin-block: 1em; color: var(--ink); font: 14px/1.5 system-ui, sans-serif; }
:host([hidden]) { display: none; }
.cell { border: 1px solid var(--line); border-radius: 6px; background: var(--paper); overflow: hidden; }
.dark { --ink: #ece9e4; --dim: #a9a49b; --paper: #1b1a18; --soft: #242320; --line: #45423d; --accent: #6cb8dc; --on: #10212a; --bad: #ff9a9a; --bad-soft: #3a2023; color: var(--ink); }
textarea { display: block; inline-size: 100%; box-sizing: border-box; min-block-size: 3.4em; resize: vertical; border: 0; margin: 0; padding: 10px 12px;
  color: inherit; background: var(--paper); font: 13px/1.55 ui-monospace, "D2Coding", Menlo, Consolas, monospace; tab-size: 2; white-space: pre-wrap; overflow-wrap: break-word; }
textarea:focus-visible, .rows:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
.bar { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; padding: 6px 8px; border-block-start: 1px solid var(--line); background: var(--soft); }
button { font: inherit; font-weight: 500; min-block-size: 30px; padding: 2px 14px; border: 1px solid var(--accent); border-radius: 4px; background: var(--accent); color: var(--on); cursor: pointer; }
button.stop { background: transparent; color: var(--accent); }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
::slotted([slot="caption"]) { display: block; margin: 0; padding: 10px 12px 0; }
.said { color: var(--dim); font-size: 13px; }
.rows { max-block-size: var(--height, 320px); overflow: auto; border-block-start: 1px solid var(--line); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: 4px 12px; text-align: start; white-space: pre; border-block-end: 1px solid var(--line); }
thead th { position: sticky; inset-block-start: 0; background: var(--soft); font-weight: 600; }
th small { color: var(--dim); font-weight: 400; margin-inline-start: 6px; }
.number { text-align: end; }
.nothing { color: var(--dim); font-style: italic; }
.bad { margin: 0; padding: 10px 12px; border-block-start: 1px solid var(--line); background: var(--bad-soft); overflow-wrap: anywhere; }
.bad b { color: var(--bad); }
.bad code { font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; }
.done { margin: 0; padding: 8px 12px; border-block-start: 1px solid var(--line); font-size: 13px; overflow-wrap: anywhere; }
`;

const NUMERIC = /^(smallint|integer|bigint|numeric|real|double)/;

class SandshiftSql extends HTMLElement {
  static observedAttributes = ["user", "language", "theme", "height"];
  #parts;
  #running;
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #dress = () => this.#draw();

  constructor() {
    super();
    styled(this.attachShadow({ mode: "open" }), CELL);
  }

  connectedCallback() {
    this.#dark.addEventListener("change", this.#dress);
    if (this.#parts) return this.#draw();
    const text = make("textarea", { spellcheck: false, autocapitalize: "off", value: source(this) });
    const run = make("button", { type: "button" });
    const said = make("span", { className: "said", aria: { role: "status" } });
    const user = make("span", { className: "said" });
    const results = make("div", { className: "results" });
    const box = make("div", { className: "cell" }, make("slot", { name: "caption" }), text, make("div", { className: "bar" }, run, user, said), results);
    this.#parts = { box, text, run, said, user, results };
    text.rows = Math.min(24, Math.max(2, text.value.split("\n").length));
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void this.run().catch(() => {});
    });
    run.addEventListener("click", () => (this.#running ? this.stop() : void this.run().catch(() => {})));
    this.shadowRoot.append(box);
    this.#draw();
    if (this.hasAttribute("autorun")) void this.run().catch(() => {});
  }

  disconnectedCallback() {
    this.#dark.removeEventListener("change", this.#dress);
    this.stop();
  }

  attributeChangedCallback() {
    if (this.#parts) this.#draw();
  }

  get #words() {
    return WORDS[languageOf(this)];
  }

  /** What is in the cell. */
  get value() {
    return this.#parts?.text.value ?? source(this);
  }

  set value(text) {
    if (this.#parts) this.#parts.text.value = text;
    else this.textContent = text;
  }

  /** Runs what is in the cell; gives its statements, or throws what the product says. */
  run() {
    if (this.#running) return this.#running.done;
    try {
      return this.#begin();
    } catch (error) {
      // A mistake in the page itself.
      this.#parts.results.replaceChildren(this.#failure(error));
      return Promise.reject(error);
    }
  }

  #begin() {
    const { frame, hears } = engine(siteOf(this));
    const words = this.#words;
    const { said, results } = this.#parts;
    const download = ({ type, loaded, total }) => {
      if (type === "download") said.textContent = total > loaded ? `${words.coming} ${Math.round((100 * loaded) / total)} %` : words.coming;
    };
    const begun = performance.now();
    const message = {
      type: "sql", text: this.value, user: this.getAttribute("user") ?? "admin", start: this.getAttribute("start") ?? "course-warehouse", setup: setup(this),
      most: Number(this.getAttribute("rows")) || 200,
    };
    said.textContent = words.running;
    hears.add(download);
    let id;
    const done = new Promise((resolve, reject) => {
      id = frame.ask(message, (answer) => {
        hears.delete(download);
        if (answer.type === "progress") return void (said.textContent = words.rowsSoFar(answer.rows));
        this.#running = undefined;
        results.replaceChildren(...(answer.statements ?? []).map((each) => this.#drawn(each)));
        if (answer.type === "result") {
          said.textContent = `${((performance.now() - begun) / 1000).toFixed(2)} s`;
          resolve(answer.statements);
          tell(this, "result", { statements: answer.statements });
        } else {
          said.textContent = answer.canceled ? words.canceled : "";
          if (!answer.canceled) results.append(this.#failure(answer.error));
          reject(Object.assign(new Error(answer.error.message), answer.error));
          tell(this, "error", answer.error);
        }
        this.#draw();
        return true;
      });
    });
    this.#running = { done, stop: () => frame.say({ type: "cancel", id }) };
    this.#draw();
    return done;
  }

  stop() {
    this.#running?.stop();
  }

  /** Everything that attributes and the state decide. */
  #draw() {
    const words = this.#words;
    const { box, text, run, user } = this.#parts;
    const theme = this.getAttribute("theme");
    box.className = `cell ${theme === "dark" || (theme !== "light" && this.#dark.matches) ? "dark" : ""}`;
    text.setAttribute("aria-label", words.sql);
    run.textContent = this.#running ? words.stop : words.run;
    run.className = this.#running ? "stop" : "";
    const name = this.getAttribute("user");
    user.textContent = name ? words.as(name) : "";
    const height = this.getAttribute("height");
    if (height) box.style.setProperty("--height", /^\d+$/.test(height) ? `${height}px` : height);
  }

  #drawn({ tag, columns, rows, rowCount, notices }) {
    const words = this.#words;
    const told = notices.map((notice) => make("p", { className: "done", textContent: notice }));
    if (columns.length === 0) return make("div", {}, ...told, make("p", { className: "done", textContent: tag }));
    const count = rowCount > rows.length ? words.of(rows.length, rowCount) : rows.length === 0 ? words.none : words.rows(rows.length);
    const numeric = columns.map(({ type }) => (NUMERIC.test(type) ? "number" : ""));
    const head = columns.map(({ name, type }, at) => make("th", { scope: "col", className: numeric[at] }, name, make("small", { textContent: type })));
    const body = rows.map((row) =>
      make("tr", {}, ...row.map((cell, at) => make("td", { className: cell === null ? "nothing" : numeric[at], textContent: cell ?? words.null }))));
    const table = make("table", {}, make("caption", { textContent: `${words.results}: ${count}` }), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
    // What scrolls must be reached with the keyboard.
    const shown = make("div", { className: "rows", tabIndex: 0, aria: { role: "region", label: words.results } }, table);
    return make("div", {}, ...told, shown, make("p", { className: "done", textContent: count }));
  }

  #failure({ message, sqlstate, detail, hint, line }) {
    const words = this.#words;
    const box = make("p", { className: "bad", aria: { role: "alert" } }, make("b", { textContent: sqlstate ? `ERROR ${sqlstate}` : "ERROR" }), ` ${message}`);
    if (line) box.append(` (${words.line(line)})`);
    if (detail) box.append(make("br"), detail);
    if (hint) box.append(make("br"), `${words.hint}: `, make("code", { textContent: hint }));
    return box;
  }
}

/** The SQL between the tags, without the indentation that the markup gave it; what has a slot is not SQL. */
function source(element) {
  const block = element.querySelector(":scope > pre");
  const text = block ? block.textContent : [...element.childNodes].filter((node) => !node.slot).map((node) => node.textContent).join("");
  const lines = text.replace(/^\s*\n|\s+$/g, "").split("\n");
  const indent = Math.min(...lines.filter((line) => line.trim()).map((line) => /^\s*/.exec(line)[0].length));
  return lines.map((line) => line.slice(Number.isFinite(indent) ? indent : 0)).join("\n");
}

/** SQL that is run once before, as admin: the text of the element that `setup` names. */
function setup(element) {
  const id = element.getAttribute("setup");
  if (!id) return "";
  const found = document.getElementById(id);
  if (!found) throw new Error(`setup names #${id}, which is not in the page`);
  return found.textContent;
}

if (!customElements.get("sandshift-lab")) customElements.define("sandshift-lab", SandshiftLab);
if (!customElements.get("sandshift-sql")) customElements.define("sandshift-sql", SandshiftSql);

export { SandshiftLab, SandshiftSql };
