// What a model looked at, how it learned, and whether the answer was among the questions.

import { chart } from "./figure.js";
import { callout, card, figure, h, moment, table } from "./html.js";

/** Bars that a screen can show. */
const MOST = 12;

/** Whether rows and columns were kept apart as they must be. */
export function leaks(words, model, sight) {
  const found = [];
  const asked = model.asked_of;
  for (const column of sight?.same ?? []) found.push(callout("bad", ...words.same(column)));
  for (const insight of sight?.insights ?? []) {
    const [[kind, what]] = Object.entries(insight);
    if (kind === "TooGood" && !sight.same.includes(what.column)) found.push(callout("bad", ...words.too_good(what.column, what.power)));
    if (kind === "DuplicateRows") found.push(callout("warn", ...words.duplicates(what.rows)));
  }
  if (asked) {
    const quoted = asked.text ? h("details", { class: "model-table" }, h("summary", null, words.asked), h("pre", { class: "code doc" }, asked.text)) : null;
    // Chance twins are rarer than one in twenty.
    const [kind, said] = asked.known === 0 ? ["ok", words.untaught(asked.rows)]
      : asked.known * 20 > asked.rows ? ["bad", words.taught(asked.known, asked.rows)] : ["info", words.few_taught(asked.known, asked.rows)];
    found.push(callout(kind, ...said, quoted));
  }
  return found.length ? h("section", { class: "stack model-leaks", "aria-label": words.leak }, found) : null;
}

function bars(words, rows, title, ink) {
  const top = rows.slice(0, MOST);
  return chart(words, {
    kind: "bar", sideways: true, labels: top.map(([name]) => name), x: "", y: "", series: [{ name: title, values: top.map(([, value]) => value), ink }],
  }, `${title}: ${top.slice(0, 3).map(([name, value]) => `${name} ${figure(value)}`).join(", ")}`, [[words.column, title], rows.map(([name, value]) => [name, value])], 40 + top.length * 24).element;
}

export function lookedAt(words, model, sight, kept, again) {
  const explained = model.explanation?.explanations?.kernel_shap?.label0?.global_shap_values;
  const shap = explained && Object.entries(explained).sort(([, a], [, b]) => b - a);
  const ways = [sight.importance.length && ["gain", words.gain, words.gain_said, sight.importance], shap && ["shap", words.shap, words.shap_said, shap]].filter(Boolean);
  if (ways.length === 0) return sight.clusters ? null : card(words.looked_at, null, h("p", { class: "part-note" }, words.unread));
  const [id, title, said, rows] = ways.find(([name]) => name === kept.way) ?? ways[0];
  const top = rows.slice(0, 6).map(([name]) => name);
  const facts = (sight.insights ?? []).flatMap((insight) => (insight.Correlated ? [insight.Correlated] : [])).filter(({ a, b }) => top.includes(a) || top.includes(b));
  const choice = ways.length > 1 && h("fieldset", { class: "seg" }, h("legend", { class: "sr" }, words.looked_at), ways.map(([name, label]) => h("label", null,
    h("input", { type: "radio", name: "model-way", checked: name === id, onchange: () => { kept.way = name; again(`input[name="model-way"]:checked`); } }), label)));
  return card(words.looked_at, null,
    choice, h("p", { class: "part-note" }, said), bars(words, rows, title, "--accent"),
    facts.map(({ a, b }) => h("p", { class: "model-note" }, words.one_fact(a, b))),
    !shap && model.explained && model.kind[0] === "xgboost" && h("p", { class: "meta" }, words.shap_later));
}

export function alone(words, sight) {
  const rows = [...sight.powers].sort(([, a], [, b]) => b - a);
  return rows.length ? card(words.alone, null, h("p", { class: "part-note" }, words.alone_said), bars(words, rows, words.power, "--ramp-3")) : null;
}

export function curve(words, sight) {
  if (sight.train.length < 2) return null;
  const watched = sight.validation.length > 0;
  const series = [{ name: words.training_line, points: sight.train, line: true, ink: watched ? "--text-3" : "--accent", dash: watched }];
  if (watched) series.push({ name: words.validation_line, points: sight.validation, line: true, ink: "--accent" });
  const validation = new Map(sight.validation);
  const every = Math.max(1, Math.ceil(sight.train.length / 20));
  const named = watched ? [words.round, words.training_line, words.validation_line] : [words.round, words.training_line];
  const rows = sight.train.filter((_, at) => at % every === 0 || at === sight.train.length - 1).map(([round, loss]) => (watched ? [round, loss, validation.get(round) ?? "–"] : [round, loss]));
  const drawn = chart(words, { kind: "scatter", numbers: true, x: words.round, y: words.loss, series }, words.curve, [named, rows]);
  const said = watched ? words.curve_said : sight.clusters ? words.curve_clusters : words.curve_alone;
  return card(words.curve, null, h("p", { class: "part-note" }, said), drawn.element);
}

/** Candidates, the best first, by the objective. */
export function board(words, { tried, count, metric, best }) {
  const done = tried.length === count;
  if (!count) return null;
  const small = /mse|mae|loss/.test(metric);
  const ranked = tried.map(([algorithm, recipe, value], at) => ({ algorithm, recipe, value, at })).sort((a, b) => (small ? a.value - b.value : b.value - a.value));
  // The winner of the finals is the winner, whatever the first measure of the others said.
  ranked.sort((a, b) => Number(b.at === best) - Number(a.at === best));
  const rows = ranked.map(({ algorithm, recipe, value, at }, place) => [
    place + 1, h("span", null, h("span", { class: "mono" }, algorithm), at === best && h("span", { class: "pill pill-ok" }, done ? words.chosen : words.best_so_far)), recipe, value,
  ]);
  return card(words.board, words.board_note(tried.length, count), h("p", { class: "part-note" }, words.board_said),
    table(words.board, [words.rank, words.algorithm, words.recipe, metric], rows));
}

/** From the first row staged to the function that can be called. */
export function way(words, model, now) {
  const { stages, began, ends, compiled, tried, count } = model.way;
  const steps = stages.map(([name, at]) => [at, words.stages[name] ?? name]);
  if (model.state === "READY") steps.push([ends, words.compiling], [compiled, words.ready]);
  const line = h("ol", { class: "model-way" }, steps.map(([at, said]) => h("li", null, h("b", { class: "num" }, moment(at).slice(11)), said)));
  const sight = model.sight;
  const note = sight?.rows ? words.trained_on(sight.rows, sight.columns) : null;
  if (model.state !== "TRAINING") return card(words.way, note, line);
  const share = Math.min(1, Math.max(0, (now - began) / (compiled - began)));
  return card(words.way, moment(began),
    h("div", { class: "model-progress", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": String(Math.round(share * 100)), "aria-label": words.way },
      h("i", { style: { "inline-size": `${(share * 100).toFixed(1)}%` } })),
    h("p", { class: "num" }, words.progress(share, tried.length, count)),
    h("p", { class: "meta" }, words.until(moment(compiled))), line);
}

export function prices(words, model) {
  const cells = model.way?.cells;
  if (!cells || !model.cost || cells > 10_000_000 || !model.way.count) return null;
  const dollars = (value) => value.toFixed(2);
  const [estimate, list] = words.price_rows(figure(cells));
  return card(words.prices, null, table(words.prices, words.price_head, [[...estimate, dollars(model.cost)], [...list, dollars((cells / 1e6) * 20)]]));
}
