// Where a lab is written without Rust: open its folder or zip, edit, see it as a learner does, prove it, take it away.
//
// Nothing here knows what a lab is: `digest.js` reads and proves it with the code of the native tools, and the preview
// is the page itself in a frame that gets its files from here (boot.js).

import { default as startReader, look, newLab } from "./digest.js";
import { unzip, zip } from "./zip.js";

const beside = (file) => new URL(file, import.meta.url);

const WORDS = {
  en: {
    title: "Author a lab", fresh: "New lab", folder: "Open folder", file: "Open zip", save: "Save", export: "Export zip", prove: "Prove", cancel: "Cancel",
    preview: "As a learner sees it", report: "Proof", course: "To the course", problems: "Problems", fine: "Nothing is missing that can be seen without running it.",
    blank: "A lab is a folder with lab.toml and one Markdown file for each language. Open one, drop it or its zip here, or begin with a new one that works.",
    guide: "Guide for instructors", schema: "JSON Schema", unsaved: "What you changed is not saved.", saved: "Saved.", canceled: "Canceled.",
    proved: "Proved: nothing passes by itself, every solution passes, every wrong answer is known.", failed: (count) => `${count} ${count === 1 ? "problem" : "problems"}.`,
    words: "Every language says everything", begin: "The starting state is made", nothing: "Doing nothing does not pass", solution: "The solution passes",
    wrong: (id) => `The wrong answer “${id}” does not pass and is known`, prose: (language) => `The statements in ${language}.md do as they say`,
    none: "There is no lab.toml in it.", broken: "The preview comes back when the lab can be read.", expected: "Expected: ", text: (file) => `Text of ${file}`, language: "한국어",
    line: (file, line) => (line ? `${file}, line ${line}` : file), id: "Name of the new lab: small letters, digits and hyphens", open: "Files of the lab", show: "What to see", again: "Replace the lab that is open? What is not saved is lost.",
  },
  ko: {
    title: "랩 만들기", fresh: "새 랩", folder: "폴더 열기", file: "zip 열기", save: "저장", export: "zip으로 내보내기", prove: "증명", cancel: "취소",
    preview: "학습자 화면", report: "증명 결과", course: "과정으로", problems: "고칠 곳", fine: "실행하지 않고 볼 수 있는 것 가운데 빠진 것은 없습니다.",
    blank: "랩은 lab.toml과 언어마다 Markdown 파일 하나가 든 폴더입니다. 폴더를 열거나, 폴더나 zip을 이곳에 끌어다 놓거나, 바로 작동하는 새 랩으로 시작하세요.",
    guide: "강사 안내서", schema: "JSON Schema", unsaved: "저장하지 않은 변경이 있습니다.", saved: "저장했습니다.", canceled: "취소했습니다.",
    proved: "증명했습니다. 아무것도 하지 않으면 통과하지 않고, 모든 풀이가 통과하며, 모든 오답에 제 설명이 나옵니다.", failed: (count) => `고칠 곳이 ${count}개 있습니다.`,
    words: "모든 언어에 빠진 글이 없다", begin: "시작 상태가 만들어진다", nothing: "아무것도 하지 않으면 통과하지 않는다", solution: "풀이가 통과한다",
    wrong: (id) => `오답 “${id}”: 통과하지 않고, 무엇이 틀렸는지 알려 준다`, prose: (language) => `${language}.md에 적은 구문이 적은 대로 동작한다`,
    none: "lab.toml이 없습니다.", broken: "랩을 읽을 수 있게 되면 미리 보기가 돌아옵니다.", expected: "기대한 것: ", text: (file) => `${file}의 내용`, language: "English",
    line: (file, line) => (line ? `${file} ${line}행` : file), id: "새 랩의 이름: 영어 소문자, 숫자, 붙임표", open: "랩의 파일", show: "볼 것", again: "열려 있는 랩을 바꿀까요? 저장하지 않은 내용은 사라집니다.",
  },
};

let language = new URLSearchParams(location.search).get("lang") ?? remembered("sandshift.language") ?? navigator.language;
language = language.startsWith("ko") ? "ko" : "en";
const said = () => WORDS[language];

/** The lab: path to text; a file that is no text stays bytes and goes along. */
const files = new Map();
let folder; // FileSystemDirectoryHandle, where the browser has them
let open; // path of the file in the editor
let changed = false;
let seen = { digest: null, problems: [] };
let proof; // { worker, scenes, done, whole, end } of the last proof
let shown = "preview";

