// What `worker-build` makes of a Worker in Rust, by hand: the module that workerd has compiled, and its exported handler.
import * as glue from "../../target/example/site/worker/glue.js";
import module from "../../target/example/site/worker/glue_bg.wasm";

glue.initSync({ module });

export default {
  fetch: (request, env, context) => glue.fetch(request, env, context),
};
