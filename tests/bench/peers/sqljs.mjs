// sql.js, SQLite in WebAssembly. Runs in the browser.
export async function open() {
  const dist = new URL("./node_modules/sql.js/dist/", import.meta.url);
  const script = document.createElement("script");
  script.src = new URL("sql-wasm.js", dist).href;
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  const SQL = await globalThis.initSqlJs({ locateFile: (file) => new URL(file, dist).href });
  const database = new SQL.Database();
  const run = async (sql) => {
    const begun = performance.now();
    const rows = database.exec(sql)[0]?.values ?? [];
    return { ms: performance.now() - begun, rows };
  };
  return {
    sqlite: true,
    run,
    async load(table, text) {
      await run(`CREATE TABLE ${table.name} (${table.columns})`);
      const begun = performance.now();
      database.run("BEGIN");
      const marks = table.columns.split(",").filter((column) => /^\s*\w+ \w/.test(column)).map(() => "?");
      const insert = database.prepare(`INSERT INTO ${table.name} VALUES (${marks.join(",")})`);
      let at = text.indexOf("\n") + 1;
      while (at < text.length) {
        const end = text.indexOf("\n", at);
        insert.run(text.slice(at, end).split(","));
        at = end + 1;
      }
      insert.free();
      database.run("COMMIT");
      const ms = performance.now() - begun;
      await run(`CREATE INDEX ${table.name}_id ON ${table.name} (sessionid)`);
      await run("ANALYZE");
      return ms;
    },
    close: () => database.close(),
  };
}
