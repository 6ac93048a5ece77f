//! What a phone is told.

use serde::Deserialize;
use stepup_sandbox_scenarios::protocol::Report;

use super::Program;
use crate::door::Place;

/// What a phone is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// By the page.
    Act(Act),
    /// By this process of the app.
    Heard(u32, Box<Report>),
    /// This process of the app has ended.
    Ended(u32),
    /// This page is shown there now.
    Shown(Place, String),
    /// The page there wants this opened, which is no page of the journey.
    Open(Place, String),
    /// The page there leads to a page that another app takes.
    Hop(Program, String),
    /// Links that were kept back are due.
    Due(Vec<String>, Place),
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// Taps an app's icon, or its card in the switcher.
    Tap {
        /// Which.
        app: Program,
    },
    /// Goes to the home screen.
    Home,
    /// Opens the app switcher.
    Switcher,
    /// Swipes an app away in it.
    SwipeAway {
        /// Which.
        app: Program,
    },
    /// Pays what is in the basket.
    Pay,
    /// Fills a new basket.
    NewBasket,
    /// Goes on with an unfinished payment.
    Resume {
        /// Its attempt.
        attempt: String,
    },
    /// *Continue*.
    Reopen,
    /// *Use another method*.
    Abandon {
        /// Its attempt.
        attempt: String,
    },
    /// Asks again.
    CheckAgain {
        /// Its attempt.
        attempt: String,
    },
    /// Closes Klarna's page.
    CloseTab,
    /// Makes it small.
    MinimiseTab,
    /// And large again.
    RestoreTab,
    /// Answers what the system asks.
    Answer {
        /// How.
        yes: bool,
    },
    /// Presses a switch.
    Switch {
        /// Which.
        id: String,
    },
    /// Opens a link on the phone, as from a message.
    OpenLink {
        /// The link.
        uri: String,
    },
}
