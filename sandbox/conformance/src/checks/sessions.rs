//! Whose payments they are.

use super::Found;
use crate::backend::Reply;
use crate::caller::Caller;
use crate::report::Finding;
use crate::run::{Pending, Run};

const NO_SESSION: &str = "no session was given (--header)";
const NO_OTHER_SESSION: &str = "no other customer's session was given (--other-header)";

/// 401 and 403 say why, 404 says nothing; all of them give nothing away.
fn refused(reply: &Reply) -> bool {
    matches!(reply.http, 401 | 403 | 404)
}

pub(super) async fn status_needs_session(run: &Run) -> Found {
    if !run.backend.has_session() {
        return Finding::not_checked(NO_SESSION);
    }
    let payment = run.pending().await?;
    let reply = run
        .backend
        .status_as(Caller::Nobody, payment.name())
        .await?;
    if !refused(&reply) {
        let said = reply.said();
        return Finding::broken(format!(
            "a status question without a session was answered with {said}"
        ));
    }
    Ok(())
}

pub(super) async fn cancel_needs_session(run: &Run) -> Found {
    if !run.backend.has_session() {
        return Finding::not_checked(NO_SESSION);
    }
    let payment = run.pending().await?;
    let reply = cancel(run, Caller::Nobody, &payment).await?;
    if !refused(&reply) {
        let said = reply.said();
        return Finding::broken(format!(
            "a cancel without a session was answered with {said}"
        ));
    }
    still_pending(run, &payment).await
}

pub(super) async fn own_payments_only(run: &Run) -> Found {
    if !run.backend.has_other_session() {
        return Finding::not_checked(NO_OTHER_SESSION);
    }
    let payment = run.pending().await?;
    for name in [payment.name(), &payment.attempt] {
        let reply = run.backend.status_as(Caller::Other, name).await?;
        if !refused(&reply) {
            let said = reply.said();
            return Finding::broken(format!(
                "another customer's status question was answered with {said}"
            ));
        }
    }
    let reply = cancel(run, Caller::Other, &payment).await?;
    if !refused(&reply) {
        let said = reply.said();
        return Finding::broken(format!(
            "another customer's cancel was answered with {said}"
        ));
    }
    still_pending(run, &payment).await
}

async fn cancel(run: &Run, caller: Caller, payment: &Pending) -> Result<Reply, Finding> {
    let (attempt, name) = (&payment.attempt, payment.name());
    run.backend.cancel_as(caller, attempt, name, 1).await
}

async fn still_pending(run: &Run, payment: &Pending) -> Found {
    let reply = run.backend.status(payment.name()).await?;
    if reply.word() != "pending" {
        let said = reply.said();
        return Finding::broken(format!("after a refused cancel the payment is {said}"));
    }
    Ok(())
}
