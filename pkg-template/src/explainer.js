// @ts-check
/**
 * `createExplainer`: the explainer with catalogs and end-user texts of the caller's, in one object.
 *
 * Options are checked here, once; what a catalog says is checked by `defineCatalog` and what a pack says by `defineMessages`, in
 * files of their own, so that who only uses them does not load their lints.
 */
import { PolicyOptionError } from "./errors.js";
import { ask, engineOf, reportOf } from "./explain.js";
import { speaker } from "./messages.js";

const OPTIONS = ["catalogs", "messages", "locale"];

// A member's name survives minifiers: see policy.js.
export const { createExplainer } = {
  /** @param {{ catalogs?: any, messages?: any, locale?: any }} [options] */
  createExplainer: (options) => makeExplainer(options),
};

/**
 * @param {{ catalogs?: any, messages?: any, locale?: any }} [options]
 * @returns {import("../index.js").Explainer}
 */
function makeExplainer(options = {}) {
  if (!isRecord(options)) throw new PolicyOptionError("", "an object");
  for (const key of Object.keys(options)) {
    if (!OPTIONS.includes(key)) throw new PolicyOptionError(key, `one of ${OPTIONS.join(", ")}`, `unknown option "${key}"; known are ${OPTIONS.join(", ")}`);
  }
  const { catalogs = [], messages = [], locale } = options;
  if (!Array.isArray(catalogs)) throw new PolicyOptionError("catalogs", "an array of catalogs");
  catalogs.forEach(checkCatalog);
  const isList = Array.isArray(messages);
  const packs = (isList ? messages : [messages]).map((pack, index) => packOf(pack, isList ? `messages.${index}` : "messages"));
  if (locale !== undefined) checkLocale(locale, "locale");

  // A catalog that the caller changes later is not read again.
  const own = catalogs.slice();
  const engine = () =>
    engineOf(own, (index) => {
      throw new PolicyOptionError(`catalogs.${index}`, "plain JSON of at most 16384 values, 60 deep");
    });
  // Without catalogs the core is loaded by the first explanation; with some, now, so that a bad one is told now.
  if (own.length > 0) engine();
  const speak = speaker(packs, locale, isList);
  const say = (/** @type {unknown} */ value) => speak(ask(engine(), value));
  return {
    explain: (/** @type {unknown} */ value) => say(value),
    explainResponse: async (response, context) => say(await reportOf(response, context)),
    lookup: (id) => {
      const page = typeof id === "string" ? engine().lookup(id) : "";
      return page === "" ? undefined : pageOf(JSON.parse(page));
    },
  };
}

/** @param {import("../index.js").Explanation} of @returns {import("../index.js").RulePage} */
function pageOf({ id, kind, title, whatHappened, causes, action, api: { docsUrl } }) {
  return { id, kind, title, whatHappened, causes: causes.map(({ text }) => text), action, ...(docsUrl && { docsUrl }) };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {any} catalog @param {number} index */
function checkCatalog(catalog, index) {
  const at = `catalogs.${index}`;
  if (!isRecord(catalog)) throw new PolicyOptionError(at, "a catalog: { catalog: 1, provider, rules }");
  if (catalog.catalog !== 1) throw new PolicyOptionError(`${at}.catalog`, "1, the version of the format");
  if (typeof catalog.provider !== "string" || catalog.provider === "") throw new PolicyOptionError(`${at}.provider`, "the API's name");
  if (!Array.isArray(catalog.rules)) throw new PolicyOptionError(`${at}.rules`, "an array of rules");
  catalog.rules.forEach((rule, index) => {
    if (!isRecord(rule) || typeof rule.id !== "string" || !isRecord(rule.when) || !isRecord(rule.then)) {
      throw new PolicyOptionError(`${at}.rules.${index}`, "a rule: { id, when, then }");
    }
  });
}

/** A copy, so that what was checked is what is rendered. @param {unknown} pack @param {string} at @returns {import("./messages.js").Pack} */
function packOf(pack, at) {
  if (!isRecord(pack)) throw new PolicyOptionError(at, "texts by key");
  const texts = { ...pack };
  for (const [key, text] of Object.entries(texts)) {
    if (typeof text !== "string") throw new PolicyOptionError(`${at}.${key}`, "a text");
  }
  if (texts.locale !== undefined) checkLocale(texts.locale, `${at}.locale`);
  return /** @type {import("./messages.js").Pack} */ (texts);
}

/** @param {unknown} tag @param {string} at */
function checkLocale(tag, at) {
  try {
    if (typeof tag === "string") return void new Intl.Locale(tag);
  } catch {
    // Told below.
  }
  throw new PolicyOptionError(at, 'a language tag (BCP 47): "de", "pt-BR"');
}
