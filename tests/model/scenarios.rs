//! What is searched: each with its budget of disturbances, and with the least number of states that it has to find.

use klarna_step_up::machine::IfBusy;

use crate::search::{Found, search};
use crate::world::{Budget, Pay, World};

/// More would take longer than a test may.
const MOST: usize = 1_500_000;

fn pay(order: &'static str, content: &'static str, if_busy: IfBusy) -> Pay {
    Pay {
        order,
        content,
        if_busy,
    }
}

fn one() -> [Pay; 1] {
    [pay("a", "1", IfBusy::Join)]
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

/// The gate: a model that lost its inputs would find fewer.
fn assert_states(found: &Found, least: usize) {
    assert!(
        found.states >= least,
        "{} states, expected at least {least}",
        found.states
    );
}

#[test]
fn the_start_lost_and_the_process_ended() {
    let budget = Budget {
        crashes: 1,
        losses: 2,
        late: 1,
        wakes: 2,
        customer: 1,
        ..Budget::default()
    };
    let found = search("start", &World::new(&one(), budget), MOST);
    assert_told(
        &found,
        &[
            "Approved",
            "Declined",
            "Canceled(StartClosed)",
            "Canceled(ByCustomer)",
            "NotStarted(Refused",
            "NotStarted(Unreachable)",
            "Undetermined(StartUnknown)",
        ],
    );
    assert_acted(&found, &["Crash", "StartLost", "StartNotSent", "LateReply"]);
    assert_states(&found, 500_000);
}

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
    let found = search("journey", &World::new(&one(), budget), MOST);
    assert_told(&found, &["Approved", "Declined", "Canceled(NoSurface)"]);
    assert_acted(&found, &["Link", "Closes", "HostBack", "PresenterFails"]);
    assert_states(&found, 690_000);
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
    let mut world = World::new(&one(), budget);
    world.journal_at_once = false;
    let found = search("journal", &world, MOST);
    assert_told(
        &found,
        &["NotStarted(JournalUnavailable)", "Canceled(JournalFailed)"],
    );
    assert_acted(&found, &["WriteFails"]);
    assert_states(&found, 250_000);
}

#[test]
fn the_device_in_the_background() {
    let budget = Budget {
        crashes: 1,
        losses: 1,
        late: 1,
        wakes: 1,
        jumps: 1,
        device: 2,
        moves: 1,
        ..Budget::default()
    };
    let found = search("device", &World::new(&one(), budget), MOST);
    assert_told(&found, &["Undetermined(MaxWait)"]);
    assert_acted(
        &found,
        &["Background", "Foreground", "Network", "LateStatus"],
    );
    assert_states(&found, 550_000);
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
    let found = search("owners", &World::new(&one(), budget), MOST);
    assert_told(
        &found,
        &["Undetermined(OwnerChanged)", "Canceled(StartClosed)"],
    );
    assert_acted(&found, &["Owner", "Crash", "StartLost"]);
    assert_states(&found, 100_000);
}

#[test]
fn two_attempts_of_the_same_order() {
    let pays = [pay("a", "1", IfBusy::Join), pay("a", "2", IfBusy::Replace)];
    let budget = Budget {
        crashes: 1,
        losses: 1,
        wakes: 1,
        moves: 1,
        acks: 1,
        ..Budget::default()
    };
    let found = search("same order", &World::new(&pays, budget), MOST);
    assert_told(&found, &["Approved", "Declined", "Canceled(ByCustomer)"]);
    assert_states(&found, 700_000);
}

#[test]
fn two_attempts_of_different_orders() {
    let pays = [pay("a", "1", IfBusy::Join), pay("b", "1", IfBusy::Join)];
    let budget = Budget {
        crashes: 1,
        losses: 1,
        customer: 1,
        ..Budget::default()
    };
    let found = search("different orders", &World::new(&pays, budget), MOST);
    assert_told(&found, &["Approved", "Declined", "Canceled(ByCustomer)"]);
    assert_states(&found, 250_000);
}
