//! What a customer's decision leads to.

use super::Found;
use crate::backend::Reply;
use crate::journey;
use crate::report::Finding;
use crate::run::{Pending, Run};

/// Klarna's published test customer, Austria.
pub(super) const TO_THE_REVIEW: [&str; 3] = ["phone:+4306762600456", "otp:123456", "option"];
const LARGEST_DETAILS: usize = 8 * 1024;
/// Longer than a backend keeps what it has read at Klarna.
const A_MOMENT_MS: i64 = 3_000;

/// The customer comes to the review page and does one thing there; the link on which the tab left for the app.
pub(super) async fn decide(
    run: &Run,
    payment: &Pending,
    decision: &str,
) -> Result<Option<String>, Finding> {
    let url = run.journey(payment).await?;
    let visitor = run.sandbox()?.open(&run.time, &url).await?;
    visitor.walk(&TO_THE_REVIEW).await?;
    let mut link = visitor.walk(&[decision]).await?;
    // A backend that is no part of the sandbox has its return page elsewhere.
    for _ in 0..5 {
        match &link {
            Some(url) if url.starts_with("http") && !is_of_the_app(url, payment) => {
                link = run.backend.next_page(url).await;
            }
            _ => break,
        }
    }
    Ok(link)
}

fn is_of_the_app(url: &str, payment: &Pending) -> bool {
    let start = |link: &str| link.split('?').next().unwrap_or_default().to_owned();
    [&payment.links.completion, &payment.links.handover]
        .map(|link| start(link))
        .contains(&start(url))
}

pub(super) async fn approved(run: &Run) -> Result<(Pending, Reply), Finding> {
    let payment = run.pending().await?;
    decide(run, &payment, "approve").await?;
    let reply = run.final_word(payment.name()).await?;
    if reply.word() == "approved" {
        return Ok((payment, reply));
    }
    let said = reply.said();
    Finding::broken(format!(
        "a minute after the customer approved, the payment is {said}"
    ))
}

pub(super) async fn word_follows(run: &Run) -> Found {
    approved(run).await?;
    let payment = run.pending().await?;
    decide(run, &payment, "deny").await?;
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
    decide(run, &payment, "abort").await?;
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
    decide(run, &payment, "approve").await?;
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
    let (payment, _) = approved(run).await?;
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
    let (payment, _) = approved(run).await?;
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
    let (_, reply) = approved(run).await?;
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
        let payment = run.pending_of(which).await?;
        let link = decide(run, &payment, "approve").await?;
        if link.as_deref() != Some(&payment.links.completion) {
            let ended = if link.is_some() {
                "on another link"
            } else {
                "on a page"
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
    let url = run.journey(&payment).await?;
    let visitor = run.sandbox()?.open(&run.time, &url).await?;
    visitor.walk(&TO_THE_REVIEW).await?;
    let link = match visitor.walk(&["open-bank", "confirm-in-app"]).await {
        Ok(link) => link,
        // Klarna's pages offer another app only if there is a way back.
        Err(Finding::NotChecked(why)) => {
            return Finding::broken(format!("no way into a bank app and back: {why}"));
        }
        Err(broken) => return Err(broken),
    };
    if link.as_deref() != Some(&payment.links.handover) {
        return Finding::broken(
            "the bank app came back on something else than the app_return_url of the start",
        );
    }
    Ok(())
}
