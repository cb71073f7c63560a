// Elements without markup in strings: a lab's or a column's name is never read as HTML.

/** `h("p", { class: "meta" }, "text", child)`; properties that begin with `on` are listeners, false and null are left out. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** One of the page's icons. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  svg.append(Object.assign(document.createElementNS(space, "use"), {}));
  svg.firstChild.setAttribute("href", `#${name}`);
  return svg;
}

/** A table: `head` are texts, rows lists of cells; the first cell of a row is its name, numbers stand right. */
export function table(caption, head, rows) {
  const right = (at) => (rows.some((row) => typeof row[at] === "number") ? "r num" : null);
  const written = head.map((_, at) => {
    const numbers = rows.map((row) => row[at]).filter((cell) => typeof cell === "number");
    return numbers.every(Number.isInteger) ? figure : score;
  });
  return h("div", { class: "scroll-x", tabindex: "0", role: "group", "aria-label": caption },
    h("table", { class: "table" },
      h("caption", { class: "sr" }, caption),
      h("thead", null, h("tr", null, head.map((text, at) => h("th", { scope: "col", class: right(at) }, text)))),
      h("tbody", null, rows.map((row) => h("tr", null, row.map((cell, at) => {
        const shown = typeof cell === "number" ? written[at](cell) : cell;
        return at === 0 ? h("th", { scope: "row", class: right(at) }, shown) : h("td", { class: right(at) }, shown);
      }))))));
}

/** A number as its reader's language groups it, with as many digits as say something. */
export function figure(value, digits = 3) {
  const whole = Number.isInteger(value);
  const places = whole ? 0 : Math.abs(value) >= 100 ? Math.min(1, digits) : digits;
  return value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** A measure: three digits behind the point, also where they are nothing. */
export function score(value) {
  return Math.abs(value) >= 100 ? figure(value) : value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
}

export function percent(share, digits = 2) {
  return `${(share * 100).toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits })}%`;
}

/** A moment of the simulated clock (microseconds, UTC). */
export function moment(micros) {
  return new Date(micros / 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** A card with a heading; `note` stands beside it. */
export function card(title, note, ...body) {
  return h("section", { class: "card", "aria-label": title },
    h("div", { class: "card-head" }, h("h3", null, title), note && h("span", { class: "meta num" }, note)),
    h("div", { class: "card-body" }, body));
}

export function callout(kind, title, ...text) {
  const name = { bad: "warn", warn: "warn", ok: "check" }[kind] ?? "note";
  return h("div", { class: `callout callout-${kind}`, role: "note" }, icon(name), h("div", null, h("b", null, title), text));
}
