//! What happens while Klarna is slow, fails, or hears two things at once.

use std::future::Future;

use serde_json::{Value, json};

use super::Found;
use super::visit::{Decision, decide};
use crate::backend::Reply;
use crate::journey;
use crate::report::Finding;
use crate::run::{Pending, Run};

/// The promise of a start, in milliseconds.
const ANSWER_MS: i64 = 20_000;
/// Slower than a start may be.
const SLOW_MS: i64 = 25_000;

/// Does `work` while Klarna has `faults`. Whatever comes of it, Klarna is well again afterwards.
pub(super) async fn with_faults<T>(
    run: &Run,
    faults: Value,
    work: impl Future<Output = Result<T, Finding>>,
) -> Result<T, Finding> {
    let sandbox = run.sandbox()?;
    sandbox.set_faults(faults).await?;
    let result = work.await;
    sandbox.set_faults(json!({})).await?;
    result
}

/// Klarna's records since there were `known`: this check's own.
pub(super) async fn records(run: &Run, known: usize) -> Result<Vec<Value>, Finding> {
    let books = run.sandbox()?.klarna_books().await?;
    Ok(books.into_iter().skip(known).collect())
}

pub(super) async fn known(run: &Run) -> Result<usize, Finding> {
    Ok(run.sandbox()?.klarna_books().await?.len())
}

pub(super) fn transactions(records: &[Value]) -> usize {
    let of = |record: &Value| record["transactions"].as_array().map_or(0, Vec::len);
    records.iter().map(of).sum()
}

pub(super) fn is_any(records: &[Value], states: &[&str]) -> bool {
    let state = |record: &Value| record["state"].as_str().unwrap_or_default().to_owned();
    records
        .iter()
        .any(|record| states.contains(&state(record).as_str()))
}

pub(super) async fn no_word_while_unknown(run: &Run) -> Found {
    let before = known(run).await?;
    let payment = run.pending().await?;
    let faults = json!({"second_authorize": {"errors_before": 3}});
    with_faults(run, faults, async {
        let walk = decide(run, &payment, Decision::Approve);
        let (walked, asked) = tokio::join!(walk, ask_while_unknown(run, &payment, before));
        walked?;
        asked
    })
    .await
}

/// The word may become final only once Klarna has said how the second authorize ended.
async fn ask_while_unknown(run: &Run, payment: &Pending, before: usize) -> Found {
    for _ in 0..240 {
        let reply = run.backend.status(payment.name()).await?;
        if reply.is_final() {
            let paid = transactions(&records(run, before).await?);
            let word = reply.word();
            return match (word, paid) {
                ("approved", 1) => Ok(()),
                ("approved", 0) => {
                    Finding::broken("it said approved before the second authorize had succeeded")
                }
                ("approved", _) => Finding::broken(format!("{paid} transactions for one payment")),
                _ => Finding::broken(format!(
                    "it said {word} while the result of the second authorize was unknown"
                )),
            };
        }
        run.time.sleep(500).await;
    }
    Finding::broken("two minutes after the customer approved there is no final word")
}

pub(super) async fn completed_beats_cancel(run: &Run) -> Found {
    let before = known(run).await?;
    let payment = run.pending().await?;
    let faults = json!({"second_authorize": {"delay_ms": 8_000}});
    let canceled: Reply = with_faults(run, faults, async {
        let walk = decide(run, &payment, Decision::Approve);
        let cancel = async {
            for _ in 0..240 {
                if is_any(&records(run, before).await?, &["COMPLETED"]) {
                    // Time for the webhook, not for the second authorize.
                    run.time.sleep(500).await;
                    return run
                        .backend
                        .cancel(&payment.attempt, payment.name(), 1)
                        .await;
                }
                run.time.sleep(250).await;
            }
            Finding::not_checked("the customer did not get to the end of the journey")
        };
        let (walked, canceled) = tokio::join!(walk, cancel);
        walked?;
        canceled
    })
    .await?;
    if canceled.is_final() && canceled.word() != "approved" {
        let said = canceled.said();
        return Finding::broken(format!(
            "a cancel after the customer approved answered {said}"
        ));
    }
    let word = run.final_word(payment.name()).await?;
    let paid = transactions(&records(run, before).await?);
    if word.word() != "approved" || paid != 1 {
        let said = word.said();
        return Finding::broken(format!(
            "approved by the customer, then cancelled: {said}, {paid} transactions"
        ));
    }
    Ok(())
}

