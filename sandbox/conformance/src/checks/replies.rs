//! What holds for every reply that the run has seen.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Found;
use crate::backend::{Seen, WORDS};
use crate::report::Finding;
use crate::run::Run;

/// Apps read no more.
const LARGEST_REPLY: usize = 64 * 1024;

pub(super) async fn known_words(run: &Run) -> Found {
    each(run, |Seen { reply, .. }| {
        let unknown = reply.is_success() && !WORDS.contains(&reply.word());
        unknown.then(|| format!("`status` is not one of the six words: {}", reply.said()))
    })
}

pub(super) async fn size(run: &Run) -> Found {
    each(run, |Seen { reply, .. }| {
        let large = reply.bytes > LARGEST_REPLY;
        large.then(|| format!("a reply of {} bytes", reply.bytes))
    })
}

pub(super) async fn date(run: &Run) -> Found {
    each(run, |Seen { reply, .. }| match reply.date.as_deref() {
        None => Some("a reply without a Date header".into()),
        Some(date) => httpdate::parse_http_date(date)
            .is_err()
            .then(|| "a Date header that is no HTTP date".into()),
    })
}

pub(super) async fn expires_at(run: &Run) -> Found {
    let given = run
        .backend
        .log()
        .iter()
        .any(|seen| !seen.reply.json["expires_at"].is_null());
    if !given {
        return Finding::not_checked("no reply had an `expires_at`; apps then assume three hours");
    }
    each(run, |Seen { reply, .. }| {
        let value = reply
            .json
            .get("expires_at")
            .filter(|value| !value.is_null())?;
        let time = value
            .as_str()
            .map(|text| OffsetDateTime::parse(text, &Rfc3339));
        (!matches!(time, Some(Ok(_)))).then(|| format!("`expires_at` is {value}"))
    })
}

fn each(run: &Run, fault: impl Fn(&Seen) -> Option<String>) -> Found {
    let log = run.backend.log();
    match log.iter().find_map(|seen| Some((seen, fault(seen)?))) {
        Some((seen, fault)) => Finding::broken(format!("{}: {fault}", seen.question)),
        None => Ok(()),
    }
}
