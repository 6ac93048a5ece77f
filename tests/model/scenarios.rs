//! What is searched: each with its budget of disturbances, and with the exact number of states that it has to find.
//!
//! The number is a gate: a model that lost an input finds fewer, a machine that does something else finds others. Where the machine
//! was changed on purpose, the printed number takes the place of the old one.

use std::collections::BTreeSet;

use klarna_step_up::machine::{IfBusy, Surface};

use crate::budget::Budget;
use crate::search::{Found, Limit, NONE, search};
use crate::world::{DEADLINES, Pay, World};

fn pay(order: &'static str, content: &'static str, if_busy: IfBusy) -> Pay {
    Pay {
        order,
        content,
        if_busy,
        surfaces: &[Surface::CustomTab],
        by_app: false,
    }
}

pub fn one() -> Pay {
    pay("a", "1", IfBusy::Join)
}

/// The app asks its backend itself.
pub fn prepared() -> Pay {
    Pay {
        by_app: true,
        ..one()
    }
}

fn assert_told(found: &Found, verdicts: &[&str]) {
    for verdict in verdicts {
        assert!(
            found.told.iter().any(|told| told.starts_with(verdict)),
            "{verdict} was never told: {:?}",
            found.told
        );
    }
}

fn assert_acted(found: &Found, acts: &[&str]) {
    for name in acts {
        let happened = found
            .acted
            .values()
            .any(|act| format!("{act:?}").starts_with(name));
        assert!(happened, "{name} never happened");
    }
}

fn assert_fired(found: &Found, timers: &[&str]) {
    let fired = found.timers();
    for timer in timers {
        assert!(fired.contains(*timer), "{timer} never fired: {fired:?}");
    }
}

/// Everything was found, and it is exactly this much.
fn assert_all(found: &Found, states: usize) {
    assert!(found.complete, "the frontier is not empty");
    assert_eq!(found.states, states, "another number of states");
}

/// The long form, by `cargo xtask test --long`.
fn is_long() -> bool {
    std::env::var_os("STEPUP_LONG").is_some()
}

/// One crash anywhere, two replies lost or doubled, and two more things of whatever kind, at whatever time.
#[test]
fn everything_that_can_happen_to_one_attempt() {
    let budget = Budget {
        crashes: 1,
        replies: 2,
        any: 2,
        ..Budget::default()
    };
    let found = search("everything", &World::new(&[one()], budget), NONE);
    assert_told(
        &found,
        &[
            "Approved",
            "Canceled(ByBackend)",
            "Canceled(ByCustomer)",
            "Canceled(Expired)",
            "Canceled(ForbiddenUrl)",
            "Canceled(JournalFailed)",
            "Canceled(NoSurface)",
            "Canceled(StartClosed)",
            "Declined",
            "Declined(failed)",
            "NotStarted(JournalUnavailable)",
            "NotStarted(Refused)",
            "NotStarted(Unreachable)",
            "Undetermined(CustomerLeft)",
            "Undetermined(GaveUp)",
            "Undetermined(MaxWait)",
            "Undetermined(OwnerChanged)",
            "Undetermined(StartUnknown)",
            "Undetermined(StillPending)",
        ],
    );
    assert_acted(
        &found,
        &[
            "Abandon",
            "Acknowledge",
            "Age",
            "Background",
            "CancelFails",
            "CheckAgain",
            "Closes",
            "Crash",
            "Credentials",
            "Foreground",
            "HostBack",
            "HostGone",
            "Join",
            "Jump",
            "LateReply",
            "LateStatus",
            "Link",
            "Network",
            "Observe",
            "Opens",
            "Owner",
            "PresenterFails",
            "QuestionFails",
            "QuestionOdd",
            "Reopen",
            "StartAnsweredTwice",
            "StartLost",
            "StartNotSent",
            "StartUnclear",
            "StrayCancelArrives",
            "WriteFails",
        ],
    );
    // The window after a foreground takes three things: to the back, to the front, and time.
    let short = DEADLINES.map(|time| format!("{time:?}"));
    let short: BTreeSet<String> = short.into_iter().filter(|time| time != "Merge").collect();
    assert_eq!(found.timers(), short);
    assert_all(&found, 1_510_947);
}

#[test]
fn everything_that_can_happen_to_a_prepared_attempt() {
    let budget = Budget {
        crashes: 1,
        replies: 1,
        any: 2,
        ..Budget::default()
    };
    let found = search("prepared", &World::new(&[prepared()], budget), NONE);
    assert_told(
        &found,
        &[
            "Approved",
            "Canceled(StartClosed)",
            "NotStarted(JournalUnavailable)",
            "NotStarted(Refused)",
            "NotStarted(Unreachable)",
        ],
    );
    assert_acted(&found, &["AppSends", "StartLost", "StartUnclear"]);
    assert_all(&found, 591_941);
}

