// @ts-check
// The main entry's names for a page without a build: as browser.js, but without what checks catalogs and texts. A browser leaves out
// nothing, and defineCatalog would load the explainer at once.
export { CircuitOpenError, HttpError, PolicyError, PolicyOptionError, RateLimitError } from "./errors.js";
export { explain, explainError, explainResponse, initExplain } from "./lazy-explain.js";
export { createExplainer } from "./lazy-explainer.js";
export { formatExplanation } from "./format.js";
export { callRecord, createPolicy, defaultPolicy, fetchWithPolicy, initPolicy, readQuotas } from "./shell.js";
