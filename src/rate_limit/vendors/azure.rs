//! Azure Resource Manager: `x-ms-ratelimit-remaining-resource: Microsoft.Compute/GetVMScaleSet3Min;197,…30Min;1297`.
//!
//! Name and count; the window is in the name. Source: Azure's documentation of throttling of virtual machine APIs.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Quota, Reads, Row};
use crate::rate_limit::read::name;
use crate::syntax::number;

/// What a resource provider has left.
pub const ROWS: &[Row] = &[Row { header: "x-ms-ratelimit-remaining-resource", reads: Reads::Value(read) }];

fn read(value: &str, quotas: &mut Vec<Quota>) {
    for (name, count) in value.split(',').filter_map(|pair| pair.split_once(';')) {
        let name = name.trim_ascii();
        super::super::quota::tell(
            quotas,
            Quota {
                name: Some(String::from(name)),
                remaining: number::count(count.trim_ascii()),
                window: name::window(name),
                ..Quota::default()
            },
        );
    }
}
