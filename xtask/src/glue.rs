//! Turns the glue that wasm-bindgen makes into a function, `bind`, that gives each instance of a module glue of its own.
//!
//! As it comes, the glue keeps its one instance in a variable of the file: `wasm`. A module that has trapped is to be replaced,
//! and with that variable set again, what the garbage collector finds of the first instance would be freed in the second.
//! Inside a function, each instance has its own variables, classes and finalizers.

use std::fmt::Write as _;

/// What follows loads the module and is left out: `bind` is given a compiled one.
const LOADER: &str = "let wasmModule, wasmInstance, wasm;\n";
/// How Rust throws. It does so only where it was left in the middle of something, so that is a trap, too.
const THROW: &str = "throw new Error(getStringFromWasm0(arg0, arg1));";
const TRAP: &str = "throw new WebAssembly.RuntimeError(getStringFromWasm0(arg0, arg1));";
/// The view of its memory, which would keep that.
const VIEW: &str = "let cachedUint8ArrayMemory0 = null;\n";

/// The code of `bind`, and its types.
#[derive(Debug)]
pub struct Bind {
    pub code: String,
    pub types: String,
}

/// From the glue of a module, by its name.
///
/// # Errors
/// Where the glue is not as wasm-bindgen 0.2.130 makes it.
pub fn bind(glue: &str, module: &str) -> Result<Bind, String> {
    let unlike = |what: &str| format!("the glue of {module} is not as wasm-bindgen 0.2.130 makes it: {what}");
    let (body, _) = glue.split_once(LOADER).ok_or_else(|| unlike(LOADER))?;
    for part in [THROW, VIEW] {
        if body.matches(part).count() != 1 {
            return Err(unlike(part));
        }
    }
    let exported = |line: &str| {
        let rest = line.strip_prefix("export ")?;
        let rest = rest.strip_prefix("class ").or_else(|| rest.strip_prefix("function "))?;
        rest.split([' ', '(']).next().map(str::to_owned)
    };
    let mut names = Vec::new();
    let mut code = String::from("export function bind(module) {\nlet wasm;\n");
    for line in body.lines() {
        names.extend(exported(line));
        // What is freed after the end of an instance is gone with it.
        let line = line.strip_prefix("export ").unwrap_or(line).replace("_free(ptr, ", "_free?.(ptr, ");
        code.push_str(&line.replace(THROW, TRAP));
        code.push('\n');
    }
    // Each class frees in a method and in a finalizer.
    let classes = body.matches("\nexport class ").count();
    if names.is_empty() || code.matches("_free?.(ptr, ").count() != 2 * classes {
        return Err(unlike("exports, and two frees for each class"));
    }
    let list = names.join(", ");
    code.push_str("wasm = new WebAssembly.Instance(module, __wbg_get_imports()).exports;\nwasm.__wbindgen_start();\n");
    code.push_str("const close = () => {\nwasm = {};\ncachedUint8ArrayMemory0 = null;\n};\n");
    let _ = writeln!(code, "return {{ exports: {{ {list} }}, close }};\n}}");
    let quoted = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" | ");
    let types = format!(
        "import type * as glue from \"../glue/{module}.js\";\n\
         export function bind(module: WebAssembly.Module): {{ exports: Pick<typeof glue, {quoted}>; close(): void }};\n"
    );
    Ok(Bind { code, types })
}

#[cfg(test)]
mod tests {
    use super::bind;

    #[test]
    fn glue_of_another_shape_is_refused() {
        let glue = "export class A {\n free() { wasm.__wbg_a_free(ptr, 0); }\n}\nlet wasmModule, wasmInstance, wasm;\n";
        assert!(bind(glue, "policy").is_err_and(|error| error.contains("0.2.130")));
    }
}
