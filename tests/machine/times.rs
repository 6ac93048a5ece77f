//! The machine's times as the model check compares them.

use klarna_step_up::machine::{Time, Times};

#[test]
fn times_that_lie_equally_far_are_alike_and_what_is_long_past_is_all_the_same() {
    let at = |ask, mark| {
        let mut times = Times::default();
        times.set(Time::Ask, ask);
        times.set(Time::AskedAt, mark);
        times
    };
    let seen = |times: &Times, now| times.relative(now, 1_000);
    assert_eq!(seen(&at(500, 300), 400), seen(&at(900, 700), 800));
    assert_ne!(seen(&at(500, 300), 400), seen(&at(500, 300), 401));
    assert_eq!(seen(&at(9_000, 10), 8_000), seen(&at(9_000, 20), 8_000));
}
