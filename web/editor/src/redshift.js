// Redshift's words, for colour and completion. Source: "Reserved words" and the SQL commands of the
// Amazon Redshift Database Developer Guide; object names come from the warehouse, never from here.

import { StreamLanguage } from "@codemirror/language";

const statements = `abort alter analyze attach begin call cancel close comment commit copy create deallocate declare delete
  describe detach drop end execute explain fetch grant insert lock merge prepare refresh reset revoke rollback select set show
  start truncate unload update vacuum`;

const clauses = `add admin all and any append as asc assumerole authorization backup between both by cascade case check collate
  column columns commit concurrently conjunctive connect constraint copy cross current_user database databases datashare default
  defaults delete desc dist distinct distkey diststyle drop else encode end escape even except exclude exists external false
  filter first following for foreign format from full function functions future global grant group groups having iam_role if
  ilike immutable in include inherits inner insert intersect interval into is isnull join key language last late lateral leading
  left like limit local location masking materialized maxfilesize minus model natural new no noshard not notnull null nulls of
  off offset on only option or order outer over overlaps owner partition partitioned password percent permissions policy
  preceding primary privileges procedure public qualify range recursive references regexp rename replace restrict returning
  returns revoke right rls role roles row rows rowlevel schema schemas security select session session_user similar
  some sortkey stored structure super superuser syslog table tables tag target temp temporary then timezone to top trailing
  true truncate unbounded union unique unrestricted until update usage user users using valid values verbose view views
  volatile when where window with within without work`;

const copy = `acceptanydate acceptinvchars allowoverwrite auto blanksasnull bzip2 compound compression compupdate credentials csv
  dateformat delimiter emptyasnull encrypted explicit_ids fillrecord fixedwidth gzip header ignoreblanklines ignoreheader
  interleaved json lzop manifest maxerror noload orc parallel parquet quote readratio region removequotes roundec shapefile
  statupdate timeformat trimblanks truncatecolumns zstd az64 bytedict delta lzo mostly8 mostly16 mostly32 raw runlength text255
  text32k sort reindex recluster boost`;

const types = `bigint bool boolean bpchar char character date decimal double precision float float4 float8 geography geometry
  hllsketch int int2 int4 int8 integer interval nchar numeric nvarchar real smallint super text time timestamp timestamptz timetz
  varbyte varchar varying`;

const kinds = new Map();
const learn = (kind, text) => text.split(/\s+/).forEach((word) => kinds.set(word, kind));
learn("keyword", `${statements} ${clauses} ${copy}`);
learn("typeName", types);
learn("bool", "true false");
learn("null", "null");
learn("variableName.standard", "current_date current_time current_timestamp current_schema getdate sysdate");

// A tokenizer and no grammar: nothing here asks what stands in what, and CodeMirror's SQL with the parser that it
// needs was an eighth of the editor. What goes on over the end of a line is kept as the text that ends it.
const word = /^[\p{L}_][\p{L}\p{N}_$]*/u;
const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i;

function goOn(stream, state) {
  if (state.kind === "blockComment") {
    // Block comments nest, as PostgreSQL's do.
    while (state.depth > 0 && !stream.eol())
      if (stream.match("*/")) state.depth -= 1;
      else if (stream.match("/*")) state.depth += 1;
      else stream.next();
    if (state.depth > 0) return "blockComment";
  } else {
    const at = stream.string.indexOf(state.end, stream.pos);
    if (at < 0) return (stream.skipToEnd(), state.kind);
    stream.pos = at + state.end.length;
  }
  const { kind } = state;
  state.kind = null;
  return kind;
}

function begin(stream, state, kind, end) {
  Object.assign(state, { kind, end, depth: 1 });
  return goOn(stream, state);
}

function token(stream, state) {
  if (state.kind) return goOn(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match("--")) return (stream.skipToEnd(), "lineComment");
  if (stream.match("/*")) return begin(stream, state, "blockComment");
  const dollar = stream.match(/^\$([\p{L}_][\p{L}\p{N}_]*)?\$/u);
  if (dollar) return begin(stream, state, "string", dollar[0]);
  // A doubled quote ends a string and begins the next: it looks the same.
  if (stream.match("'")) return begin(stream, state, "string", "'");
  if (stream.match("\"")) return begin(stream, state, "string.special", "\"");
  if (stream.match(number)) return "number";
  const found = stream.match(word);
  // After a dot stands a name, whatever the word means elsewhere.
  if (found) return stream.string[stream.start - 1] === "." ? null : (kinds.get(found[0].toLowerCase()) ?? null);
  const next = stream.next();
  if ("*+-%<>!=~/&|^#@:".includes(next)) return "operator";
  return "()[]{}.,;".includes(next) ? "punctuation" : null;
}

export const redshift = StreamLanguage.define({
  name: "redshift",
  startState: () => ({ kind: null, end: "", depth: 0 }),
  copyState: (state) => ({ ...state }),
  token,
  languageData: {
    commentTokens: { line: "--", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", "'", "\""] },
  },
});

/** Upper case, because that is how the course and Redshift's own documentation write them. */
export const words = [...new Set(`${statements} ${clauses} ${types}`.split(/\s+/))]
  .filter(Boolean)
  .map((word) => word.toUpperCase())
  .sort();
