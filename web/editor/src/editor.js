// The query editor, as one small object: the page knows nothing of CodeMirror, and CodeMirror nothing of the page.
//
// create(parent, options) -> handle. Positions are UTF-16 offsets, as in every message of the worker.
// Input methods work because the editor is a contenteditable of CodeMirror's own and is never written to while composing.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, insertTab } from "@codemirror/commands";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { Annotation, Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { ink, theme } from "./look.js";
import { redshift, words } from "./redshift.js";

const fromOutside = Annotation.define();

/** How completion kinds of the protocol are called by CodeMirror, which draws an icon for each. */
const kinds = {
  schema: "namespace", table: "class", view: "interface", column: "property",
  function: "function", user: "variable", group: "variable", role: "variable",
};

/**
 * @param {HTMLElement} parent
 * @param {{doc: string, dark: boolean, label: string, phrases?: Record<string, string>,
 *          onChange(text: string): void, onSelect?(selected: boolean): void, onRun(): void,
 *          complete(): Promise<{kind: string, text: string, detail: string}[]>}} options
 */
export function create(parent, options) {
  const shade = new Compartment();
  const speech = new Compartment();
  let composing = null;

  const extensions = (dark, label, phrases) => [
    lineNumbers(),
    history(),
    drawSelection(),
    highlightSpecialChars(),
    highlightActiveLine(),
    bracketMatching(),
    closeBrackets(),
    indentUnit.of("    "),
    syntaxHighlighting(ink),
    redshift,
    autocompletion({ override: [(context) => names(context, options.complete)], icons: false, maxRenderedOptions: 60 }),
    Prec.highest(keymap.of([{ key: "Mod-Enter", preventDefault: true, run: () => (options.onRun(), true) }])),
    keymap.of([
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...historyKeymap,
      // Tab indents; Escape first lets the Tab key leave the editor, as CodeMirror documents for keyboard users.
      { key: "Tab", run: insertTab, shift: indentLess },
      ...defaultKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((each) => each.annotation(fromOutside)))
        options.onChange(update.state.doc.toString());
      if (update.selectionSet || update.docChanged) options.onSelect?.(!update.state.selection.main.empty);
    }),
    shade.of(theme(dark)),
    speech.of(spoken(label, phrases)),
  ];
  const settings = { dark: options.dark, label: options.label, phrases: options.phrases ?? {} };
  const fresh = (doc) =>
    EditorState.create({ doc, extensions: extensions(settings.dark, settings.label, settings.phrases) });

  const view = new EditorView({ state: fresh(options.doc), parent });

  // A document set while somebody composes a syllable would tear it apart: it waits for the syllable's end.
  const whenCalm = (change) => {
    if (!view.composing) return change();
    composing = change;
  };
  view.contentDOM.addEventListener("compositionend", () => {
    const change = composing;
    composing = null;
    if (change) setTimeout(change, 0);
  });

  return {
    /** Another person's editor: new text and a new undo history. */
    setDoc(doc) {
      whenCalm(() => {
        if (doc === view.state.doc.toString()) return;
        view.setState(fresh(doc));
        options.onSelect?.(false);
      });
    },
    getDoc: () => view.state.doc.toString(),
    /** Replaces the text as a change that can be undone, and shows its end. */
    replace(doc) {
      whenCalm(() => {
        view.dispatch({
          changes: { from: 0, to: view.state.doc.length, insert: doc },
          selection: { anchor: doc.length },
          scrollIntoView: true,
          annotations: fromOutside.of(true),
        });
      });
    },
    /** Puts text at the cursor. */
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true });
    },
    /** [{from, to, message}], UTF-16 offsets; what lies outside the text is cut to it. */
    setDiagnostics(list) {
      const end = view.state.doc.length;
      const found = list.map(({ from, to, message }) => {
        const start = Math.min(from, end);
        return { from: start, to: Math.min(Math.max(to, start), end), severity: "error", message };
      });
      view.dispatch(setDiagnostics(view.state, found));
    },
    /** Where the selection lies, or an empty range at the cursor. */
    selection() {
      const { from, to } = view.state.selection.main;
      return { from, to, text: view.state.sliceDoc(from, to) };
    },
    select(from, to) {
      const end = view.state.doc.length;
      view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
    setDark(dark) {
      settings.dark = dark;
      view.dispatch({ effects: shade.reconfigure(theme(dark)) });
    },
    setWords(label, phrases) {
      settings.label = label;
      settings.phrases = phrases;
      view.dispatch({ effects: speech.reconfigure(spoken(label, phrases)) });
    },
    destroy: () => view.destroy(),
  };
}

function spoken(label, phrases) {
  return [
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off", translate: "no" }),
    EditorState.phrases.of(phrases ?? {}),
  ];
}

/** What fits at the cursor: members after a dot, otherwise names and words of the language. */
async function names(context, complete) {
  const typed = context.matchBefore(/[\p{L}_$][\p{L}\p{N}_$.]*/u);
  if (!typed && !context.explicit) return null;
  const before = typed?.text ?? "";
  const dot = before.lastIndexOf(".");
  const owner = dot < 0 ? null : before.slice(0, dot).toLowerCase();
  const seen = await complete().catch(() => []);
  if (context.aborted) return null;

  const options = new Map();
  const offer = (label, type, detail, boost) => {
    if (!options.has(label)) options.set(label, { label, type, detail, boost });
  };
  for (const { kind, text, detail } of seen) {
    if (owner === null) {
      // Columns are told as schema.table.column or bare; the bare name is what people type first.
      offer(text, kinds[kind] ?? "text", detail, kind === "function" ? -1 : 2);
    } else if (text.toLowerCase().startsWith(owner + ".")) {
      offer(text.slice(owner.length + 1), kinds[kind] ?? "text", detail, 2);
    } else if (kind === "column" && endsWithName(detail, owner)) {
      offer(text, "property", "", 2);
    }
  }
  if (owner === null) for (const word of words) offer(word, "keyword", "", 0);
  const from = typed ? typed.from + dot + 1 : context.pos;
  return { from, options: [...options.values()], validFor: /^[\p{L}\p{N}_$]*$/u };
}

/** Whether a column's table, as the detail tells it, is the one before the dot, with or without its schema. */
function endsWithName(detail, owner) {
  const table = detail.toLowerCase();
  return table === owner || table.endsWith("." + owner);
}
