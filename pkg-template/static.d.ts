/**
 * The main entry with everything at once, also in a page: for service workers, which refuse `import()`, for tests under the condition
 * `browser`, and for builds that do not split.
 */
export * from "./index.js";