function remembered(key) {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

const ready = startReader({ module_or_path: beside("./digest_bg.wasm") });

/* ---------- the page's markup ---------- */

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const root = document.getElementById("author");
const bar = el("header", { class: "author-bar" });
const blank = el("main", { class: "author-blank" });
const tabs = el("div", { class: "tabs", role: "tablist" });
const lines = el("pre", { class: "author-lines", "aria-hidden": "true" });
const area = el("textarea", { id: "text", spellcheck: "false", wrap: "off", autocapitalize: "off" });
const problems = el("section", { class: "author-problems", "aria-live": "polite" });
const views = el("div", { class: "tabs", role: "tablist" });
const frame = el("iframe", { id: "preview" });
const report = el("section", { class: "author-report", "aria-live": "polite", tabindex: "0" });
const broken = el("p", { class: "author-blank soft" });
const split = el("main", { class: "author-split" },
  el("section", { class: "author-text" }, tabs, el("div", { class: "author-write" }, lines, area), problems),
  el("section", { class: "author-show" }, views, frame, broken, report));
const picker = el("input", { type: "file", webkitdirectory: true, multiple: true, hidden: true, "aria-hidden": "true", tabindex: "-1" });
const zipPicker = el("input", { type: "file", accept: ".zip,application/zip", hidden: true, "aria-hidden": "true", tabindex: "-1" });
root.append(bar, blank, split, picker, zipPicker);

area.addEventListener("scroll", () => (lines.scrollTop = area.scrollTop));
area.addEventListener("input", () => {
  files.set(open, area.value);
  if (!changed) {
    changed = true;
    drawBar();
  }
  number();
  lookSoon();
});
picker.addEventListener("change", () => guarded(async () => {
  const found = new Map();
  for (const file of picker.files) found.set(file.webkitRelativePath, await read(file));
  folder = undefined;
  take(found);
}));
zipPicker.addEventListener("change", () => guarded(() => openZip(zipPicker.files[0])));
addEventListener("beforeunload", (event) => changed && event.preventDefault());
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s" && files.size > 0) {
    event.preventDefault();
    void guarded(save);
  }
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    root.classList.toggle("author-drop", kind === "dragover");
    const item = kind === "drop" ? event.dataTransfer?.items[0] : undefined;
    // Neither is to be had any more once the event is over.
    const [file, entry] = [item?.getAsFile(), item?.webkitGetAsEntry()];
    if (file && replace()) void guarded(() => (entry?.isDirectory ? openDropped(entry) : openZip(file)));
  });
}

function button(text, act, more = {}) {
  return el("button", { type: "button", class: "btn btn-sm", onclick: () => void guarded(act), ...more }, text);
}

function drawBar(told = "") {
  const words = said();
  document.documentElement.lang = language;
  document.title = `${words.title} · Sandshift`;
  const some = files.size > 0;
  bar.replaceChildren(
    el("h1", {}, words.title, " ", el("span", { class: "meta", role: "status", id: "told" }, told || (changed ? words.unsaved : ""))),
    ...(some ? [
      proof?.worker ? button(words.cancel, cancel, { id: "cancel" }) : button(words.prove, prove, { id: "prove", class: "btn btn-sm btn-primary", disabled: !seen.digest }),
      ...(folder ? [button(words.save, save, { id: "save" })] : []),
      button(words.export, exportZip, { id: "export" }),
    ] : []),
    button(words.fresh, fresh, { id: "fresh" }), button(words.folder, openFolder, { id: "folder" }), button(words.file, () => replace() && zipPicker.click(), { id: "zip" }),
    button(words.language, () => {
      language = language === "ko" ? "en" : "ko";
      drawAll();
    }),
    el("a", { class: "btn btn-sm btn-quiet", href: "./index.html" }, words.course),
  );
}

function drawAll() {
  const words = said();
  const some = files.size > 0;
  drawBar();
  blank.hidden = some;
  split.hidden = !some;
  blank.replaceChildren(
    el("p", {}, words.blank),
    el("p", { class: "btn-row" }, el("a", { href: `./labs/guide.${language}.html` }, words.guide), el("a", { href: "./labs/lab.schema.json" }, words.schema)),
  );
  tabs.setAttribute("aria-label", words.open);
  views.setAttribute("aria-label", words.show);
  frame.title = words.preview;
  area.setAttribute("aria-label", words.text(open));
  const texts = [...files].filter(([, text]) => typeof text === "string");
  tabs.replaceChildren(...texts.map(([path]) => tab(path, path === open, () => edit(path))));
  drawProblems();
  drawShown();
}

function tab(text, selected, act) {
  const made = el("button", { type: "button", role: "tab", "aria-selected": String(selected), tabindex: selected ? "0" : "-1", onclick: () => void guarded(act) }, text);
  made.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = [...made.parentElement.children];
    const next = step && all[(all.indexOf(made) + step + all.length) % all.length];
    const list = made.parentElement;
    if (!next) return;
    next.click();
    setTimeout(() => list.querySelector("[aria-selected=true]")?.focus());
  });
  return made;
}

