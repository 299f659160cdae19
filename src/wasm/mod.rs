//! The npm package's bindings: conversions, no decisions. The only folder that names wasm-bindgen and js-sys.

#[cfg(all(feature = "npm", feature = "wasm-explain"))]
mod bump;
#[cfg(feature = "wasm-explain")]
pub mod explain;
#[cfg(feature = "wasm-policy")]
pub mod plan;
#[cfg(feature = "wasm-policy")]
pub mod policy;
#[cfg(feature = "wasm-policy")]
pub mod protocol;
#[cfg(feature = "wasm-policy")]
mod words;

// Measured on the policy's module: 2.0 kB brotli less than with std's dlmalloc, and constant time, which lol_alloc's free list is not.
#[cfg(all(feature = "npm", not(feature = "wasm-explain")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(all(feature = "npm", feature = "wasm-explain"))]
#[global_allocator]
static ALLOCATOR: bump::Bump = bump::Bump::new();

// No input can panic; if one did, a trap tells the host at once.
#[cfg(feature = "npm")]
#[panic_handler]
fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
