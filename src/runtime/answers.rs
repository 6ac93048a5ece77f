//! What an answer comes to: the machine's input. A journey that may not be opened is taken out of it.

use super::event_loop::Loop;
use super::requests::{Purpose, Request};
use crate::hosts::check_journey_url;
use crate::machine::Input;
use crate::reply::{StartAnswer, StatusAnswer, StatusFailure, StatusReply, read_start};
use crate::seams::{StatusProblem, StatusWord};

impl Loop {
    pub fn answered(&mut self, number: u64, answer: Option<Result<StatusWord, StatusProblem>>) {
        let Some(request) = self.requests.open.remove(&number) else {
            return;
        };
        let answer = match answer {
            Some(Ok(word)) => StatusAnswer::Reply(StatusReply {
                word: Some(word.word),
                reason: word.reason.map(|reason| {
                    reason
                        .chars()
                        .filter(|letter| !letter.is_control())
                        .take(256)
                        .collect()
                }),
                version: None,
                expires_at_ms: None,
                expires_in_ms: None,
                payment_id: None,
                journey: None,
                klarna_state: None,
                details: word
                    .details
                    .filter(|details| details.len() <= crate::reply::MAX_DETAILS),
            }),
            Some(Err(StatusProblem::NotFound)) => StatusAnswer::Failed(StatusFailure::NotFound),
            Some(Err(StatusProblem::Failed)) | None => {
                StatusAnswer::Failed(StatusFailure::MaybeSent)
            }
        };
        self.status_known(&request, answer, None, None);
    }

    pub fn status_known(
        &mut self,
        request: &Request,
        answer: StatusAnswer,
        date: Option<i64>,
        retry_after: Option<u64>,
    ) {
        let input = match (&request.purpose, answer) {
            (Purpose::Cancel { .. }, StatusAnswer::Failed(failure)) => Input::CancelFailed {
                failure,
                retry_after,
            },
            (Purpose::Ask { number, .. }, answer) => {
                let (answer, forbidden) = self.permitted(answer);
                Input::Status {
                    number: *number,
                    answer,
                    forbidden,
                    date,
                    retry_after,
                }
            }
            (_, answer) => {
                let (answer, forbidden) = self.permitted(answer);
                Input::Status {
                    number: 0,
                    answer,
                    forbidden,
                    date,
                    retry_after,
                }
            }
        };
        self.drive(&request.attempt, input);
    }

    /// Reads the answer to a start, whoever sent it.
    pub fn start_reply(
        &mut self,
        status: u16,
        body: &[u8],
        date: Option<i64>,
        retry_after: Option<u64>,
    ) -> Input {
        let answer = read_start(status, body, &self.settings.words);
        let (answer, forbidden) = match answer {
            StartAnswer::Reply(reply) => {
                let (reply, forbidden) = self.permitted_reply(reply);
                (StartAnswer::Reply(reply), forbidden)
            }
            other => (other, false),
        };
        Input::Reply {
            answer,
            forbidden,
            date,
            retry_after,
        }
    }

    fn permitted(&mut self, answer: StatusAnswer) -> (StatusAnswer, bool) {
        match answer {
            StatusAnswer::Reply(reply) => {
                let (reply, forbidden) = self.permitted_reply(reply);
                (StatusAnswer::Reply(reply), forbidden)
            }
            failed @ StatusAnswer::Failed(_) => (failed, false),
        }
    }

    /// Drops a journey that may not be opened, and says so.
    fn permitted_reply(&mut self, mut reply: StatusReply) -> (StatusReply, bool) {
        let Some(journey) = &reply.journey else {
            return (reply, false);
        };
        let settings = &self.settings;
        let checked = check_journey_url(
            journey.url.expose(),
            journey.kind,
            &settings.environment,
            &settings.redirect_hosts,
        );
        if checked.is_ok() {
            return (reply, false);
        }
        reply.journey = None;
        (reply, true)
    }
}
