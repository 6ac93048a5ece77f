//! Status questions.

use super::Found;
use crate::backend::Reply;
use crate::journey;
use crate::report::Finding;
use crate::run::{Pending, Run};

/// Seconds that a question without news has to last.
const WAIT_S: i64 = 3;
/// Seconds of a question that news is to end.
const LONG_WAIT_S: i64 = 20;
/// What answer and network may add, in milliseconds.
const SLACK_MS: i64 = 5_000;
/// "As soon as", in milliseconds.
const SOON_MS: i64 = 3_000;

const NO_VERSION: &str =
    "the backend sends no `version`, so apps ask by schedule: slower, but allowed";

pub(super) async fn journey_is_repeated(run: &Run) -> Found {
    for which in 0..run.orders() {
        let payment = run.pending_of(which).await?;
        run.journey(&payment).await?;
        let reply = run.backend.status(payment.name()).await?;
        if reply.word() != "pending" {
            return Finding::not_checked(format!(
                "the payment is {} before anybody came",
                reply.said()
            ));
        }
        if journey::address(&reply.json).is_none() {
            return Finding::broken("a status question about a pending payment brought no journey");
        }
    }
    Ok(())
}

pub(super) async fn version_grows(run: &Run) -> Found {
    let payment = run.pending().await?;
    let mut known = versioned(run, &payment).await?.1;
    let canceled = run
        .backend
        .cancel(&payment.attempt, payment.name(), 1)
        .await?;
    let later = run.backend.status(payment.name()).await?;
    let mut word = "pending".to_owned();
    for reply in [canceled, later] {
        let Some(version) = reply.version() else {
            return Finding::broken(format!(
                "{} came without the `version` that others had",
                reply.said()
            ));
        };
        if version < known {
            return Finding::broken(format!("version {version} came after version {known}"));
        }
        if version == known && reply.word() != word {
            return Finding::broken(format!(
                "version {version} was `{word}` and then `{}`",
                reply.word()
            ));
        }
        known = version;
        reply.word().clone_into(&mut word);
    }
    Ok(())
}

pub(super) async fn wait_answers_on_change(run: &Run) -> Found {
    let payment = run.pending().await?;
    let (_, known) = versioned(run, &payment).await?;
    let name = payment.name();
    let question = run.backend.wait(name, LONG_WAIT_S, known);
    let change = async {
        run.time.sleep(500).await;
        let begin = run.time.now_ms();
        let canceled = run.backend.cancel(&payment.attempt, name, 1).await?;
        Ok::<_, Finding>((begin, canceled))
    };
    let (answer, changed) = tokio::join!(question, change);
    let (answer, (begin, canceled)) = (answer?, changed?);
    if answer.at_ms < begin {
        return Finding::not_checked("`wait` was answered before anything changed, see wait-lasts");
    }
    if canceled.version() == Some(known) {
        return Finding::not_checked("a cancel did not change the version");
    }
    let late = answer.at_ms - canceled.at_ms;
    if late > SOON_MS {
        return Finding::broken(format!("the answer came {late} ms after the change"));
    }
    if !answer.is_success() || answer.version() == Some(known) {
        let said = answer.said();
        return Finding::broken(format!(
            "the change was answered with {said} of the old version"
        ));
    }
    let at_once = run.backend.wait(name, LONG_WAIT_S, known).await?;
    if at_once.took_ms > SOON_MS {
        let took = at_once.took_ms;
        return Finding::broken(format!(
            "a question that was behind already waited {took} ms"
        ));
    }
    Ok(())
}

pub(super) async fn wait_lasts(run: &Run) -> Found {
    let payment = run.pending().await?;
    let (_, mut known) = versioned(run, &payment).await?;
    for _ in 0..3 {
        let reply = run.backend.wait(payment.name(), WAIT_S, known).await?;
        if !reply.is_success() {
            return Finding::broken(format!("a wait without news ended with {}", reply.said()));
        }
        match reply.version() {
            // Something did change; once more.
            Some(version) if version != known => known = version,
            _ => return lasted(&reply),
        }
    }
    Finding::not_checked("the version never stood still")
}

fn lasted(reply: &Reply) -> Found {
    let took = reply.took_ms;
    // Apps take a backend for one that can't wait when it answers within half the time.
    if took < WAIT_S * 500 {
        return Finding::broken(format!(
            "`wait={WAIT_S}` without news was answered after {took} ms"
        ));
    }
    if took > WAIT_S * 1_000 + SLACK_MS {
        return Finding::broken(format!("`wait={WAIT_S}` without news took {took} ms"));
    }
    Ok(())
}

pub(super) async fn unknown_is_404(run: &Run) -> Found {
    // Never started, never cancelled.
    let name = run.place(0).attempt;
    let reply = run.backend.status(&name).await?;
    if reply.http != 404 {
        return Finding::broken(format!(
            "an unknown attempt was answered with {}",
            reply.said()
        ));
    }
    if reply.json.get("status").is_some() {
        return Finding::broken("the 404 has a `status`, which could be taken for a word");
    }
    Ok(())
}

/// The payment as it stands and its version, once it has come to rest.
async fn versioned(run: &Run, payment: &Pending) -> Result<(Reply, i64), Finding> {
    run.journey(payment).await?;
    let reply = run.backend.status(payment.name()).await?;
    match reply.version() {
        Some(version) => Ok((reply, version)),
        None if payment.reply.version().is_none() => Finding::not_checked(NO_VERSION),
        None => Finding::broken("the start brought a `version`, the status question none"),
    }
}
