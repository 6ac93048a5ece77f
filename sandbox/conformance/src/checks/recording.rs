//! What a backend has to have written down, and what it may say before Klarna has answered its first authorize.

use serde_json::json;

use super::Found;
use super::serialising::{is_any, known, records, transactions, with_faults};
use crate::backend::Reply;
use crate::journey;
use crate::report::Finding;
use crate::run::{Placing, Run};

/// Long enough for a look and a kill between Klarna's decision and its reply.
const KLARNA_WORKS_MS: i64 = 8_000;
/// How long a look for what was just written may take (a replica that lags), in quarters of a second.
const LOOKS: u32 = 20;
const NO_RESTART: &str =
    "the attempt is readable while Klarna works; whether it survives needs --restart COMMAND";

pub(super) async fn before_klarna(run: &Run) -> Found {
    attempts_are_names(run).await?;
    let before = known(run).await?;
    let placing = run.place(0);
    let faults =
        json!({"first_authorize": {"delay_ms": KLARNA_WORKS_MS}, "webhook": {"drop": true}});
    with_faults(run, faults, async {
        let start = run.backend.start(&placing.attempt, &placing.order);
        let interrupted = async {
            readable_while_klarna_works(run, &placing, before).await?;
            run.restart_backend().await
        };
        // The answer to the start is lost with the process.
        let (_, interrupted) = tokio::join!(start, interrupted);
        interrupted
    })
    .await?;
    if !run.can_restart() {
        return Finding::not_checked(NO_RESTART);
    }
    still_known(run, &placing, before).await
}

/// Whether what was recorded could be seen at all.
async fn attempts_are_names(run: &Run) -> Found {
    let payment = run.pending().await?;
    let reply = run.backend.status(&payment.attempt).await?;
    if !reply.is_success() {
        return Finding::not_checked("no attempt id names a payment, see attempt-names-payment");
    }
    Ok(())
}

async fn readable_while_klarna_works(run: &Run, placing: &Placing, before: usize) -> Found {
    for _ in 0..LOOKS {
        if !records(run, before).await?.is_empty() {
            break;
        }
        run.time.sleep(250).await;
    }
    let mut reply = run.backend.status(&placing.attempt).await?;
    for _ in 0..LOOKS {
        if reply.word() == "pending" {
            return Ok(());
        }
        run.time.sleep(250).await;
        reply = run.backend.status(&placing.attempt).await?;
    }
    let said = reply.said();
    Finding::broken(format!(
        "Klarna had decided the first authorize, and a question by the attempt id was answered with {said}"
    ))
}

async fn still_known(run: &Run, placing: &Placing, before: usize) -> Found {
    let reply = run.backend.status(&placing.attempt).await?;
    if !reply.is_success() {
        let said = reply.said();
        return Finding::broken(format!(
            "killed between Klarna's decision and its own write, it answers {said} about the attempt"
        ));
    }
    let reply = decided(run, placing).await?;
    let made = records(run, before).await?.len();
    if made != 1 {
        return Finding::broken(format!(
            "killed between Klarna's decision and its own write, it made {made} payment requests for one start"
        ));
    }
    if journey::address(&reply.json).is_none() && reply.word() != "approved" {
        let said = reply.said();
        return Finding::broken(format!(
            "40 s after it was killed and started again the payment has no journey: {said}"
        ));
    }
    Ok(())
}

pub(super) async fn failed_means_no_money(run: &Run) -> Found {
    let before = known(run).await?;
    let placing = run.place(0);
    let faults = json!({"first_authorize": {"errors_after": 2}, "webhook": {"drop": true}});
    let said = with_faults(run, faults, async {
        let started = run.backend.start(&placing.attempt, &placing.order).await?;
        let has_journey = journey::address(&started.json).is_some();
        if has_journey || started.is_refusal() || started.is_final() {
            return Ok(started);
        }
        decided(run, &placing).await
    })
    .await?;
    if said.word() == "approved" || journey::address(&said.json).is_some() {
        return Ok(());
    }
    let records = records(run, before).await?;
    let open = is_any(&records, &["SUBMITTED", "IN_PROGRESS", "COMPLETED"]);
    let gave_up = said.is_refusal() || said.is_final();
    match (gave_up, open || transactions(&records) > 0) {
        (true, true) => {
            let said = said.said();
            Finding::broken(format!(
                "Klarna had decided, but answered 500 twice: {said}, while Klarna has an open or approved payment"
            ))
        }
        (true, false) => Ok(()),
        (false, _) => Finding::not_checked("40 s after Klarna's 500 nothing was decided"),
    }
}

/// Asks for up to 40 seconds until there is a journey or a final word, and then by repeating the start.
async fn decided(run: &Run, placing: &Placing) -> Result<Reply, Finding> {
    for _ in 0..40 {
        let reply = run.backend.status(&placing.attempt).await?;
        if reply.is_final() || journey::address(&reply.json).is_some() {
            return Ok(reply);
        }
        run.time.sleep(1_000).await;
    }
    run.backend.start(&placing.attempt, &placing.order).await
}