pub(super) async fn confirmed_cancel(run: &Run) -> Found {
    let before = known(run).await?;
    let payment = run.pending().await?;
    run.journey(&payment).await?;
    let faults = json!({"request_errors": 1_000});
    let canceled = with_faults(run, faults, async {
        run.backend
            .cancel(&payment.attempt, payment.name(), 1)
            .await
    })
    .await?;
    if canceled.is_final() {
        let said = canceled.said();
        return Finding::broken(format!(
            "Klarna failed to confirm the cancel, and it answered {said}"
        ));
    }
    let word = run.final_word(payment.name()).await?;
    let confirmed = is_any(&records(run, before).await?, &["CANCELED"]);
    if word.word() != "canceled" || !confirmed {
        let said = word.said();
        return Finding::broken(format!(
            "a minute after Klarna could confirm the cancel again, the payment is {said}"
        ));
    }
    Ok(())
}

pub(super) async fn cancel_during_start(run: &Run) -> Found {
    let before = known(run).await?;
    let placing = run.place(0);
    let faults = json!({"first_authorize": {"delay_ms": 5_000}});
    let started = with_faults(run, faults, async {
        let start = run.backend.start(&placing.attempt, &placing.order);
        let cancel = async {
            run.time.sleep(1_000).await;
            run.backend
                .cancel(&placing.attempt, &placing.attempt, 1)
                .await
        };
        let (started, canceled) = tokio::join!(start, cancel);
        canceled?;
        started
    })
    .await?;
    let name = started.payment_id().unwrap_or(&placing.attempt);
    let word = run.final_word(name).await?;
    let open = is_any(
        &records(run, before).await?,
        &["SUBMITTED", "IN_PROGRESS", "COMPLETED"],
    );
    if word.word() != "canceled" || open {
        let (said, left) = (word.said(), if open { "open" } else { "closed" });
        return Finding::broken(format!(
            "cancelled during its start, the payment is {said} a minute later and Klarna's request is {left}"
        ));
    }
    Ok(())
}

pub(super) async fn slow_klarna(run: &Run) -> Found {
    let placing = run.place(0);
    let reply = with_slow_start(run, run.backend.start(&placing.attempt, &placing.order)).await?;
    if reply.took_ms > ANSWER_MS {
        return Finding::broken(format!(
            "with a slow Klarna the start took {} ms",
            reply.took_ms
        ));
    }
    if reply.word() != "pending" {
        let said = reply.said();
        return Finding::broken(format!("with a slow Klarna the start answered {said}"));
    }
    Ok(())
}

pub(super) async fn nothing_undecided(run: &Run) -> Found {
    let placing = run.place(0);
    let first = with_slow_start(run, run.backend.start(&placing.attempt, &placing.order)).await?;
    if journey::address(&first.json).is_some() || first.is_final() {
        return Finding::not_checked("the start was decided when it was answered");
    }
    // Klarna needs SLOW_MS; after that, a backend that saw nothing repeats its call.
    for _ in 0..40 {
        run.time.sleep(1_000).await;
        let name = first.payment_id().unwrap_or(&placing.attempt);
        let status = run.backend.status(name).await?;
        if journey::address(&status.json).is_some() {
            let again = run.backend.start(&placing.attempt, &placing.order).await?;
            return if journey::address(&again.json).is_some() || again.is_final() {
                Ok(())
            } else {
                Finding::broken(
                    "the journey was known, and the repeated start still answered that nothing is decided",
                )
            };
        }
    }
    Finding::not_checked("no journey 40 seconds after a start with a slow Klarna")
}

async fn with_slow_start(
    run: &Run,
    start: impl Future<Output = Result<Reply, Finding>>,
) -> Result<Reply, Finding> {
    // A webhook could bring the journey before the reply does.
    let faults = json!({"first_authorize": {"delay_ms": SLOW_MS}, "webhook": {"drop": true}});
    with_faults(run, faults, start).await
}