function number() {
  const count = area.value.split("\n").length;
  if (Number(lines.dataset.count) === count) return;
  lines.dataset.count = String(count);
  lines.textContent = Array.from({ length: count }, (_, at) => at + 1).join("\n");
}

function edit(path, line) {
  open = path;
  area.value = files.get(path);
  number();
  drawAll();
  if (!line) return;
  const before = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = area.value.indexOf("\n", before);
  area.focus();
  area.setSelectionRange(before, end < 0 ? area.value.length : end);
  area.scrollTop = (line - 6) * Number.parseFloat(getComputedStyle(area).lineHeight);
}

function problem({ file, line, message, expected }) {
  const words = said();
  return el("li", {}, el("button", { type: "button", class: "author-problem", onclick: () => typeof files.get(file) === "string" && edit(file, line) },
    el("b", {}, words.line(file, line)), el("span", {}, message), ...(expected ? [el("span", { class: "meta" }, words.expected + expected)] : [])));
}

function drawProblems() {
  const words = said();
  problems.setAttribute("aria-label", words.problems);
  problems.replaceChildren(seen.problems.length > 0 ? el("ul", {}, ...seen.problems.map(problem)) : el("p", { class: "meta" }, words.fine));
}

function drawShown() {
  const words = said();
  views.replaceChildren(...["preview", "report"].map((view) => tab(words[view], shown === view, () => {
    shown = view;
    drawShown();
  })));
  frame.hidden = shown !== "preview" || !seen.digest;
  broken.hidden = shown !== "preview" || seen.digest !== null;
  broken.textContent = words.broken;
  report.hidden = shown !== "report";
  report.setAttribute("aria-label", words.report);
  const { scenes = [], done = 0, whole = 1, end } = proof ?? {};
  const count = scenes.reduce((sum, scene) => sum + scene.problems.length, 0);
  const verdict = { over: count > 0 ? words.failed(count) : words.proved, canceled: words.canceled }[end] ?? end ?? `${done}/${whole}`;
  const parts = [el("p", { id: "verdict", class: end === "over" ? (count > 0 ? "poor" : "good") : "" }, proof ? verdict : ""), el("progress", { value: String(done), max: String(whole), "aria-label": words.report, hidden: !proof?.worker })];
  let step;
  let list;
  for (const scene of scenes) {
    if (scene.step !== step || !list) {
      step = scene.step;
      list = el("ul", {});
      if (step) parts.push(el("h2", {}, step));
      parts.push(list);
    }
    const named = words[scene.act];
    const good = scene.problems.length === 0;
    list.append(el("li", { class: good ? "good" : "poor" }, `${good ? "✓" : "✗"} ${typeof named === "function" ? named(scene.about) : named}`), ...scene.problems.map(problem));
  }
  report.replaceChildren(...parts);
}

/* ---------- in and out ---------- */

/** A file's text, or its bytes where it is none. */
async function read(file) {
  return text(new Uint8Array(await file.arrayBuffer()));
}

