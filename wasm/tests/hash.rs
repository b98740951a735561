//! `hash()` against CPython's.
#![cfg(feature = "json")]

use fieldguide_wasm::demo::pyhash::{Seed, json};
use serde_json::Value;

#[test]
fn agrees_with_cpython() {
    let mut count = 0;
    for line in include_str!("../../tests/vectors/hash.jsonl").lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let seed = Seed::new(row["hash_seed"].as_u64().unwrap() as u32);
        for pair in row["hashes"].as_array().unwrap() {
            let key = json::read(&pair[0], &mut 0).unwrap();
            assert_eq!(key.hash(seed).to_string(), pair[1], "{pair}");
            assert_eq!(json::write(&key), pair[0]);
            count += 1;
        }
    }
    assert!(count >= 1900, "{count}");
}
