//! Cancels.

use super::Found;
use crate::backend::{Reply, WORDS};
use crate::report::Finding;
use crate::run::{Pending, Run};

pub(super) async fn unknown_is_closed(run: &Run) -> Found {
    let attempt = run.attempt();
    let reply = run.backend.cancel(&attempt, &attempt, 1).await?;
    if reply.word() != "canceled" {
        let said = reply.said();
        return Finding::broken(format!("the cancel of an unknown attempt answered {said}"));
    }
    let later = run.backend.status(&attempt).await?;
    let other_word = WORDS.contains(&later.word()) && later.word() != "canceled";
    if !later.is_success() || other_word {
        let said = later.said();
        return Finding::broken(format!("after its cancel, an unknown attempt is {said}"));
    }
    Ok(())
}

pub(super) async fn closed_cannot_start(run: &Run) -> Found {
    let placing = run.place(0);
    let closed = run
        .backend
        .cancel(&placing.attempt, &placing.attempt, 1)
        .await?;
    if closed.word() != "canceled" {
        return Finding::not_checked(
            "an unknown attempt can't be cancelled, see unknown-cancel-closes",
        );
    }
    let reply = run.backend.start(&placing.attempt, &placing.order).await?;
    if !reply.is_refusal() {
        let said = reply.said();
        return Finding::broken(format!(
            "the start of a cancelled attempt answered {said}, not a 4xx `refused`"
        ));
    }
    Ok(())
}

pub(super) async fn twice(run: &Run) -> Found {
    let (payment, first) = canceled(run).await?;
    for number in [2, 1] {
        let again = run
            .backend
            .cancel(&payment.attempt, payment.name(), number)
            .await?;
        if again.http != first.http || again.word() != first.word() {
            let (said, before) = (again.said(), first.said());
            return Finding::broken(format!(
                "the first cancel answered {before}, a further one {said}"
            ));
        }
    }
    Ok(())
}

pub(super) async fn word_stays(run: &Run) -> Found {
    let (payment, canceled) = canceled(run).await?;
    for _ in 0..3 {
        let reply = run.backend.status(payment.name()).await?;
        if reply.word() != canceled.word() {
            let said = reply.said();
            return Finding::broken(format!(
                "the word was `{}`, later it is {said}",
                canceled.word()
            ));
        }
        run.time.sleep(500).await;
    }
    Ok(())
}

/// A payment that was called off, and the reply that says so.
pub(super) async fn canceled(run: &Run) -> Result<(Pending, Reply), Finding> {
    let payment = run.pending().await?;
    let mut reply = run
        .backend
        .cancel(&payment.attempt, payment.name(), 1)
        .await?;
    if reply.word() == "pending" {
        reply = run.final_word(payment.name()).await?;
    }
    if reply.is_final() {
        return Ok((payment, reply));
    }
    let said = reply.said();
    Finding::broken(format!(
        "a cancel before the customer came answered {said}, and no final word followed within a minute"
    ))
}
