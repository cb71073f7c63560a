// Redshift's words, for colour and completion. Source: "Reserved words" and the SQL commands of the
// Amazon Redshift Database Developer Guide; object names come from the warehouse, never from here.

import { SQLDialect } from "@codemirror/lang-sql";

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

const dialect = SQLDialect.define({
  keywords: `${statements} ${clauses} ${copy}`,
  types,
  builtin: "current_date current_time current_timestamp current_schema getdate sysdate",
  doubleDollarQuotedStrings: true,
  operatorChars: "*+-%<>!=~/&|^#@:",
  identifierQuotes: "\"",
  specialVar: "",
  unquotedBitLiterals: false,
});

export const redshift = dialect.extension;

/** Upper case, because that is how the course and Redshift's own documentation write them. */
export const words = [...new Set(`${statements} ${clauses} ${types}`.split(/\s+/))]
  .filter(Boolean)
  .map((word) => word.toUpperCase())
  .sort();
