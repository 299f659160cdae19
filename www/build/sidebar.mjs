// @ts-check
/** The sidebars of generated pages: each generator leaves its own beside its pages. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const fileOf = (/** @type {string} */ section) => new URL(`../docs/${section}/sidebar.json`, import.meta.url);

/** @param {string} section @returns {import("vitepress").DefaultTheme.SidebarItem[]} */
export function sidebarOf(section) {
  const file = fileOf(section);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** @param {string} section @param {import("vitepress").DefaultTheme.SidebarItem[]} items */
export function writeSidebar(section, items) {
  writeFileSync(fileOf(section), `${JSON.stringify(items, undefined, 1)}\n`);
}
