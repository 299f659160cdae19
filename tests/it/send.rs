//! What a native driver moves between threads can be moved: checked by the compiler.

use fetch_with_policy::{
    call::{Call, Memory},
    explain::{Catalogs, Explanation},
    options::PolicyOptions,
    policy::Policy,
    record::CallRecord,
};

fn may_move<T: Send>() {}

#[test]
fn a_task_that_moves_between_threads_may_hold_them() {
    may_move::<Policy>();
    may_move::<Memory>();
    may_move::<Call>();
    may_move::<Catalogs>();
    may_move::<Explanation>();
    may_move::<PolicyOptions>();
    may_move::<CallRecord>();
}
