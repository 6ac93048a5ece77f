//! A person goes through the journeys: is told where to go and what to do there, and says what they saw.

use std::io::BufReader;
use std::os::unix::net::UnixStream;

use stepup_sandbox_conformance::{Checkable, Person, Report, Target, Time, Walk, promises, run};
use stepup_sandbox_control::{OpenedIn, Step, World, WorldConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const WENT: &str = "if it can't be done: ";
const SEEN: &str = "if you can't tell] ";

/// Does what is asked, in front of the sandbox's pages, and tells how the visit ended by the rules of `sees`.
async fn obey(
    world: World,
    mut talk: tokio::net::UnixStream,
    sees: impl Fn(&str, Option<&str>) -> &'static str,
) -> Vec<String> {
    let (mut heard, mut asked, mut ended) = (String::new(), Vec::new(), None);
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = talk.read(&mut bytes).await {
        heard.push_str(std::str::from_utf8(&bytes[..read]).expect("text"));
        let address = heard.lines().rfind(|line| line.starts_with("    "));
        let address = address.map(str::trim).unwrap_or_default().to_owned();
        let answer = if heard.ends_with(WENT) {
            ended = visit(&world, &address, &heard).await;
            ""
        } else if heard.ends_with(SEEN) {
            sees(&address, ended.as_deref())
        } else {
            continue;
        };
        asked.push(std::mem::take(&mut heard));
        let line = format!("{answer}\n");
        talk.write_all(line.as_bytes()).await.expect("said");
    }
    asked
}

async fn visit(world: &World, address: &str, what: &str) -> Option<String> {
    let last: &[&str] = match what {
        _ if what.contains("approve the payment") => &["approve"],
        _ if what.contains("refuse the payment") => &["deny"],
        _ if what.contains("leave without a decision") => &["abort"],
        _ if what.contains("bank's app") => &["open-bank", "confirm-in-app"],
        _ => panic!("what is to be done? {what}"),
    };
    let customers = world.customers();
    let (id, _) = customers
        .open(address, OpenedIn::Browser)
        .await
        .expect("a journey");
    let steps = ["phone:+4306762600456", "otp:123456", "option"];
    let steps: Result<Vec<Step>, _> = steps.iter().chain(last).map(|step| step.parse()).collect();
    let walked = customers.walk(id, &steps.expect("steps")).await;
    let reports = walked.expect("a walk");
    let link = reports.last().expect("a step").happened.app_link();
    link.map(str::to_owned)
}

async fn with_person(
    sees: impl Fn(&str, Option<&str>) -> &'static str + Send + 'static,
) -> (Report, Vec<String>) {
    let world = World::start(WorldConfig::default()).await.expect("a world");
    let (ours, theirs) = UnixStream::pair().expect("a pair");
    theirs.set_nonblocking(true).expect("not blocking");
    let theirs = tokio::net::UnixStream::from_std(theirs).expect("a stream");
    let obeying = tokio::spawn(obey(world.clone(), theirs, sees));
    let hears = BufReader::new(ours.try_clone().expect("two ends"));
    let target = Target::new(world.addresses().backend.clone());
    let walk = Walk::Person(Person::new(hears, ours));
    let only: Vec<String> = promises()
        .into_iter()
        .filter(|promise| promise.checkable == Checkable::WithCustomer)
        .map(|promise| promise.id)
        .collect();
    let report = run(&target, Time::real(), Some(walk), &only, &|_| {}).await;
    let report = report.expect("a report");
    world.stop().await;
    (report, obeying.await.expect("no task fails"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_checks_what_needs_a_customer_in_five_visits() {
    let (report, asked) = with_person(|shown, ended| match ended {
        Some(link) if link == shown => "y",
        _ => "n",
    })
    .await;
    assert_eq!(report.kept().len(), 7, "{report}");
    assert!(report.broken().is_empty(), "{report}");
    let visits = asked.iter().filter(|text| text.ends_with(WENT)).count();
    assert_eq!((visits, asked.len()), (5, 7), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_saw_elsewhere_is_broken_and_what_they_did_not_see_is_not_checked() {
    let (report, _) = with_person(|shown, _| if shown.contains("done") { "n" } else { "" }).await;
    assert_eq!(report.broken(), ["browser-ends-on-the-return-link"]);
    assert_eq!(report.not_checked(), ["handover-link-reaches-klarna"]);
}

#[tokio::test]
async fn where_nobody_answers_nothing_passes() {
    let world = World::start(WorldConfig::default()).await.expect("a world");
    let walk = Walk::Person(Person::new(std::io::empty(), std::io::sink()));
    let target = Target::new(world.addresses().backend.clone());
    let only = ["word-follows-the-customer".to_owned()];
    let report = run(&target, Time::real(), Some(walk), &only, &|_| {}).await;
    let report = report.expect("a report");
    world.stop().await;
    assert_eq!(report.not_checked(), only);
    assert!(report.to_string().contains("nobody answers"), "{report}");
}
