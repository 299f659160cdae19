export default { test: { include: ["out/*.spec.js", "*.spec.js"], reporters: ["tap-flat"] } };
