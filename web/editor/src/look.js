// The editor in the page's own tokens: no colour of its own, so both themes follow tokens.css.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const ink = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--sx-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--sx-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--sx-number)" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--sx-type)" },
  { tag: tags.comment, color: "var(--sx-comment)" },
]);

const rules = {
  "&": { color: "var(--text)", backgroundColor: "transparent", fontSize: "var(--t-13)" },
  "&.cm-focused": { outline: "none" },
  // The box around the editor shows where the keyboard is.
  ".cm-content:focus-visible": { boxShadow: "none" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.6", fontVariantLigatures: "none", overflow: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--accent)" },
  ".cm-line": { padding: "0 16px 0 8px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", border: "0", color: "var(--text-3)", fontSize: "var(--t-12)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "36px", padding: "0 8px 0 0", lineHeight: "1.735" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "var(--hover)", boxShadow: "inset 2px 0 0 var(--accent)" },
  ".cm-cursor": { borderLeft: "1.5px solid var(--accent)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  // The selection is drawn behind the text: an opaque active line would hide it.
  "&.cm-focused:has(.cm-selectionBackground) .cm-activeLine": { backgroundColor: "transparent" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--press)", outline: "1px solid var(--line-2)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad) 1px",
    textUnderlineOffset: "4px",
    paddingBottom: "0",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--line)",
    borderRadius: "var(--r-2)", boxShadow: "var(--shadow-2)", fontSize: "var(--t-13)", overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-code)", maxHeight: "18em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", display: "flex", gap: "16px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--text)" },
  ".cm-completionDetail": { marginLeft: "auto", color: "var(--text-3)", fontStyle: "normal", fontSize: "var(--t-12)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600", color: "var(--accent)" },
  ".cm-diagnostic": { borderLeft: "0", padding: "6px 10px", maxWidth: "60ch", whiteSpace: "pre-wrap" },
};

export const theme = (dark) => EditorView.theme(rules, { dark });
