//! The app's side of credentials: it answers what the scenario says, also not at all.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use klarna_step_up::host_error::HostError;
use klarna_step_up::model::RequestHeader;
use klarna_step_up::seams::{Credentials, CredentialsCompletion};

use super::quiet::Quiet;
use crate::protocol::CredentialsAnswer;

/// Answers one after the other; the last for ever.
pub(super) struct Purse {
    pub answers: Mutex<Vec<CredentialsAnswer>>,
    pub quiet: Arc<Quiet>,
    /// Completions that are never used. Dropped, they would count as an answer.
    pub unanswered: Mutex<BTreeMap<u64, Arc<CredentialsCompletion>>>,
}

impl Purse {
    fn next(&self) -> Option<CredentialsAnswer> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() > 1 {
            Some(answers.remove(0))
        } else {
            answers.first().cloned()
        }
    }
}

impl Credentials for Purse {
    fn start(
        &self,
        id: u64,
        after_rejection: bool,
        completion: Arc<CredentialsCompletion>,
    ) -> Result<(), HostError> {
        // The observer counted one sending when the request was begun. After a rejection that one is over, and there may be another.
        let begun = &self.quiet.begun;
        match self.next() {
            Some(CredentialsAnswer::Token(token)) => {
                if after_rejection {
                    begun.fetch_add(1, Ordering::SeqCst);
                }
                completion.headers(vec![RequestHeader {
                    name: "Authorization".to_owned(),
                    value: format!("Bearer {token}"),
                }]);
            }
            answer => {
                if !after_rejection {
                    begun.fetch_sub(1, Ordering::SeqCst);
                }
                if answer == Some(CredentialsAnswer::Silence) {
                    self.quiet.withheld.fetch_add(1, Ordering::SeqCst);
                    self.unanswered
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(id, completion);
                    self.quiet.changed();
                } else {
                    completion.not_now();
                }
            }
        }
        Ok(())
    }

    fn cancel(&self, id: u64) -> Result<(), HostError> {
        let given_up = self
            .unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
        if given_up.is_some() {
            self.quiet.withheld.fetch_sub(1, Ordering::SeqCst);
            self.quiet.changed();
        }
        Ok(())
    }
}
