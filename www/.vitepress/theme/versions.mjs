// @ts-check
/** The menu of versions: what other versions of the site are beside this one is known only when it is read. See build/versions.mjs. */
import { computed, h, inject, onMounted, shallowRef, watch } from "vue";
import { useData, withBase } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";

/** @typedef {{ label: string, at: string, missing: string[] }} Version as in versions.json */

/** The layout, whose menu leads to the same page of other versions. On a page of an old version it says so. */
export const Layout = {
  setup() {
    const { page } = useData();
    const siteData = /** @type {import("vue").Ref<import("vitepress").SiteData>} */ (inject("site-data"));
    const { themeConfig } = siteData.value;
    const versions = shallowRef(/** @type {Version[]} */ ([]));
    // Once: what reads it depends on the data of the site, which the links are written to.
    const base = withBase("/");
    const links = computed(() => versions.value.map((version) => ({ text: version.label, link: linkTo(base, version, page.value), isThis: version.at === "./" })));

    // After the page is taken over: until then it must be as it was built.
    onMounted(async () => (versions.value = await load(base)));
    watch(links, (all) => {
      const others = all.filter(({ isThis }) => !isThis).map(({ text, link }) => ({ text, link, target: "_self", rel: "", noIcon: true }));
      if (others.length === 0) return;
      const nav = [...themeConfig.nav];
      const menu = nav.pop();
      nav.push({ ...menu, items: [...menu.items, { text: "Other versions", items: others }] });
      siteData.value = { ...siteData.value, themeConfig: { ...themeConfig, nav } };
    });

    const old = () => {
      const [newest] = links.value;
      if (!newest || newest.isThis) return null;
      const own = links.value.find(({ isThis }) => isThis);
      return h("aside", { class: "old-version", "aria-label": "Version" }, [`This page is about ${own?.text}. A newer version: `, h("a", { href: newest.link, target: "_self" }, newest.text)]);
    };
    return () => h(DefaultTheme.Layout, null, { "doc-before": old });
  },
};

/** @param {string} base @returns {Promise<Version[]>} */
async function load(base) {
  try {
    const response = await fetch(`${base}versions.json`);
    return response.ok ? await response.json() : [];
  } catch {
    // Opened as a file, or offline: the menu stays as it was built.
    return [];
  }
}

/** The same page of another version, or its first page. @param {string} base @param {Version} version @param {import("vitepress").PageData} page */
function linkTo(base, { at, missing }, { relativePath, isNotFound }) {
  const name = relativePath.replace(/\.md$/, ".html");
  const path = isNotFound || missing.includes(name) ? "" : name.replace(/(^|\/)index\.html$/, "$1");
  return new URL(at + path, new URL(base, location.href)).href;
}
