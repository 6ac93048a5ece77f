//! What a customer's decision leads to.

use super::Found;
use super::visit::{Decision, Ended, decide};
use crate::backend::Reply;
use crate::journey;
use crate::report::Finding;
use crate::run::{Pending, Run};

const LARGEST_DETAILS: usize = 8 * 1024;
/// Longer than a backend keeps what it has read at Klarna.
const A_MOMENT_MS: i64 = 3_000;

/// A payment that a customer has approved, and the reply that says so.
#[derive(Clone, Debug)]
pub(crate) struct Approved {
    payment: Pending,
    reply: Reply,
    ended: Ended,
    /// Whether that was the start's `return_url`. A person is asked while they still see it.
    on_return_url: Result<bool, Finding>,
}

/// The run's approved payment. A person is sent through the journey once for all that is asked of it.
async fn approved(run: &Run) -> Result<&Approved, Finding> {
    let approve = async {
        let payment = run.pending().await?;
        let ended = decide(run, &payment, Decision::Approve).await?;
        let on_return_url = ended.on(&payment.links.completion).await;
        let reply = run.final_word(payment.name()).await?;
        if reply.word() == "approved" {
            return Ok(Approved {
                payment,
                reply,
                ended,
                on_return_url,
            });
        }
        let said = reply.said();
        Finding::broken(format!(
            "a minute after the customer approved, the payment is {said}"
        ))
    };
    let approved = run.approved.get_or_init(|| approve).await;
    approved.as_ref().map_err(Clone::clone)
}

/// The same for promises about what comes afterwards: that nothing was approved is another promise's matter.
async fn once_approved(run: &Run) -> Result<&Approved, Finding> {
    approved(run).await.map_err(|finding| match finding {
        Finding::Broken(_) => {
            Finding::NotChecked("nothing was approved, see word-follows-the-customer".into())
        }
        not_checked @ Finding::NotChecked(_) => not_checked,
    })
}

pub(super) async fn word_follows(run: &Run) -> Found {
    approved(run).await?;
    let payment = run.pending().await?;
    decide(run, &payment, Decision::Refuse).await?;
    let reply = run.final_word(payment.name()).await?;
    if reply.word() != "declined" {
        let said = reply.said();
        return Finding::broken(format!(
            "a minute after the customer refused, the payment is {said}"
        ));
    }
    Ok(())
}

pub(super) async fn leaving(run: &Run) -> Found {
    let payment = run.pending().await?;
    decide(run, &payment, Decision::Leave).await?;
    run.time.sleep(A_MOMENT_MS).await;
    let reply = run.backend.status(payment.name()).await?;
    if reply.word() != "pending" {
        let said = reply.said();
        return Finding::broken(format!(
            "after the customer left the journey, the payment is {said}"
        ));
    }
    if journey::address(&reply.json).is_none() {
        return Finding::not_checked(
            "the journey is not repeated, see pending-repeats-the-journey",
        );
    }
    decide(run, &payment, Decision::Approve).await?;
    let reply = run.final_word(payment.name()).await?;
    if reply.word() != "approved" {
        let said = reply.said();
        return Finding::broken(format!(
            "the customer came back and approved, but the payment is {said}"
        ));
    }
    Ok(())
}

pub(super) async fn late_cancel(run: &Run) -> Found {
    let Approved { payment, .. } = once_approved(run).await?;
    let reply = run
        .backend
        .cancel(&payment.attempt, payment.name(), 1)
        .await?;
    if reply.http != 200 || reply.word() != "approved" {
        let said = reply.said();
        return Finding::broken(format!("the cancel of an approved payment answered {said}"));
    }
    Ok(())
}

pub(super) async fn paid_order_again(run: &Run) -> Found {
    let Approved { payment, .. } = once_approved(run).await?;
    let again = run.attempt();
    let reply = run.backend.start(&again, &payment.order).await?;
    if reply.word() != "approved" {
        let said = reply.said();
        return Finding::broken(format!("a start for a paid order answered {said}"));
    }
    if reply.payment_id() != payment.reply.payment_id() {
        return Finding::broken("a start for a paid order answered with another payment");
    }
    Ok(())
}

pub(super) async fn details_fit(run: &Run) -> Found {
    let Approved { reply, .. } = once_approved(run).await?;
    let Some(details) = reply.json.get("details") else {
        return Ok(());
    };
    let bytes = details.to_string().len();
    if !details.is_object() || bytes > LARGEST_DETAILS {
        return Finding::broken(format!(
            "`details` is no object of at most 8 KiB ({bytes} bytes)"
        ));
    }
    Ok(())
}

pub(super) async fn return_link(run: &Run) -> Found {
    for which in 0..run.orders() {
        let (ended, on_return_url) = if which == 0 {
            let approved = once_approved(run).await?;
            (approved.ended.clone(), approved.on_return_url.clone())
        } else {
            let payment = run.pending_of(which).await?;
            let ended = decide(run, &payment, Decision::Approve).await?;
            let on_return_url = ended.on(&payment.links.completion).await;
            (ended, on_return_url)
        };
        if !on_return_url? {
            let ended = match ended {
                Ended::On(Some(_)) => "on another link",
                Ended::On(None) => "on a page",
                Ended::Seen(_) => "elsewhere",
            };
            return Finding::broken(format!(
                "the browser ended {ended}, not on the return_url of the start"
            ));
        }
    }
    Ok(())
}

pub(super) async fn handover_link(run: &Run) -> Found {
    let payment = run.pending().await?;
    let ended = decide(run, &payment, Decision::AnotherApp).await?;
    if !ended.on(&payment.links.handover).await? {
        return Finding::broken(
            "the other app came back on something else than the app_return_url of the start",
        );
    }
    Ok(())
}
