//! The data that every job works on: fixed by arithmetic, so that the builder, the browser and a script in Python make the same numbers.

/// What adds up work. Each algorithm is written once, over a meter: with [`Tally`] it is counted, with [`Off`] it is timed.
pub trait Meter {
    /// Whether a block of memory is really moved. A counting meter notes its length instead: the count is the same, and
    /// five thousand million moves need not be made to be counted.
    const REAL: bool;
    /// Notes `n` operations.
    fn add(&mut self, n: u64);
    /// The operations noted so far; 0 for a meter that is off.
    fn total(&self) -> u64;
}

/// Counts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally(pub u64);

impl Meter for Tally {
    const REAL: bool = false;
    #[inline(always)]
    fn add(&mut self, n: u64) {
        self.0 += n;
    }
    fn total(&self) -> u64 {
        self.0
    }
}

/// Counts nothing: the same loop as it runs in earnest.
#[derive(Debug, Default, Clone, Copy)]
pub struct Off;

impl Meter for Off {
    const REAL: bool = true;
    #[inline(always)]
    fn add(&mut self, _: u64) {}
    fn total(&self) -> u64 {
        0
    }
}

/// The order in which the numbers of the top-k job come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// No order.
    Shuffled,
    /// Smallest first.
    Ascending,
    /// Largest first: each next number is smaller than all before it.
    Descending,
}

impl Order {
    /// All orders, as `(order, value in a state, what the reader sees)`.
    pub const ALL: [(Order, &'static str, &'static str); 3] = [
        (Order::Shuffled, "shuffled", "in no order"),
        (Order::Ascending, "ascending", "smallest first"),
        (Order::Descending, "descending", "largest first"),
    ];

    /// The order that a state calls `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, value, _)| *value == name).map(|(order, ..)| *order)
    }

    /// The name in a state.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(order, ..)| *order == self).map_or("", |(_, value, _)| value)
    }

    /// What the reader sees.
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(order, ..)| *order == self).map_or("", |(.., words)| words)
    }
}

/// The `i`th number in no order: `i + 1` with its 32 bits mixed (the finaliser of MurmurHash3). Different `i` give different
/// numbers and none gives 0; in CPython the hash of so small an int is the int itself.
pub fn scattered(i: u32) -> u32 {
    let mut z = i.wrapping_add(1);
    z = (z ^ (z >> 16)).wrapping_mul(0x85EB_CA6B);
    z = (z ^ (z >> 13)).wrapping_mul(0xC2B2_AE35);
    z ^ (z >> 16)
}

/// The first `n` numbers of an order. What comes for `n` is the beginning of what comes for any larger number.
pub fn numbers(order: Order, n: u32) -> impl Iterator<Item = u32> {
    (0..n).map(move |i| match order {
        Order::Shuffled => scattered(i),
        Order::Ascending => i,
        Order::Descending => u32::MAX - i,
    })
}

/// How many look-ups the membership job makes: half of them for numbers that are there, half for numbers that are not.
pub const LOOKUPS: u32 = 50;

/// The numbers that are looked up among the first `n` scattered ones: those that are there, evenly spread over the list,
/// and then those that are not. With nothing in the list, all are missing.
pub fn wanted(n: u32) -> impl Iterator<Item = u32> {
    let half = LOOKUPS / 2;
    let found = (0..half).map(move |j| scattered((2 * j + 1) * n / (2 * half)));
    let missing = (0..half).map(|j| scattered((1 << 31) + j));
    found.chain(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_distinct_and_never_zero() {
        let mut all: Vec<u32> = numbers(Order::Shuffled, 100_000).chain(wanted(0).skip(25)).collect();
        all.push(0);
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
