use super::*;

#[test]
fn every_name_reads_back_as_itself() {
    for name in [
        "lose-request",
        "lose-reply",
        "status:503",
        "status:429:7",
        "reply-status:502",
        "delay-ms:1500",
        "delay-reply-ms:0",
        "stall",
        "stall-reply",
        "garbage",
        "oversize",
        "redirect",
        "double",
        "ignore-wait",
    ] {
        let kind: FaultKind = name.parse().expect("a documented name");
        assert_eq!(kind.to_string(), name);
    }
    assert_eq!(
        "retry-after:9".parse(),
        Ok(FaultKind::Status {
            code: 503,
            retry_after: Some(9)
        })
    );
}

#[test]
fn a_misspelt_fault_is_refused_rather_than_never_hit() {
    for name in [
        "",
        "lose",
        "lose-reply:1",
        "status",
        "status:abc",
        "status:99",
        "status:700",
        "delay-ms",
        "delay-ms:-1",
        "retry-after:x",
    ] {
        assert!(name.parse::<FaultKind>().is_err(), "{name}");
    }
}

#[test]
fn skips_then_strikes_as_often_as_asked() {
    let faults = Faults::default();
    let set = faults.set(
        Fault::new(FaultKind::Garbage)
            .at(Endpoint::Status)
            .after(1)
            .times(2),
    );
    let struck: Vec<bool> = (0..5)
        .map(|_| faults.strike(Endpoint::Status, false).is_some())
        .collect();
    assert_eq!(struck, [false, true, true, false, false]);
    assert!(faults.strike(Endpoint::Start, false).is_none());
    let report = faults.reports().remove(0);
    assert_eq!((report.id, report.hits, report.active), (set.id, 2, false));
}

#[test]
fn ignore_wait_is_hit_only_by_a_question_that_waits() {
    let faults = Faults::default();
    faults.set(Fault::new(FaultKind::IgnoreWait).until_cleared());
    assert!(faults.strike(Endpoint::Status, false).is_none());
    assert!(faults.strike(Endpoint::Status, true).is_some());
    faults.clear_all();
    assert!(faults.strike(Endpoint::Status, true).is_none());
    assert_eq!(faults.reports().remove(0).hits, 1);
}

#[test]
fn json_tells_once_from_for_ever() {
    let once: Fault = serde_json::from_str(r#"{"fault":"stall"}"#).expect("valid");
    assert_eq!(once.times, Some(1));
    let always: Fault =
        serde_json::from_str(r#"{"fault":"stall","times":null,"endpoint":"cancel"}"#)
            .expect("valid");
    assert_eq!(
        (always.times, always.endpoint),
        (None, Some(Endpoint::Cancel))
    );
    assert!(serde_json::from_str::<Fault>(r#"{"fault":"stall","time":2}"#).is_err());
}
