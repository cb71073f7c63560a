// A notebook's cells: headings, paragraphs, tables, bold words, code. What SageMaker leaves in S3 is written in these.

import { h } from "./html.js";

/** Draws the cells of a notebook, or the text as it is when it is none. */
export function notebook(element, text) {
  let cells;
  try {
    ({ cells } = JSON.parse(text));
  } catch {
    cells = undefined;
  }
  if (!Array.isArray(cells)) return element.replaceChildren(h("pre", { class: "code doc", tabindex: "0" }, text));
  element.replaceChildren(...cells.flatMap(({ cell_type: kind, source = "" }) => {
    const said = Array.isArray(source) ? source.join("") : String(source);
    return kind === "markdown" ? blocks(said) : h("pre", { class: "code doc", tabindex: "0" }, said);
  }));
}

function blocks(text) {
  const lines = text.split("\n");
  const drawn = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at].trim();
    const heading = /^(#+) (.*)/.exec(line);
    if (heading) {
      // The page's own headings go down to the third.
      drawn.push(h(`h${Math.min(heading[1].length + 3, 6)}`, null, words(heading[2])));
    } else if (line.startsWith("|")) {
      const from = at;
      while (lines[at + 1]?.trim().startsWith("|")) at += 1;
      drawn.push(grid(lines.slice(from, at + 1)));
    } else if (line) {
      drawn.push(h("p", null, words(line)));
    }
  }
  return drawn;
}

const cut = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());

function grid([head, , ...rows]) {
  const names = cut(head);
  const read = rows.map(cut);
  const right = names.map((_, at) => read.every((row) => !row[at] || /^-?[\d.,]+%?$/.test(row[at])) && read.some((row) => row[at]));
  const cell = (text, at) => h("td", { class: right[at] ? "r num" : null }, words(text));
  return h("div", { class: "scroll-x", tabindex: "0", role: "group", "aria-label": names.filter(Boolean).join(", ") }, h("table", { class: "table" },
    h("thead", null, h("tr", null, names.map((name, at) => h("th", { scope: "col", class: right[at] ? "r num" : null }, words(name))))),
    h("tbody", null, read.map((row) => h("tr", null, row.map(cell))))));
}

/** Bold words are all the markup there is within a line. */
const words = (text) => text.split("**").map((part, at) => (at % 2 ? h("b", null, part) : part));
