//! A page that throws links at the app.

use std::time::{Duration, Instant};

use klarna_step_up::model::LinkDisposition;

use crate::assert_little_memory;
use crate::backend::{Hostile, Target};
use crate::phone::Phone;

const LINKS: usize = 100_000;

#[test]
fn a_flood_of_links_settles_nothing_and_takes_little() {
    let backend = Hostile::start(Target::Questions, |_, _| {});
    let journal = tempfile::tempdir().expect("a folder");
    let phone = Phone::new(&backend.address, journal.path());
    let (told, _) = phone.pay();
    let attempt = told.attempt.clone().expect("an attempt");
    assert_eq!(phone.shown().attempt, attempt);
    let long = format!("shop://done?x={}", "a".repeat(1_000_000));
    let almost = format!("shop://done?x={}", "%41".repeat(2_700));
    let links = [
        "shop://done".to_owned(),
        "shop://done?stepup=AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        format!("shop://done?{}", "stepup=&".repeat(900)),
        "shop://done?stepup=%".to_owned(),
        "shop://user@done".to_owned(),
        "SHOP://DONE#\u{202e}".to_owned(),
        "klarna://other".to_owned(),
        String::new(),
        long,
        almost,
    ];
    let begun = Instant::now();
    let mut settling = 0;
    for link in links.iter().cycle().take(LINKS) {
        let disposition = phone.client.handle_link(link);
        settling += usize::from(matches!(disposition, LinkDisposition::Completion { .. }));
    }
    assert_eq!(settling, 0, "none of them carries the nonce");
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(phone.outcome_so_far(), None);
    backend.be_honest();
    phone
        .client
        .check_again(attempt)
        .expect("it is still there");
    let outcome = phone.outcome().expect("told");
    assert_eq!(outcome.supersedes, Some(told.id));
    phone.client.shutdown();
    assert_little_memory("links");
}
