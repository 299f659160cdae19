/**
 * A panel for development, a custom element without a framework: calls, what they wait for and until when, quotas, and what a
 * developer should know. Nothing else of the package loads it.
 *
 * @packageDocumentation
 */
import type { Policy, PolicyEvent } from "./index.js";

/** See {@link devtools}. In HTML its name is `fetch-with-policy-devtools`. */
export interface DevtoolsElement extends DevtoolsBase {
  /** For a policy's option `onEvent`, of several policies, too: shows its calls. It needs no `this`. */
  readonly onEvent: (event: PolicyEvent) => void;
  /** Shows the quotas of a policy while the panel is in the page. @throws {PolicyOptionError} where it is no policy of this package */
  watch(policy: Policy): void;
}

/** `HTMLElement` where the types of the DOM are there. */
export type DevtoolsBase = typeof globalThis extends Record<"HTMLElement", new () => infer Element> ? Element : object;

/**
 * Makes a panel, to be put into the page. It keeps the last 100 calls and listens to policies only while it is in the page. What it shows
 * has no query strings, headers or bodies. It takes the page's `color-scheme`.
 *
 * @param policies whose quotas it shows; for their calls, see {@link DevtoolsElement.onEvent}
 * @throws {PolicyError} code "no-page": there is no DOM
 * @example
 * ```js
 * // Behind your bundler's mark of development, so that a build leaves it out.
 * const { devtools } = await import("fetch-with-policy/devtools");
 * const panel = devtools(policy);
 * const watched = policy.extend({ onEvent: panel.onEvent });
 * document.body.append(panel);
 * ```
 */
export function devtools(...policies: Policy[]): DevtoolsElement;
