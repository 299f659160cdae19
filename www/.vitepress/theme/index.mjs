// @ts-check
// The default theme without its web font: the fonts of the system serve.
import { withBase } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import "./style.css";

/** @type {import("vitepress").Theme} */
export default {
  extends: DefaultTheme,
  enhanceApp({ router }) {
    // The playground is a page of its own, which the router cannot show.
    if (typeof location === "undefined") return;
    router.onBeforeRouteChange = (to) => {
      if (!new URL(to, location.href).pathname.startsWith(withBase("/playground/"))) return;
      location.assign(to);
      return false;
    };
  },
};
