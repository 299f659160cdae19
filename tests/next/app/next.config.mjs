// The packages lie two folders up: the folder that holds both is told, or Next takes that of the first lock file above.
const root = process.env.NEXT_CHECK_ROOT;

export default {
  turbopack: { root },
  outputFileTracingRoot: root,
  // What Next leaves in node_modules, and imports when a route runs.
  serverExternalPackages: process.env.NEXT_CHECK_EXTERNAL ? ["fetch-with-policy"] : [],
};
