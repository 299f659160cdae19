// @ts-check
// Prints what the package weighs: raw, gzip -9 and brotli -11, in bytes.
// First each file; then what a user pays for an import, bundled and minified, counting what is loaded at once; then the
// sections and parts of each .wasm; with --bundlers, imports in each bundler beside what others use. Reads pkg/ and target/npm/, as
// `cargo xtask build` leaves them.
import { readFileSync, readdirSync } from "node:fs";
import { build } from "esbuild";
import { brotli, gzip, raw } from "./weight.mjs";

const IMPORTS = {
  "policy alone": "fetchWithPolicy, createPolicy",
  "explain alone": "explain, explainResponse",
  together: "fetchWithPolicy, createPolicy, explain, explainResponse",
};
/** What shares quotas, by its entry. */
const COORDINATORS = { "/share/tabs": "tabs", "/share/redis": "redis", "/share/durable-object": "durableObject, Quotas", "/share": "createLedger", "/share, a store": "storeCoordinator" };
const SECTIONS = ["custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count"];

const files = readdirSync("pkg", { recursive: true, encoding: "utf8" }).filter((name) => /\.(js|wasm)$/.test(name)).sort();
table("file", [
  ...files.map((name) => weigh(`pkg/${name}`, [readFileSync(`pkg/${name}`)])),
  ...["policy", "explain"].map((name) => weigh(`glue of ${name}, not minified`, [readFileSync(`target/npm/bind/${name}.js`)])),
]);
const rows = [];
for (const [name, names] of Object.entries(IMPORTS)) {
  rows.push(weigh(`${name}, inlined`, await bundle(names, [])));
  rows.push(weigh(`${name}, .wasm and JS`, await bundle(names, ["workerd"])));
}
rows.push(weigh("policy alone, /url", [...(await bundle(IMPORTS["policy alone"], [], "/url")), readFileSync("pkg/policy.wasm")]));
rows.push(weigh("explain alone, /url", [...(await bundle(IMPORTS["explain alone"], [], "/url")), readFileSync("pkg/explain.wasm")]));
rows.push(weigh("/testing", await bundle("createSimulator", [], "/testing")));
table("import, loaded at once", rows);
const alone = await bundle(IMPORTS["policy alone"], []);
table("a coordinator, beside the policy", [
  ...(await Promise.all(Object.entries(COORDINATORS).map(async ([entry, names]) => more(entry, await bundle(IMPORTS["policy alone"], [], "", [names, entry.replace(/,.*/, "")]), alone)))),
  weigh("with the first policy that has one", [readFileSync("pkg/sharing.js")]),
]);
for (const name of ["policy", "explain"]) {
  table(`${name}.wasm by section`, sections(readFileSync(`pkg/${name}.wasm`)));
}
table("explain.wasm: of data, each by itself", partsOfExplain(readFileSync("pkg/explain.wasm")));
if (process.argv.includes("--bundlers")) await (await import("./size-imports.mjs")).printImports();

/**
 * The files of a bundle that imports `names`, less what is imported later: as vite, rollup and webpack split it. (esbuild,
 * where it splits, loads a file at once that is both re-exported and imported later.)
 */
async function bundle(/** @type {string} */ names, /** @type {string[]} */ conditions, entry = "", [others, place] = ["", ""]) {
  const also = others === "" ? "" : `import { ${others} } from "fetch-with-policy${place}"; globalThis.also = [${others}];`;
  const { outputFiles } = await build({
    stdin: { contents: `import { ${names} } from "fetch-with-policy${entry}"; globalThis.used = [${names}]; ${also}`, resolveDir: "." },
    external: ["cloudflare:workers"],
    bundle: true,
    minify: true,
    format: "esm",
    outdir: "out",
    loader: { ".wasm": "copy" },
    conditions,
    plugins: [{ name: "later", setup: (it) => it.onResolve({ filter: /.*/ }, ({ path, kind }) => (kind === "dynamic-import" ? { path, external: true } : undefined)) }],
    write: false,
  });
  return outputFiles.map(({ contents }) => contents);
}

/** What `parts` weigh more than `less`. */
function more(/** @type {string} */ name, /** @type {Uint8Array[]} */ parts, /** @type {Uint8Array[]} */ less) {
  const [, ...base] = weigh(name, less);
  return weigh(name, parts).map((size, n) => (n === 0 ? name : Number(size) - Number(base[n - 1])));
}

function weigh(/** @type {string} */ name, /** @type {Uint8Array[]} */ parts) {
  return [name, raw(parts), gzip(parts), brotli(parts)];
}

/** What of the explainer's data is the reader's weights, the rules of the APIs and those for all; the rest is texts and tables. */
function partsOfExplain(/** @type {Uint8Array} */ wasm) {
  const folder = "src/explain/catalogs/providers";
  const rules = readdirSync(folder).map((name) => {
    const { tests, ...catalog } = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
    return { isShared: name === "messages.json", bytes: Buffer.from(JSON.stringify(catalog)) };
  });
  const parts = {
    "weights of the reader": [readFileSync("src/explain/judge/weights.bin")],
    "rules, for one API each": rules.filter(({ isShared }) => !isShared).map(({ bytes }) => bytes),
    "rules, for all APIs": rules.filter(({ isShared }) => isShared).map(({ bytes }) => bytes),
  };
  let rest = Buffer.from(split(wasm).find(({ name }) => name === "data")?.bytes ?? []);
  const rows = Object.entries(parts).map(([name, pieces]) => {
    const held = pieces.filter((piece) => {
      const at = rest.indexOf(piece);
      if (at >= 0) rest = Buffer.concat([rest.subarray(0, at), rest.subarray(at + piece.length)]);
      return at >= 0;
    });
    return weigh(held.length === pieces.length ? name : `${name} (${pieces.length - held.length} not found)`, [Buffer.concat(held)]);
  });
  return [...rows, weigh("texts, tables", [rest])];
}

/** Name and sizes of each section of at least 64 bytes. */
function sections(/** @type {Uint8Array} */ wasm) {
  return split(wasm).filter(({ bytes }) => bytes.length >= 64).map(({ name, bytes }) => weigh(name, [bytes]));
}

/** The sections of a module. */
function split(/** @type {Uint8Array} */ bytes) {
  const found = [];
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at++] ?? 0;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    found.push({ name: SECTIONS[id] ?? `section ${id}`, bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return found;
}

function table(/** @type {string} */ title, /** @type {(string | number)[][]} */ rows) {
  console.log(`${title.padEnd(40)} ${["raw", "gzip", "brotli"].map((head) => head.padStart(8)).join(" ")}`);
  for (const [name, ...sizes] of rows) {
    console.log(`  ${String(name).padEnd(38)} ${sizes.map((size) => String(size).padStart(8)).join(" ")}`);
  }
}
