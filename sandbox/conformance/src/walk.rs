//! Who goes through the journey.

use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::report::Finding;
use crate::sandbox::Sandbox;

/// Who walks the journeys of a run.
#[derive(Clone, Debug)]
pub enum Walk {
    /// The sandbox's scripted customers, in front of the sandbox's own pages. Klarna can be made slow and faulty, too.
    Scripted(Sandbox),
    /// A person, in front of whatever pages the backend leads to.
    Person(Person),
}

/// Somebody who reads what is to be done, does it on a phone or in a browser, and says so.
#[derive(Clone)]
pub struct Person(Arc<Mutex<Talk>>);

struct Talk {
    hears: Box<dyn BufRead + Send>,
    says: Box<dyn Write + Send>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person")
    }
}

impl Person {
    /// Who sits at this process's standard input. Standard output stays free for the report.
    #[must_use]
    pub fn at_the_terminal() -> Self {
        Self::new(BufReader::new(io::stdin()), io::stderr())
    }

    /// Somebody else.
    #[must_use]
    pub fn new(hears: impl BufRead + Send + 'static, says: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Talk {
            hears: Box::new(hears),
            says: Box::new(says),
        })))
    }

    /// Shows a journey and what to do there; comes back when it was done.
    pub(crate) async fn goes(&self, url: &str, what: &str) -> Result<(), Finding> {
        let text = format!(
            "\n{what}\n\n    {url}\n\nPress Enter when that is done, or type `skip` if it can't be done: "
        );
        match self.asked(text).await?.as_str() {
            "skip" => Finding::not_checked("skipped by the person in the journey"),
            _ => Ok(()),
        }
    }

    /// A question that is answered by yes or no.
    pub(crate) async fn saw(&self, what: &str) -> Result<bool, Finding> {
        let text = format!("{what} [y/n, or Enter if you can't tell] ");
        match self.asked(text).await?.as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Finding::not_checked("the person in the journey could not tell"),
        }
    }

    async fn asked(&self, text: String) -> Result<String, Finding> {
        let talk = Arc::clone(&self.0);
        let answer = tokio::task::spawn_blocking(move || {
            let mut talk = talk.lock().unwrap_or_else(PoisonError::into_inner);
            talk.says.write_all(text.as_bytes())?;
            talk.says.flush()?;
            let mut line = String::new();
            let read = talk.hears.read_line(&mut line)?;
            io::Result::Ok((read > 0).then(|| line.trim().to_lowercase()))
        });
        match answer.await {
            Ok(Ok(Some(line))) => Ok(line),
            _ => Finding::not_checked("nobody answers: --person needs a terminal"),
        }
    }
}
