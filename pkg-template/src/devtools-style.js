// @ts-check
/** The look of the panel. Colours are the page's own where it has a colour scheme. */
export const STYLE = `
:host { display: block; color-scheme: inherit; background: Canvas; color: CanvasText; border: 1px solid GrayText; border-radius: 6px; font: 13px/1.5 system-ui, sans-serif; text-align: start; }
:host([hidden]) { display: none; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 6px 12px; }
h2 { margin: 0; font-size: 13px; }
header p { margin: 0; flex: 1 1 14em; }
button { font: inherit; color: inherit; background: transparent; border: 1px solid GrayText; border-radius: 4px; min-height: 24px; padding: 2px 10px; cursor: pointer; }
button:focus-visible, .scroll:focus-visible { outline: 2px solid Highlight; outline-offset: 1px; }
h3 { margin: 0; padding: 6px 12px 2px; font-size: 12px; }
.scroll { max-height: 15em; overflow: auto; padding: 0 12px 8px; }
table { border-collapse: collapse; width: 100%; min-width: 48em; font-variant-numeric: tabular-nums; }
th, td { text-align: start; vertical-align: top; padding: 2px 12px 2px 0; border-bottom: 1px solid color-mix(in srgb, CanvasText 15%, Canvas); }
th { position: sticky; top: 0; background: Canvas; white-space: nowrap; }
td { overflow-wrap: anywhere; }
td:first-child, .state { white-space: nowrap; }
.waits .state, .failed .state { font-weight: 600; }
.done { color: GrayText; color: color-mix(in srgb, CanvasText 70%, Canvas); }
.none { margin: 0; padding: 0 12px 8px; }
ul { margin: 0; padding: 0 12px 8px 28px; }
li { overflow-wrap: anywhere; }
meter { width: 6em; vertical-align: middle; margin-inline-end: 6px; }
[hidden] { display: none; }
`;
