// @ts-check
/** The reference: TypeDoc's pages of the package's types, one for each name. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";
import { writeSidebar } from "./sidebar.mjs";

const OUT = fileURLToPath(new URL("../docs/reference", import.meta.url));
const TYPES = fileURLToPath(new URL("../../pkg-template", import.meta.url));
/** The entries of the package, in the order of the sidebar: file, what is imported. */
const ENTRIES = new Map([
  ["main", "fetch-with-policy"],
  ["testing", "fetch-with-policy/testing"],
  ["debug", "fetch-with-policy/debug"],
  ["devtools", "fetch-with-policy/devtools"],
  ["opentelemetry", "fetch-with-policy/opentelemetry"],
  ["state", "fetch-with-policy/state"],
  ["profiles", "fetch-with-policy/profiles"],
  ["share", "fetch-with-policy/share"],
  ["share-tabs", "fetch-with-policy/share/tabs"],
  ["share-redis", "fetch-with-policy/share/redis"],
  ["share-durable-object", "fetch-with-policy/share/durable-object"],
  ["url", "fetch-with-policy/url"],
  ["messages", "fetch-with-policy/messages"],
]);
/** TypeDoc's folders, as headings. */
const GROUPS = new Map([
  ["functions", "Functions"],
  ["classes", "Errors"],
  ["interfaces", "Interfaces"],
  ["type-aliases", "Types"],
  ["variables", "Values"],
]);

/** Writes the pages; rejects where anything that is exported has no documentation. */
export async function writeReference() {
  rmSync(OUT, { recursive: true, force: true });
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: [...ENTRIES.keys()].map((name) => join(TYPES, `${name === "main" ? "index" : name}.d.ts`)),
    tsconfig: fileURLToPath(new URL("../tsconfig.reference.json", import.meta.url)),
    name: "Reference",
    readme: "none",
    disableGit: true,
    disableSources: true,
    excludeExternals: true,
    skipErrorChecking: true,
    treatWarningsAsErrors: true,
    validation: { notExported: false, invalidLink: true, notDocumented: true },
    requiredToBeDocumented: ["Class", "Function", "Interface", "TypeAlias", "Variable", "Property", "Method", "Accessor"],
    logLevel: "Warn",
    out: OUT,
    .../** @type {any} */ ({
      outputFileStrategy: "members",
      entryFileName: "index",
      pageTitleTemplates: { index: () => "Reference", module: ({ name }) => importOf(name), member: ({ name }) => name },
      hidePageHeader: true,
      hideBreadcrumbs: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "list",
      useCodeBlocks: true,
      expandObjects: false,
    }),
  });
  const project = await app.convert();
  if (!project) throw new Error("TypeDoc could not read the types");
  // A folder named "index" would be the index of its parent.
  for (const entry of project.children ?? []) if (entry.name === "index") entry.name = "main";
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error("the types have parts without documentation, or broken links");
  let pages = 0;
  const sidebar = [...ENTRIES].map(([entry, text]) => {
    const items = [...GROUPS].flatMap(([folder, heading]) => {
      const names = list(join(OUT, entry, folder));
      pages += names.length;
      const links = names.map((name) => ({ text: name, link: `/reference/${entry}/${folder}/${name}` }));
      return links.length > 0 ? [{ text: heading, items: links }] : [];
    });
    return { text, link: `/reference/${entry}/`, items, collapsed: entry !== "main" };
  });
  writeSidebar("reference", [{ text: "Reference", link: "/reference/" }, ...sidebar]);
  return pages;
}

const importOf = (/** @type {string} */ entry) => ENTRIES.get(entry) ?? entry;

/** The pages in a folder, by name. @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".md")).map((name) => name.slice(0, -3)).sort();
  } catch {
    return [];
  }
}
