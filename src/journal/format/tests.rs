//! Damage never goes unnoticed.