/// The start is lost, and lost again, while time passes.
#[test]
fn the_start_lost_and_the_process_ended() {
    let budget = Budget {
        crashes: 1,
        losses: 2,
        wakes: 2,
        customer: 1,
        ..Budget::default()
    };
    let found = search("start", &World::new(&[one()], budget), NONE);
    assert_told(
        &found,
        &["Canceled(StartClosed)", "Undetermined(StartUnknown)"],
    );
    assert_fired(&found, &["StartRetry", "Cancel", "Ask"]);
    assert_all(&found, 498_846);
}

/// More than two things happen to the journey.
#[test]
fn the_journey_with_links_and_surfaces() {
    let budget = Budget {
        crashes: 1,
        links: 1,
        closes: 1,
        presenter: 1,
        wakes: 1,
        customer: 1,
        moves: 1,
        ..Budget::default()
    };
    let found = search("journey", &World::new(&[one()], budget), NONE);
    assert_told(&found, &["Approved", "Declined", "Canceled(NoSurface)"]);
    assert_fired(&found, &["PresentDeadline"]);
    assert_all(&found, 771_478);
}

/// In the Klarna app, which says nothing of its end; behind it a tab.
#[test]
fn the_journey_in_another_app() {
    let budget = Budget {
        crashes: 1,
        links: 1,
        closes: 1,
        presenter: 1,
        wakes: 1,
        device: 2,
        moves: 1,
        ..Budget::default()
    };
    let elsewhere = Pay {
        surfaces: &[Surface::KlarnaApp, Surface::CustomTab],
        ..one()
    };
    let found = search("elsewhere", &World::new(&[elsewhere], budget), NONE);
    assert_told(
        &found,
        &["Approved", "Declined", "Undetermined(StillPending)"],
    );
    assert_acted(&found, &["Background", "PresenterFails"]);
    assert_fired(&found, &["Merge"]);
    assert_all(&found, 678_833);
}

#[test]
fn the_journal_that_fails() {
    let budget = Budget {
        crashes: 1,
        write_failures: 2,
        losses: 1,
        wakes: 1,
        links: 1,
        moves: 1,
        acks: 1,
        ..Budget::default()
    };
    let mut world = World::new(&[one()], budget);
    // Anything may come in between: the machine promises nothing less.
    world.journal_at_once = false;
    let found = search("journal", &world, NONE);
    assert_told(
        &found,
        &["NotStarted(JournalUnavailable)", "Canceled(JournalFailed)"],
    );
    assert_all(&found, 784_169);
}

#[test]
fn the_device_in_the_background() {
    let budget = Budget {
        crashes: 1,
        wakes: 1,
        jumps: 1,
        device: 3,
        moves: 1,
        ..Budget::default()
    };
    let found = search("device", &World::new(&[one()], budget), NONE);
    assert_told(&found, &["Undetermined(MaxWait)"]);
    assert_fired(&found, &["Merge", "WatchEnd", "LifeEnd"]);
    assert_all(&found, 310_153);
}

#[test]
fn another_owner_signs_in() {
    let budget = Budget {
        crashes: 1,
        losses: 2,
        wakes: 2,
        owners: 2,
        moves: 1,
        ..Budget::default()
    };
    let found = search("owners", &World::new(&[one()], budget), NONE);
    assert_told(
        &found,
        &["Undetermined(OwnerChanged)", "Canceled(StartClosed)"],
    );
    assert_all(&found, 428_560);
}

/// What nobody looks at for forty days, and again.
#[test]
fn everything_that_grows_old() {
    let budget = Budget {
        crashes: 2,
        ages: 2,
        moves: 1,
        owners: 1,
        device: 1,
        acks: 1,
        ..Budget::default()
    };
    let found = search("age", &World::new(&[one()], budget), NONE);
    assert_told(&found, &["Undetermined(GaveUp)", "Approved"]);
    assert_all(&found, 312_421);
}

#[test]
fn two_attempts_of_the_same_order() {
    let pays = [pay("a", "1", IfBusy::Join), pay("a", "2", IfBusy::Replace)];
    let budget = Budget {
        crashes: 1,
        losses: 1,
        moves: 1,
        acks: 1,
        ..Budget::default()
    };
    let found = search("same order", &World::new(&pays, budget), NONE);
    assert_told(&found, &["Approved", "Declined", "Canceled(ByCustomer)"]);
    assert_all(&found, 180_658);
}

/// Whatever comes first: that deep, or that many states.
#[test]
fn two_attempts_as_far_as_time_allows() {
    let pays = [pay("a", "1", IfBusy::Join), pay("b", "1", IfBusy::Join)];
    let budget = Budget {
        crashes: 1,
        replies: 2,
        any: 2,
        ..Budget::default()
    };
    let limit = Limit {
        states: if is_long() { 5_000_000 } else { 200_000 },
        depth: 14,
    };
    let found = search("two attempts", &World::new(&pays, budget), limit);
    assert_told(&found, &["Approved", "Declined", "Canceled(ByCustomer)"]);
    // In the long form the depth comes first.
    let states = if is_long() { 2_878_479 } else { limit.states };
    assert_eq!(found.states, states, "another number of states");
}
