// @ts-check
// The default theme without its web font: the fonts of the system serve.
import { nextTick } from "vue";
import { withBase } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { Layout } from "./versions.mjs";
import "./style.css";

/** @type {import("vitepress").Theme} */
export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ app, router, siteData }) {
    app.provide("site-data", siteData);
    // The playground is a page of its own, which the router cannot show.
    if (typeof location === "undefined") return;
    router.onBeforeRouteChange = (to) => {
      if (!new URL(to, location.href).pathname.startsWith(withBase("/playground/"))) return;
      location.assign(to);
      return false;
    };
    // The layout of the first page has no main landmark of its own; build/relative.mjs sets the role where it is loaded first.
    router.onAfterRouteChange = async () => {
      await nextTick();
      const content = document.querySelector("#VPContent");
      if (content?.classList.contains("is-home")) content.setAttribute("role", "main");
      else content?.removeAttribute("role");
    };
  },
};
