// A solution as prompts: [{ door, who, refused, input }], as crate sandshift-prose reads them.

export function prompts(text) {
  const found = [];
  for (const line of text.split("\n")) {
    const prompt = /^(!?)(sql|aws|clock)(?: ([^>]+))?> (.*)$/.exec(line);
    if (prompt) {
      const [, refused, door, who, input] = prompt;
      found.push({ door, who, refused: refused === "!", input });
    } else if (line.trim() !== "" && !line.startsWith("#") && found.length > 0) {
      found.at(-1).input += `\n${line}`;
    }
  }
  return found;
}

/** Prompts that follow each other as the same user and succeed, as one script: what a learner would run at once. */
export function scripts(text) {
  const joined = [];
  for (const prompt of prompts(text)) {
    const last = joined.at(-1);
    const together = last && prompt.door === "sql" && last.door === "sql" && last.who === prompt.who && !last.refused && !prompt.refused;
    if (together) last.input += `\n${prompt.input}`;
    else joined.push({ ...prompt });
  }
  return joined;
}
