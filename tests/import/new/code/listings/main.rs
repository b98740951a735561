fn main() {
    println!("{}", add(1, 2));
}

// ANCHOR: add
fn add(a: i32, b: i32) -> i32 {
    a + b
}
// ANCHOR_END: add
