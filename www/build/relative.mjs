// @ts-check
/**
 * Makes a built VitePress site work under any path. VitePress wants to know the path when it builds; it is given a mark, and
 * here the mark is replaced: in HTML and CSS by a relative path, in scripts by what the page that loaded them worked out.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rollup/parseAst";

/** Where the site is said to be while it is built. */
export const BASE = "/-site-base-/";
/** The same as VitePress makes a class of it. */
const NAME = BASE.replaceAll("/", "_");
/** The mark in pieces: scripts that have it whole would be replaced again. */
const PIECES = JSON.stringify([BASE.slice(0, 6), BASE.slice(6)]);

/** Rewrites all files of `folder`. @param {string} folder */
export function makeRelative(folder) {
  for (const name of /** @type {string[]} */ (readdirSync(folder, { recursive: true }))) {
    const kind = /\.(html|css|js)$/.exec(name)?.[1];
    if (!kind) continue;
    const file = join(folder, name);
    const text = readFileSync(file, "utf8");
    if (kind !== "html" && !text.includes(BASE)) continue;
    const up = "../".repeat(name.split(/[\\/]/).length - 1) || "./";
    writeFileSync(file, kind === "html" ? page(text, up) : kind === "css" ? text.replaceAll(BASE, up) : script(text));
  }
}

/** @param {string} html @param {string} up */
function page(html, up) {
  // Links that a script writes later are absolute: a relative one would be resolved against the page that is shown then.
  const base = `<script>{const b=new URL(${JSON.stringify(up)},location.href).pathname,m=${PIECES}.join("");window.__at=(s)=>s.split(m).join(b)}</script>`;
  return html.replaceAll(BASE, up).replaceAll(NAME, "page-").replace("<head>", `<head>${base}`).replace(/(<div class="VPContent is-home")/, '$1 role="main"');
}

/** Wraps each text that has the mark. @param {string} code */
function script(code) {
  /** @type {{ at: number, text: string }[]} */
  const edits = [];
  const wrap = (/** @type {{ start: number, end: number }} */ { start, end }, open = "(__at(", close = "))") =>
    edits.push({ at: start, text: open }, { at: end, text: close });
  visit(parseAst(code), undefined, (node, parent) => {
    const whole = code.slice(node.start, node.end);
    if (node.type === "Literal" && typeof node.value === "string" && whole.includes(BASE)) {
      if (/^(Import|Export)/.test(parent.type)) throw new Error(`a static import of ${whole}`);
      if (parent.type === "Property" && parent.key === node && !parent.computed) wrap(node, "[__at(", ")]");
      else wrap(node);
    }
    if (node.type === "TemplateLiteral" && node.quasis.some((/** @type {any} */ { value }) => value.raw.includes(BASE))) wrap(node);
  });
  edits.sort((a, b) => b.at - a.at);
  for (const { at, text } of edits) code = code.slice(0, at) + text + code.slice(at);
  return code;
}

/** @param {any} node @param {any} parent @param {(node: any, parent: any) => void} look */
function visit(node, parent, look) {
  if (!node || typeof node !== "object") return;
  if (Array.isArray(node)) return node.forEach((child) => visit(child, parent, look));
  if (typeof node.type !== "string") return;
  look(node, parent);
  for (const [name, child] of Object.entries(node)) if (name !== "parent") visit(child, node, look);
}
