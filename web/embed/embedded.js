// The course inside somebody's page: tells that page what is passed, and hands it the state of the work.
// `boot.js` fetches this when the page is in a frame, and shows it the worker; nothing of the page itself knows.

import { parent } from "./parents.js";
import { statement } from "./xapi.js";

/** Numbers of our own messages to the worker, far from those of the page. */
let last = 3_000_000_000;
/** By number: what answers the page around us. */
const asked = new Map();
const steps = new Map(); // what is passed, by step
let known; // the lab that `steps` are of
let worker;

const say = parent(hear);

/** The lab's and its steps' titles, by language; asked for once a lab. */
const labs = new Map();
const beside = (path) => fetch(new URL(path, document.baseURI)).then((response) => response.json());

async function titles(id) {
  const entry = (await beside("labs/index.json")).find((each) => each.id === id);
  if (!entry) return { lab: {}, steps: {} };
  const steps = {};
  const { prose } = await beside(`labs/${entry.folder}/lab.json`).catch(() => ({ prose: {} }));
  for (const [language, { steps: each }] of Object.entries(prose)) {
    for (const { id: step, title } of each) (steps[step] ??= {})[language] = title;
  }
  return { lab: entry.titles, steps };
}

const title = (of) => of?.[document.documentElement.lang] ?? Object.values(of ?? {})[0] ?? "";
const openLab = () => /^#\/lab\/([^/]+)/.exec(location.hash)?.[1];

// With a lab, readiness is told with what is passed of it.
if (openLab() === undefined) say("ready", { lab: null, language: document.documentElement.lang });

/** Hears what the worker tells the page. */
export function tap(made) {
  worker = made;
  made.addEventListener("message", (message) => {
    const { data } = message;
    const text = typeof data === "string" ? data : data[0];
    // Results are long, and none of our business.
    if (!/^\{"id":(\d+),"event":\{"type":"(checks|opened|workspaceExported|unreadable|failed)"/.test(text)) return;
    const { id, event } = JSON.parse(text);
    const answer = asked.get(id);
    if (answer) {
      asked.delete(id);
      if (event.type !== "opened") message.stopImmediatePropagation();
      answer(event);
    }
    if (event.type === "checks") void checked(event.steps);
  });
}

async function checked(now) {
  const lab = openLab();
  if (lab === undefined || now.length === 0) return;
  const first = lab !== known;
  if (first) {
    known = lab;
    steps.clear();
  }
  const fresh = now.filter(({ step, passed }) => passed && !steps.get(step));
  const over = now.every(({ passed }) => passed) && fresh.length > 0;
  for (const { step, passed } of now) steps.set(step, passed);
  if (!labs.has(lab)) labs.set(lab, titles(lab));
  const told = await labs.get(lab);
  const passed = now.filter((each) => each.passed).map(({ step }) => step);
  if (first) {
    const all = now.map(({ step }) => ({ id: step, title: title(told.steps[step]) }));
    return say("ready", { lab, title: title(told.lab), language: document.documentElement.lang, steps: all, passed });
  }
  for (const { step } of fresh) {
    say("step-passed", { lab, step, title: title(told.steps[step]), passed: passed.length, of: now.length });
    say("xapi", { statement: statement({ lab, step, titles: told }) });
  }
  if (over) {
    say("lab-passed", { lab, title: title(told.lab) });
    say("xapi", { statement: statement({ lab, titles: told }) });
  }
}

/** What the page around us asks. */
function hear(type, { id, bytes }) {
  const refuse = (message) => say("failed", { id, message });
  switch (type) {
    case "hello":
      return measure();
    case "export":
      return ask({ type: "exportWorkspace" }, (event) => {
        if (event.type !== "workspaceExported") return refuse(event.message);
        say("state", { id, bytes: Uint8Array.from(atob(event.base64), (character) => character.charCodeAt(0)) });
      }) || refuse("no lab is open");
    case "import": {
      if (!(bytes instanceof Uint8Array)) return refuse("bytes are wanted, as state gave them");
      let text = "";
      for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
      return ask({ type: "importWorkspace", base64: btoa(text) }, (event) => {
        if (event.type !== "opened") return refuse(event.message);
        known = undefined;
        say("imported", { id });
        // The steps of the imported work are told as those of a lab that was just opened.
        const step = steps.keys().next().value;
        if (step) ask({ type: "check", step }, () => {});
      }) || refuse("no lab is open");
    }
    default:
      return refuse(`${type} is no message of this protocol`);
  }
}

function ask(request, answer) {
  if (!worker) return false;
  last += 1;
  if (request.type !== "check") asked.set(last, answer);
  worker.postMessage(JSON.stringify({ id: last, request }));
  return true;
}

/** A lab fills what it is given and is comfortable from this height on; other pages are as long as they are. */
const COMFORTABLE = 640;
let height = 0;

function measure() {
  // The first words stand there, and the program is not here yet.
  if (document.querySelector("#app main[hidden]")) return;
  const fixed = document.querySelector(".app-fixed") !== null;
  const wanted = fixed ? COMFORTABLE : (document.querySelector(".app")?.scrollHeight ?? 0);
  if (wanted > 0 && wanted !== height) say("resize", { height: (height = wanted) });
}

new ResizeObserver(measure).observe(document.body);
const root = document.querySelector("#app");
if (root) new MutationObserver(measure).observe(root, { childList: true });
addEventListener("hashchange", () => setTimeout(measure, 100));
