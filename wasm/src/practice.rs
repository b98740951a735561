//! Practice: when a card comes again, and which one comes next.
//!
//! [`fsrs`] is the published scheduler, held against its reference implementation by committed vectors; [`deck`] chooses
//! among a reader's cards; [`words`] says intervals. The browser keeps the cards, nothing here does.

pub mod deck;
pub mod fsrs;
pub mod words;
