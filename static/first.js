// What is read before the page's program is here, which then draws the same in the same place. The course's first words
// stand in the markup; a lesson's come with its digest, and are drawn here: its title, its lead, and the step's text up
// to the first thing that is more than text.

const asked = new URLSearchParams(location.search);

const remembered = (key) => {
  try {
    return localStorage.getItem(`sandshift.${key}`);
  } catch {
    return null; // Blocked.
  }
};

/** As `host.rs` decides it for good. */
const language = /^ko\b/i.test(asked.get("lang") ?? remembered("language") ?? navigator.language) ? "ko" : "en";
const theme = asked.get("theme") ?? remembered("theme");
document.documentElement.lang = language;
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

export function showCourse() {
  const first = document.querySelector(`#app main[lang="${language}"]`);
  if (first) first.hidden = false;
}

/** The lesson's first words, from its digest (`sandshift-prose`: `Digest`). */
export function showLesson(id, digest) {
  const main = document.querySelector("#app main.lab");
  // The program was faster.
  if (!main) return;
  const { definition, prose } = JSON.parse(digest);
  const words = prose[language] ?? Object.values(prose)[0];
  const at = openStep(id, definition.steps.length);
  const step = words.steps.find((each) => each.id === definition.steps[at].id);
  if (!step) return;
  const title = element("h2", { class: "step-title" });
  title.append(element("span", { class: "no" }, `${at + 1}`), element("span", {}, step.title));
  const guide = main.querySelector(".guide-in");
  const texts = step.blocks.slice(0, step.blocks.findIndex((block) => !block.text) >>> 0).map(({ text }) => text.text);
  const told = element("div", { class: "step" });
  told.append(title, ...texts.map((text) => drawn(text, "prose")));
  if (at > 0) guide.append(before());
  else if (words.lead.length > 0) guide.append(drawn(words.lead, "prose lead"));
  guide.append(told);
  // The first of them tells the browser to say when it is seen.
  guide.querySelector("p")?.setAttribute("elementtiming", "first");
  const share = Number(remembered("split"));
  main.querySelector(".split").style.setProperty("--guide", `${share >= 28 && share <= 60 ? share : 40}%`);
  main.lang = language;
  main.hidden = false;
  document.querySelector("#app .app").classList.add("app-fixed");
}

function openStep(id, steps) {
  try {
    const { open } = JSON.parse(remembered(`progress.${id}`));
    return open < steps ? open : 0;
  } catch {
    return 0; // Not begun.
  }
}

/** The place of the steps before. */
function before() {
  const fold = element("details", { class: "fold" });
  fold.append(element("summary", {}, "\u00a0"));
  return fold;
}

function drawn(text, className) {
  const box = element("div", { class: className });
  draw(text, box);
  return box;
}

/** What may stand in a text; `sandshift-prose` has the list that decides. */
const ELEMENTS = "p h3 h4 blockquote ol ul li em strong s sup sub a code pre table tr th td br hr span div".split(" ");

function draw(nodes, into) {
  for (const node of nodes) {
    if (typeof node === "string") {
      into.append(node);
      continue;
    }
    const [name, argument] = node[0].split(/ (.*)/s);
    if (!ELEMENTS.includes(name)) continue;
    if (name === "pre") {
      const statement = element("div", { class: "stmt" });
      statement.append(element("pre", { class: "code" }, node[1]));
      into.append(statement);
      continue;
    }
    // A link leads on when the program is here.
    const attributes = { a: { href: location.hash }, ol: { start: argument }, table: { class: "table" } };
    const made = element(name, attributes[name] ?? {});
    draw(node.slice(1), made);
    into.append(made);
  }
}

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const { supportedEntryTypes = [] } = globalThis.PerformanceObserver ?? {};

/** Once the first words were seen, where there are any and the browser says so; a tenth of a second at most. */
export const seen = () =>
  new Promise((resolve) => {
    const words = document.querySelector("#app main:not([hidden]) [elementtiming]");
    if (!words || document.hidden || !supportedEntryTypes.includes("element")) return resolve();
    new PerformanceObserver(resolve).observe({ type: "element", buffered: true });
    setTimeout(resolve, 100);
  });
