// The queries of the benchmark: lab-shaped, portable, with small answers in a fixed order, so that every engine's
// answer can be compared with ours. `sqlite` says it in SQLite's words where it has no such function.

export const SIZES = [100_000, 1_000_000];

export const TABLES = [
  { name: "usc", file: "user_session_channel.csv", columns: "userid integer, sessionid varchar(32), channel varchar(32)" },
  { name: "st", file: "session_timestamp.csv", columns: "sessionid varchar(32), ts timestamp" },
  { name: "tx", file: "session_transaction.csv", columns: "sessionid varchar(32), refunded boolean, amount integer" },
];

export const DIMENSION = [
  "CREATE TABLE channel (channelname varchar(32), paid integer)",
  "INSERT INTO channel VALUES ('Facebook', 1), ('Google', 1), ('Instagram', 1), ('Naver', 1), ('Organic', 0), ('Youtube', 1)",
];

export const QUERIES = [
  { name: "filter", sql: "SELECT COUNT(*) FROM usc WHERE userid BETWEEN 500 AND 900 AND channel <> 'Naver'" },
  { name: "group, low cardinality", sql: "SELECT channel, COUNT(*) FROM usc GROUP BY channel ORDER BY channel" },
  { name: "group, high cardinality", sql: "SELECT COUNT(*), MAX(n) FROM (SELECT userid, channel, COUNT(*) AS n FROM usc GROUP BY userid, channel) g" },
  { name: "count distinct", sql: "SELECT channel, COUNT(DISTINCT userid) FROM usc GROUP BY channel ORDER BY channel" },
  { name: "fact-dimension join", sql: "SELECT c.paid, COUNT(*) FROM usc u JOIN channel c ON u.channel = c.channelname GROUP BY c.paid ORDER BY c.paid" },
  { name: "three-way join", sql: "SELECT u.channel, COUNT(*), SUM(t.amount) FROM usc u JOIN st s ON u.sessionid = s.sessionid JOIN tx t ON u.sessionid = t.sessionid GROUP BY u.channel ORDER BY u.channel" },
  { name: "top-n", sql: "SELECT sessionid FROM st ORDER BY ts DESC, sessionid LIMIT 10" },
  { name: "window rank", sql: "SELECT MAX(n), COUNT(*) FROM (SELECT ROW_NUMBER() OVER (PARTITION BY userid ORDER BY sessionid) AS n FROM usc) r" },
  { name: "running sum", sql: "SELECT MAX(n), COUNT(*) FROM (SELECT SUM(amount) OVER (ORDER BY sessionid ROWS UNBOUNDED PRECEDING) AS n FROM tx) r" },
  { name: "LIKE", sql: "SELECT COUNT(*) FROM usc WHERE sessionid LIKE '%abc%'" },
  {
    name: "distinct users by month",
    sql: "SELECT CAST(EXTRACT(month FROM DATE_TRUNC('month', s.ts)) AS integer) AS m, COUNT(DISTINCT u.userid) FROM usc u JOIN st s ON u.sessionid = s.sessionid GROUP BY 1 ORDER BY 1",
    sqlite: "SELECT CAST(strftime('%m', s.ts) AS integer) AS m, COUNT(DISTINCT u.userid) FROM usc u JOIN st s ON u.sessionid = s.sessionid GROUP BY 1 ORDER BY 1",
  },
  { name: "correlated EXISTS", sql: "SELECT COUNT(*) FROM usc u WHERE EXISTS (SELECT 1 FROM tx t WHERE t.sessionid = u.sessionid AND t.amount > 50)" },
  {
    name: "CTE chain",
    sql: "WITH visits AS (SELECT userid, COUNT(*) AS n FROM usc GROUP BY userid), busy AS (SELECT userid FROM visits WHERE n > 30), channels AS (SELECT u.channel, COUNT(*) AS n FROM usc u JOIN busy b ON u.userid = b.userid GROUP BY u.channel) SELECT channel, n FROM channels ORDER BY n DESC, channel LIMIT 3",
  },
];
