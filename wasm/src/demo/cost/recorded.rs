//! Counts that take too long to take anew for each picture: those of the curves, at the sizes of the curves. They were counted
//! by the code next door, and a test counts them again; at the reader's own n everything is counted on the spot.

/// The sizes at which a curve is drawn.
pub const CURVE: [u32; 16] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

/// Places looked at for 50 look-ups in a list, a set and a dict.
pub const MEMBERSHIP: [[u32; CURVE.len()]; 3] = [
    [50, 88, 200, 390, 765, 1900, 3775, 7525, 18775, 37525, 75025, 187525, 375025, 750025, 1875025, 3750025],
    [52, 61, 59, 69, 53, 69, 59, 69, 64, 89, 59, 59, 74, 60, 101, 73],
    [52, 61, 106, 98, 88, 65, 80, 65, 77, 73, 76, 119, 101, 90, 76, 80],
];

/// Comparisons of `sorted` for numbers in no order.
pub const SORTED: [u32; CURVE.len()] =
    [0, 1, 7, 22, 62, 217, 531, 1263, 3825, 8646, 19254, 54971, 119941, 259762, 714327, 1528790];

/// Comparisons of `heapq.nsmallest(10, xs)` for the same.
pub const SMALLEST: [u32; CURVE.len()] =
    [0, 1, 7, 22, 66, 127, 210, 344, 674, 1201, 2247, 5312, 10337, 20374, 50416, 100445];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cost::count::{Case, Job, curve, membership};
    use crate::demo::cost::data::{Order, Tally, numbers};
    use crate::demo::cost::heap::sorted;

    #[test]
    fn counting_again_gives_the_same() {
        let places = membership(&CURVE);
        assert_eq!([0, 1, 2].map(|way| places.map(|counts| counts[way])), MEMBERSHIP.map(|way| way.map(u64::from)));
        let count = |n| sorted::<Tally>(numbers(Order::Shuffled, n)).1.total();
        assert_eq!(CURVE.map(count), SORTED.map(u64::from));
        let job = Job { case: Case::TopK, k: 10, order: Order::Shuffled };
        let points = job.survey(1_234).1;
        assert!(curve(Case::TopK).iter().all(|point| points.contains(point)));
        assert_eq!(CURVE.map(|n| job.counts(n)[1]), SMALLEST.map(u64::from));
    }
}
