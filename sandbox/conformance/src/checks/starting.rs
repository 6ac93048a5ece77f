//! Starts, and what they promise.

use serde_json::json;

use super::Found;
use crate::journey;
use crate::report::Finding;
use crate::run::Run;

/// The promise, in milliseconds.
const ANSWER_MS: i64 = 20_000;
/// What is asked for a journey that the start did not bring.
const JOURNEY_WITHIN_S: u32 = 30;

pub(super) async fn attempt_names_payment(run: &Run) -> Found {
    let payment = run.pending().await?;
    let by_attempt = run.backend.status(&payment.attempt).await?;
    if by_attempt.word() != "pending" {
        let said = by_attempt.said();
        return Finding::broken(format!(
            "asked by the attempt id it answered {said}, not `pending`"
        ));
    }
    if let Some(id) = payment.reply.payment_id() {
        let by_id = run.backend.status(id).await?;
        if by_id.json["payment_id"] != by_attempt.json["payment_id"] {
            return Finding::broken("attempt id and payment_id lead to different payments");
        }
    }
    let canceled = run
        .backend
        .cancel(&payment.attempt, &payment.attempt, 1)
        .await?;
    if !canceled.is_success() {
        let said = canceled.said();
        return Finding::broken(format!("cancelled by the attempt id it answered {said}"));
    }
    Ok(())
}

pub(super) async fn same_key_same_answer(run: &Run) -> Found {
    let first = run.pending().await?;
    if journey::address(&first.reply.json).is_none() {
        return Finding::not_checked("the start was not decided when it was answered");
    }
    let again = run.backend.start(&first.attempt, &first.order).await?;
    if again.http != first.reply.http {
        let said = again.said();
        return Finding::broken(format!(
            "the repeated start answered {said}, the first `pending`"
        ));
    }
    for field in ["status", "payment_id", "redirect_url"] {
        if again.json.get(field) != first.reply.json.get(field) {
            return Finding::broken(format!(
                "`{field}` of the repeated start differs from the first"
            ));
        }
    }
    for field in ["payment_request_id", "payment_request_url"] {
        if again.json["klarna"].get(field) != first.reply.json["klarna"].get(field) {
            return Finding::broken(format!(
                "`klarna.{field}` of the repeated start differs from the first"
            ));
        }
    }
    Ok(())
}

pub(super) async fn one_open_payment(run: &Run) -> Found {
    let first = run.pending().await?;
    let Some(id) = first.reply.payment_id() else {
        return Finding::not_checked("the start brings no payment_id to compare");
    };
    let second = run.attempt();
    let reply = run.backend.start(&second, &first.order).await?;
    if reply.word() != "pending" {
        let said = reply.said();
        return Finding::broken(format!(
            "a second start of an order with an open payment answered {said}"
        ));
    }
    if reply.payment_id() != Some(id) {
        return Finding::broken(
            "a second start of an order with an open payment made another payment",
        );
    }
    Ok(())
}

pub(super) async fn within_20_seconds(run: &Run) -> Found {
    let placing = run.place(0);
    let reply = run.backend.start(&placing.attempt, &placing.order).await?;
    if reply.took_ms > ANSWER_MS {
        return Finding::broken(format!("the start took {} ms", reply.took_ms));
    }
    Ok(())
}

pub(super) async fn journey_in_a_reply(run: &Run) -> Found {
    for which in 0..run.orders() {
        let payment = run.pending_of(which).await?;
        let mut reply = payment.reply.json.clone();
        for _ in 0..JOURNEY_WITHIN_S {
            if let Some(fault) = journey::fault(&reply, run.backend.is_local()) {
                return Finding::broken(fault);
            }
            if journey::address(&reply).is_some() {
                break;
            }
            run.time.sleep(1_000).await;
            reply = run.backend.status(payment.name()).await?.json;
        }
        if journey::address(&reply).is_none() {
            return Finding::broken(format!(
                "neither the start nor a status question brought a journey within {JOURNEY_WITHIN_S} s"
            ));
        }
    }
    Ok(())
}

pub(super) async fn refused_shape(run: &Run) -> Found {
    let attempt = run.attempt();
    let reply = run.backend.start(&attempt, &json!({})).await?;
    if !reply.is_refusal() {
        let said = reply.said();
        return Finding::broken(format!(
            "an empty order `{{}}` was answered with {said}, not with a 4xx `refused`"
        ));
    }
    if !reply.json["reason"].is_string() {
        return Finding::broken("the refusal has no `reason`");
    }
    let later = run.backend.status(&attempt).await?;
    if matches!(later.word(), "pending" | "approved") {
        return Finding::broken(format!("a refused start is {} afterwards", later.said()));
    }
    Ok(())
}

pub(super) async fn unknown_fields_ignored(run: &Run) -> Found {
    let mut placing = run.place(0);
    placing.order["stepup_conformance_extra"] = json!({"unknown": [true]});
    let reply = run.backend.start(&placing.attempt, &placing.order).await?;
    if !reply.is_success() {
        let said = reply.said();
        return Finding::broken(format!(
            "an order with one more field was answered with {said}"
        ));
    }
    Ok(())
}
