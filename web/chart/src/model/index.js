// The page of a model: what it learned, how good that is, and whether it may be believed.
//
// show(element, models, {language, dark, place, address, now, put}) draws; `models` is what the engine tells as JSON
// text, `place` the name of the open one, `address` where names hang, `put` takes SQL to the editor.
// What a person chose here (a threshold, prices) is kept by model until the page is left.

import { clear } from "./figure.js";
import { callout, h } from "./html.js";
import { binary, clusters, howGood, multiclass, regression } from "./judged.js";
import { alone, board, curve, leaks, lookedAt, prices, way } from "./learned.js";
import { WORDS } from "./words.js";

export { notebook } from "./notebook.js";

const choices = new Map();
let shown = "";

export function show(element, text, options) {
  const key = JSON.stringify([text, options.language, options.dark, options.place]);
  // The clock moves with every statement; only a training shows it.
  if (key === shown && element.childElementCount > 0 && !text.includes('"TRAINING"')) return;
  shown = key;
  draw(element, JSON.parse(text), options);
}

function draw(element, models, options) {
  const words = WORDS[options.language] ?? WORDS.en;
  clear();
  const focus = document.activeElement?.id;
  const inside = element.contains(document.activeElement);
  if (models.length === 0) {
    const [title, said] = words.none;
    element.replaceChildren(h("div", { class: "blank" }, h("b", null, title), h("span", null, said)));
    return;
  }
  const name = ({ schema, name }) => `${schema}.${name}`;
  const model = models.find((one) => name(one) === options.place) ?? models[0];
  const kept = choices.get(model.job || name(model)) ?? {};
  choices.set(model.job || name(model), kept);
  const again = (selector) => {
    draw(element, models, options);
    element.querySelector(selector)?.focus();
  };
  const others = models.length > 1 && h("nav", { "aria-label": words.models }, h("ul", { class: "model-list" }, models.map((one) => h("li", null,
    h("a", { href: `${options.address}/${encodeURIComponent(name(one))}`, "aria-current": one === model ? "page" : null },
      h("span", { class: `dot ${words.labels[one.state]}`, "aria-hidden": "true" }), name(one), h("span", { class: "sr" }, words.states[one.state]))))));
  element.replaceChildren(...[others, ...page(words, model, kept, options, again)].filter(Boolean));
  if (inside && focus) document.getElementById(focus)?.focus();
}

function page(words, model, kept, options, again) {
  const { sight } = model;
  const full = `${model.schema}.${model.name}`;
  const quoted = full.replaceAll("'", "''");
  const put = (label, sql) => h("button", { class: "btn", type: "button", onclick: () => options.put(sql) }, label);
  const kind = (model.kind ?? model.asked).filter(Boolean).join(" · ");
  const ready = model.state === "READY";
  const head = h("div", { class: "room-head" },
    h("div", { class: "lead" }, h("h2", { class: "room-title" }, full),
      h("p", { class: "under" },
        h("span", { class: "state" }, h("span", { class: `dot ${words.labels[model.state]}`, "aria-hidden": "true" }), h("b", null, model.state)),
        kind && h("span", null, kind),
        model.target && h("span", null, words.target, " ", h("span", { class: "mono" }, model.target)),
        h("span", null, words.function_, " ", h("span", { class: "mono" }, model.function)))),
    h("div", { class: "btn-row" }, put("SHOW MODEL", `SHOW MODEL ${full};`), ready && model.kind?.[0] === "xgboost" && sight && put("EXPLAIN_MODEL", `SELECT EXPLAIN_MODEL('${quoted}');`)));
  const cards = [];
  if (model.reason) cards.push(callout("bad", words.failed, model.reason));
  if (model.way) cards.push(way(words, model, options.now));
  if (ready && !sight) cards.push(callout("info", model.remote ? words.remote : words.brought));
  cards.push(leaks(words, model, sight));
  if (sight) {
    const use = (threshold) => options.put(withThreshold(words, model, sight, threshold));
    cards.push(howGood(words, sight, model));
    if (sight.roc?.length > 1) cards.push(binary(words, sight, kept, use));
    else if (sight.confusion) cards.push(multiclass(words, sight));
    if (sight.pairs?.length) cards.push(regression(words, sight));
    if (sight.clusters) cards.push(...clusters(words, sight.clusters));
    cards.push(h("div", { class: "model-two" }, [lookedAt(words, model, sight, kept, again), h("div", { class: "stack" }, [alone(words, sight), curve(words, sight)].filter(Boolean))].filter(Boolean)));
  }
  if (model.way) cards.push(board(words, model.way), prices(words, model));
  return [head, h("div", { class: "stack" }, cards.filter(Boolean))];
}

/** The model's probabilities cut where the reader wants it, over the training query's rows: those to be asked are put in its WHERE. */
function withThreshold(words, model, sight, threshold) {
  const text = (word) => `'${String(word).replaceAll("'", "''")}'`;
  const from = /^\s*\(?\s*(select|with)\b/i.test(model.source) ? `(${model.source.trim().replace(/^\((.*)\)$/s, "$1")}) AS asked` : model.source;
  const [negative, positive] = sight.labels;
  return [
    `-- ${words.training_rows}`,
    `SELECT ${model.target}, CASE WHEN chance >= ${threshold.toFixed(4)} THEN ${text(positive)} ELSE ${text(negative)} END AS answer, COUNT(*)`,
    "FROM (",
    `  SELECT ${model.target}, CASE WHEN p.labels[0] = ${text(positive)} THEN p.probabilities[0]::float ELSE p.probabilities[1]::float END AS chance`,
    `  FROM (SELECT ${model.target}, ${model.schema}.${model.function}_prob(${model.features.join(", ")}) AS p`,
    `        FROM ${from}) AS said`,
    ") AS chances",
    "GROUP BY 1, 2 ORDER BY 1, 2;",
  ].join("\n");
}