function text(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

function replace() {
  return !changed || confirm(said().again);
}

async function fresh() {
  if (!replace()) return;
  const id = prompt(said().id, "new-lab");
  if (id === null) return;
  await ready;
  const made = newLab(/^[a-z0-9-]+$/.test(id) ? id : "new-lab", 100);
  const found = new Map();
  for (let at = 0; at < made.length; at += 2) found.set(made[at], made[at + 1]);
  folder = undefined;
  take(found);
}

async function openFolder() {
  if (!replace()) return;
  if (!globalThis.showDirectoryPicker) return picker.click();
  const handle = await showDirectoryPicker({ mode: "readwrite" }).catch(() => undefined);
  if (!handle) return;
  const found = new Map();
  await collect(handle, "", found);
  folder = handle;
  take(found);
}

async function collect(handle, before, found) {
  for await (const [name, entry] of handle.entries()) {
    if (name.startsWith(".")) continue;
    if (entry.kind === "directory") await collect(entry, `${before}${name}/`, found);
    else found.set(before + name, await read(await entry.getFile()));
  }
}

async function openDropped(entry) {
  const found = new Map();
  await below(entry, "", found);
  folder = undefined;
  take(found);
}

/** What lies in a folder that was dropped, which comes in portions. */
async function below(entry, before, found) {
  const reader = entry.createReader();
  const asked = (ask) => new Promise((resolve, reject) => ask(resolve, reject));
  for (let some; (some = await asked((...told) => reader.readEntries(...told))).length > 0; ) {
    for (const each of some.filter(({ name }) => !name.startsWith("."))) {
      if (each.isDirectory) await below(each, `${before}${each.name}/`, found);
      else found.set(before + each.name, await read(await asked((...told) => each.file(...told))));
    }
  }
}

async function openZip(file) {
  const packed = await unzip(new Uint8Array(await file.arrayBuffer()));
  folder = undefined;
  take(new Map([...packed].map(([name, bytes]) => [name, text(bytes)])));
}

/** Takes the files of the lab among those found: the folder that has a lab.toml is the lab. */
function take(found) {
  const place = [...found.keys()].filter((path) => /(^|\/)lab\.toml$/.test(path)).sort((one, other) => one.length - other.length)[0];
  if (place === undefined) throw new Error(said().none);
  const base = place.slice(0, -"lab.toml".length);
  files.clear();
  for (const [path, content] of [...found].sort()) if (path.startsWith(base)) files.set(path.slice(base.length), content);
  cancel();
  proof = undefined;
  changed = false;
  edit("lab.toml");
  void guarded(lookNow);
}

async function save() {
  if (!folder) return exportZip();
  for (const [path, content] of files) {
    const parts = path.split("/");
    let place = folder;
    for (const part of parts.slice(0, -1)) place = await place.getDirectoryHandle(part, { create: true });
    const writer = await (await place.getFileHandle(parts.at(-1), { create: true })).createWritable();
    await writer.write(content);
    await writer.close();
  }
  changed = false;
  drawBar(said().saved);
}

function exportZip() {
  const name = seen.digest?.definition.id ?? "lab";
  const packed = [...files].map(([path, content]) => [`${name}/${path}`, typeof content === "string" ? new TextEncoder().encode(content) : content]);
  const address = URL.createObjectURL(zip(packed));
  el("a", { href: address, download: `${name}.zip` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  changed = false;
  drawBar();
}

/* ---------- reading, showing, proving ---------- */

let soon;
function lookSoon() {
  clearTimeout(soon);
  soon = setTimeout(() => void guarded(lookNow), 400);
}

function texts() {
  const found = [...files].filter(([, content]) => typeof content === "string");
  return { names: found.map(([name]) => name), texts: found.map(([, content]) => content) };
}

async function lookNow() {
  await ready;
  const { names, texts: contents } = texts();
  const before = JSON.stringify(seen.digest);
  seen = JSON.parse(look("draft", names, contents));
  drawBar();
  drawProblems();
  drawShown();
  if (seen.digest && JSON.stringify(seen.digest) !== before) preview();
}

let previewing;
/** The page anew, when the author has paused: it keeps its step and its account. */
function preview() {
  clearTimeout(previewing);
  previewing = setTimeout(() => {
    const address = new URL(`./index.html?lang=${language}#/lab/draft`, document.baseURI);
    if (frame.src) frame.contentWindow.location.reload();
    else frame.src = address;
  }, frame.src ? 900 : 0);
}

/** What the frame's boot.js asks for. */
window.sandshiftDraft = (address) => {
  if (!address.startsWith("labs/")) return undefined;
  const { definition, prose } = seen.digest;
  const others = [...files].filter(([name, content]) => typeof content === "string" && !/(\.md|^lab\.toml)$/.test(name));
  if (address === "labs/index.json") {
    const words = Object.entries(prose);
    return JSON.stringify([{
      id: "draft", folder: "draft", order: definition.order, minutes: definition.minutes, steps: definition.steps.length,
      titles: Object.fromEntries(words.map(([code, { title }]) => [code, title])),
      outcomes: Object.fromEntries(words.map(([code, { outcomes }]) => [code, outcomes])),
      files: ["lab.json", ...others.map(([name]) => name)],
    }]);
  }
  const path = address.slice("labs/draft/".length);
  return path === "lab.json" ? JSON.stringify(seen.digest) : files.get(path);
};

function prove() {
  const worker = new Worker(beside("./proof.js"), { type: "module", name: "proof" });
  proof = { worker, scenes: [], done: 0, whole: 1 };
  shown = "report";
  const over = (end) => {
    worker.terminate();
    proof.worker = undefined;
    proof.end = end;
    drawBar();
    drawShown();
  };
  worker.onmessage = ({ data }) => {
    if (proof?.worker !== worker) return;
    const told = JSON.parse(data);
    if (told.over) return over("over");
    if (told.failed !== undefined) return over(told.failed);
    proof.scenes.push(told);
    Object.assign(proof, { done: told.done, whole: told.whole });
    drawShown();
  };
  worker.onerror = (event) => over(event.message || "proof.js");
  worker.postMessage({ id: "draft", ...texts() });
  drawBar();
  drawShown();
}

function cancel() {
  if (!proof?.worker) return;
  proof.worker.terminate();
  proof.worker = undefined;
  proof.end = "canceled";
  drawBar();
  drawShown();
}

async function guarded(act) {
  try {
    await act();
  } catch (error) {
    drawBar(String(error?.message ?? error));
  }
}

drawAll();
