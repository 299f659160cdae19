// @ts-check

/**
 * The table of hosts and cases, as text: cases down, hosts across by number, and below what each documented difference is.
 * @param {Map<string, Record<string, "pass" | "differs" | "FAIL">>} rows
 * @param {Record<string, import("./suite.js").Case>} cases
 */
export function tableOf(rows, cases) {
  const hosts = [...rows.keys()];
  const names = Object.keys(cases);
  const width = Math.max(...names.map((name) => name.length));
  /** @type {string[]} */
  const notes = [];
  const lines = hosts.map((host, index) => `${String(index + 1).padStart(4)}  ${host}`);
  lines.push("", `${"".padEnd(width)}${hosts.map((_, index) => String(index + 1).padStart(5)).join("")}`);
  for (const name of names) {
    const cells = hosts.map((host) => {
      const cell = rows.get(host)?.[name] ?? "FAIL";
      if (cell !== "differs") return cell === "pass" ? "ok" : cell;
      const why = cases[name]?.differs?.find(({ hosts: some }) => some.test(host))?.why ?? "";
      if (!notes.includes(why)) notes.push(why);
      return `[${notes.indexOf(why) + 1}]`;
    });
    lines.push(`${name.padEnd(width)}${cells.map((cell) => cell.padStart(5)).join("")}`);
  }
  return [...lines, "", ...notes.map((why, index) => `[${index + 1}] ${why}`)].join("\n");
}
