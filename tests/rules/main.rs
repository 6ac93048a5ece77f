//! The rules that never break (design, section 2), one test each; `xtask test --long` sabotages each and wants it red.

#[path = "../phone/mod.rs"]
mod phone;

mod machine;
