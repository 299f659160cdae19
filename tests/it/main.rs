//! All native tests from outside of the crate, in one binary: linked once, and their simulator compiled once.

mod arrows;
mod buckets;
mod call_bodies;
mod call_states;
mod explain_cases;
mod explain_causes;
mod explain_fuzz;
mod explain_lookup;
mod explain_properties;
mod explain_requests;
mod explain_support;
mod failures;
mod hedging;
mod hidden;
mod outage;
mod plain_data;
mod properties;
mod rate_table;
mod read_json;
mod read_properties;
mod read_rate_headers;
mod read_syntax;
mod scenarios;
mod secrets;
mod simulator;
mod waits;
