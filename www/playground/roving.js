// @ts-check
/**
 * One stop of the tab key for a list of buttons; the arrow keys, Home and End go through it (ARIA Authoring Practices, "roving
 * tabindex").
 * @param {HTMLElement} list
 * @returns {{ refresh(): void, settle(button: HTMLElement): void }} `refresh`: after buttons were hidden or shown; `settle`: where the
 *   next tab key shall land
 */
export function createRoving(list) {
  const all = () => [...list.querySelectorAll("button")];
  const shown = () => all().filter((button) => button.closest("[hidden]") === null);

  /** @param {HTMLElement | undefined} button */
  function settle(button) {
    for (const other of all()) other.tabIndex = other === button ? 0 : -1;
  }

  list.addEventListener("keydown", (event) => {
    const buttons = shown();
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const last = buttons.length - 1;
    const next = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    buttons[next]?.focus();
  });
  // However it got the focus: by an arrow key, a click, or a script.
  list.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLButtonElement) settle(target);
  });

  return {
    settle,
    refresh() {
      const buttons = shown();
      if (!buttons.some((button) => button.tabIndex === 0)) settle(buttons[0]);
    },
  };
}
