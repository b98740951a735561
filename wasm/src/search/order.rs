//! Sorting, compiled once: a sort of its own for every type would make the browser's module a good deal larger.

use std::cmp::Ordering;

/// Sorts by a comparison; equals keep their order.
pub(super) fn sort<T>(things: &mut Vec<T>, mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut order: Vec<usize> = (0..things.len()).collect();
    sort_places(&mut order, &mut |a, b| match (things.get(a), things.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut taken: Vec<Option<T>> = things.drain(..).map(Some).collect();
    things.extend(order.into_iter().filter_map(|at| taken.get_mut(at)?.take()));
}

fn sort_places(order: &mut [usize], compare: &mut dyn FnMut(usize, usize) -> Ordering) {
    order.sort_by(|a, b| compare(*a, *b));
}

/// The first `many` in order, without sorting what comes far behind them.
pub(super) fn first<T>(things: Vec<T>, many: usize, mut compare: impl FnMut(&T, &T) -> Ordering) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    let mut full = false;
    for thing in things {
        let behind =
            full && kept.get(many.saturating_sub(1)).is_some_and(|last| compare(last, &thing) != Ordering::Greater);
        if behind {
            continue;
        }
        kept.push(thing);
        if kept.len() >= many.saturating_mul(4) {
            sort(&mut kept, &mut compare);
            kept.truncate(many);
            full = true;
        }
    }
    sort(&mut kept, &mut compare);
    kept.truncate(many);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_those_of_the_whole_order() {
        let mut state = 7u32;
        let numbers: Vec<u32> = (0..5000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state >> 20
            })
            .collect();
        let mut sorted = numbers.clone();
        sort(&mut sorted, u32::cmp);
        assert!(sorted.is_sorted());
        for many in [1, 3, 100, 6000] {
            let expected: Vec<u32> = sorted.iter().copied().take(many).collect();
            assert_eq!(first(numbers.clone(), many, u32::cmp), expected, "{many}");
        }
    }
}
