// @ts-check
// Makes what would be published on JSR, from the built package, in the folder that is named, and checks what can be checked without the
// network. JSR takes ES modules with types; it knows no conditions, so that each entry is the one for all hosts.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Stands for the scope, which is not known yet: `cargo xtask release --tag` refuses it. */
const SCOPE = "@example";
const PACKAGE = "pkg";
/** Needs conditions, or a package that only npm or one host has. */
const LEFT_OUT = ["./opentelemetry", "./package.json", "./share/durable-object", "./url"];

const [folder = ""] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
rmSync(folder, { recursive: true, force: true });
const files = new Set(["LICENSE-APACHE", "LICENSE-MIT", "README.md"]);
/** @type {Record<string, string>} */
const entries = {};
for (const [name, { types, default: code }] of /** @type {[string, any][]} */ (Object.entries(manifest.exports))) {
  if (LEFT_OUT.includes(name)) continue;
  // A file of one line names the types: the bundles stay as npm has them.
  const entry = `./entries/${name === "." ? "index" : name.slice(2).replaceAll("/", "-")}.js`;
  const again = readFileSync(join(PACKAGE, code), "utf8").includes("export{") && /\bas default\b/.test(readFileSync(join(PACKAGE, code), "utf8"));
  write(entry, `/* @ts-self-types="${join("..", types)}" */\nexport * from "${join("..", code)}";\n${again ? `export { default } from "${join("..", code)}";\n` : ""}`);
  entries[name] = entry;
  for (const file of [types, code]) take(file);
}
for (const file of files) if (!existsSync(join(folder, file))) copy(file);
write("jsr.json", `${JSON.stringify({ name: `${SCOPE}/${manifest.name}`, version: manifest.version, license: manifest.license, exports: entries }, null, 2)}\n`);

// What was made is read as a user's program would.
for (const [name, entry] of Object.entries(entries)) {
  const made = Object.keys(await import(pathToFileURL(join(folder, entry)).href)).sort();
  const own = Object.keys(await import(pathToFileURL(join(PACKAGE, manifest.exports[name].default)).href)).sort();
  if (made.join() !== own.join()) throw new Error(`${name}: ${made.join()} instead of ${own.join()}`);
}
console.log(`jsr        ${join(folder, "jsr.json")} (${Object.keys(entries).length} entries, ${/** @type {string[]} */ (readdirSync(folder, { recursive: true })).length} files; the scope ${SCOPE} is a placeholder)`);

/** Takes a file and what it imports. Nothing may be imported by a name. @param {string} file */
function take(file) {
  const path = join(file);
  if (files.has(path)) return;
  files.add(path);
  copy(path);
  // Examples in comments import what they like.
  const code = readFileSync(join(PACKAGE, path), "utf8").replace(path.endsWith(".d.ts") ? /^ *\/?\*.*$/gm : /^$/, "");
  for (const [, name = ""] of code.matchAll(/(?:\bfrom ?|\bimport ?\(?)"([@\w./:-]+)"/g)) {
    if (!name.startsWith(".")) throw new Error(`${path} imports "${name}"`);
    const target = join(dirname(path), name);
    take(path.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target);
  }
}

/** @param {string} file */
function copy(file) {
  // Deno reads "./index.js" as the code, which does not name its types.
  if (file.endsWith(".d.ts")) write(file, readFileSync(join(PACKAGE, file), "utf8").replace(/^((?:import|export) .* from "\.[^"]*)\.js";$/gm, '$1.d.ts";'));
  else cpSync(join(PACKAGE, file), join(folder, file));
}

/** @param {string} file @param {string} text */
function write(file, text) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}
