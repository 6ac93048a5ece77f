//! What is on the glass: apps, the surface over the shop, the system's questions.

use std::fmt;

use serde::Deserialize;
use stepup_sandbox_scenarios::protocol::{Command, SurfaceName};

use super::Phone;
use crate::door::Place;
use crate::timeline::Lane;

/// An app on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// The shop's.
    Shop,
    /// Klarna's.
    Klarna,
    /// The bank's.
    Bank,
    /// The browser.
    Browser,
}

impl Program {
    /// All of them, as the home screen shows them.
    pub const ALL: [Self; 4] = [Self::Shop, Self::Klarna, Self::Bank, Self::Browser];

    /// As the page says it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Klarna => "klarna",
            Self::Bank => "bank",
            Self::Browser => "browser",
        }
    }

    /// What shows its pages; the shop has none of its own.
    #[must_use]
    pub const fn place(self) -> Place {
        match self {
            Self::Shop => Place::Tab,
            Self::Klarna => Place::Klarna,
            Self::Bank => Place::Bank,
            Self::Browser => Place::Browser,
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shop => "Shop",
            Self::Klarna => "Klarna",
            Self::Bank => "Harbour Bank",
            Self::Browser => "Browser",
        })
    }
}

/// What is in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// The home screen.
    Home,
    /// The app switcher.
    Switcher,
    /// An app; the shop with its tab over it, if it has one.
    App(Program),
}

/// A journey over the shop, in its own task.
#[derive(Clone, Debug)]
pub struct Tab {
    /// The attempt.
    pub attempt: String,
    /// The presentation.
    pub number: u32,
    /// What kind it is.
    pub surface: SurfaceName,
    /// The app lies over it.
    pub minimised: bool,
    /// Its app was killed under it.
    pub orphan: bool,
}

/// What the system asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// May an authentication session begin?
    Consent,
    /// May this page open an app by this link?
    OpenIn {
        /// The page's place.
        from: Place,
        /// The link.
        uri: String,
    },
}

/// A page that is loaded somewhere.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Path and query of what it shows.
    pub path: String,
    /// Grows whenever the phone itself opens something there.
    pub generation: u64,
}

/// For people.
#[must_use]
pub const fn surface_name(surface: SurfaceName) -> &'static str {
    match surface {
        SurfaceName::KlarnaApp => "the Klarna app",
        SurfaceName::AuthSession => "an authentication session",
        SurfaceName::AuthTab => "an Auth Tab",
        SurfaceName::CustomTab => "a Custom Tab",
        SurfaceName::Browser => "the browser",
        SurfaceName::Custom => "an adapter of its own",
    }
}

impl Phone {
    /// Loads a page somewhere; `path` with its query.
    pub(super) fn load(&mut self, place: Place, path: String) {
        let frame = self.frames.entry(place).or_default();
        frame.path = path;
        frame.generation += 1;
    }

    /// The core asked for a journey to be shown.
    pub(super) async fn present(
        &mut self,
        attempt: String,
        number: u32,
        surface: SurfaceName,
        url: &str,
    ) {
        let Ok(url) = url::Url::parse(url) else {
            return;
        };
        let mut path = url.path().to_owned();
        if let Some(query) = url.query() {
            path = format!("{path}?{query}");
        }
        let shown = format!("opens Klarna's page in {}", surface_name(surface));
        self.note(Lane::Phone, "shown", shown);
        "Klarna's page opens".clone_into(&mut self.say);
        match surface {
            SurfaceName::KlarnaApp => {
                let sign = if path.contains('?') { '&' } else { '?' };
                self.load(Place::Klarna, format!("{path}{sign}via=klarna-app"));
                self.go(Front::App(Program::Klarna)).await;
            }
            SurfaceName::Browser => {
                self.load(Place::Browser, path);
                self.go(Front::App(Program::Browser)).await;
            }
            _ => {
                self.load(Place::Tab, path);
                self.tab = Some(Tab {
                    attempt,
                    number,
                    surface,
                    minimised: false,
                    orphan: false,
                });
                if surface == SurfaceName::AuthSession && self.device.asks_consent {
                    self.ask = Some(Ask::Consent);
                    self.note(
                        Lane::Phone,
                        "asks-consent",
                        "asks whether the session may begin",
                    );
                }
            }
        }
    }

    /// The core wants it gone.
    pub(super) fn dismiss(&mut self, number: u32) {
        if self.tab.as_ref().is_some_and(|tab| tab.number == number) {
            self.drop_tab();
            self.note(
                Lane::Phone,
                "dismissed",
                "closes Klarna's page for the core",
            );
            "Klarna's page closes".clone_into(&mut self.say);
        }
    }

    pub(super) fn drop_tab(&mut self) -> Option<Tab> {
        self.frames.remove(&Place::Tab);
        if self.ask == Some(Ask::Consent) {
            self.ask = None;
        }
        self.tab.take()
    }

    /// The customer closes what shows the journey.
    pub(super) async fn close_tab(&mut self) {
        match self.front {
            Front::App(Program::Shop) if self.tab.is_some() => {
                let said = self.device.closed_tab.clone();
                self.note(Lane::You, "closed", "close Klarna's page");
                self.note(Lane::Phone, "closed-result", said);
                let Some(tab) = self.drop_tab() else { return };
                if tab.orphan {
                    self.ensure_app(None).await;
                } else {
                    self.send(Command::SurfaceClosed {
                        attempt: tab.attempt,
                        number: tab.number,
                        uri: None,
                    })
                    .await;
                }
            }
            Front::App(program @ (Program::Klarna | Program::Browser | Program::Bank)) => {
                self.note(Lane::You, "closed", format!("close the page in {program}"));
                self.frames.remove(&program.place());
                self.go(Front::App(Program::Shop)).await;
            }
            _ => self.note(Lane::You, "nothing", "find no page of Klarna's to close"),
        }
    }

    pub(super) async fn minimise_tab(&mut self) {
        let can = self.device.can_minimise;
        match self.tab.as_mut().filter(|tab| can && !tab.minimised) {
            Some(tab) => {
                tab.minimised = true;
                let said =
                    "make Klarna's page small: the app comes forward and is told nothing more";
                self.note(Lane::You, "minimised", said);
                self.send(Command::Foreground).await;
            }
            None => self.note(Lane::You, "nothing", "find no tab to make small"),
        }
    }

    pub(super) fn restore_tab(&mut self) {
        if let Some(tab) = self.tab.as_mut() {
            tab.minimised = false;
            self.note(Lane::You, "restored", "make Klarna's page large again");
        }
    }

    /// The answer to what the system asks.
    pub(super) async fn answer(&mut self, yes: bool) {
        match self.ask.take() {
            Some(Ask::Consent) if yes => self.note(Lane::You, "consented", "let the session begin"),
            Some(Ask::Consent) => {
                self.note(Lane::You, "refused-consent", "do not let the session begin");
                self.close_tab().await;
            }
            Some(Ask::OpenIn { from, uri }) if yes => {
                self.note(Lane::You, "opened", "let the page open the app");
                self.hand_over(from, &uri).await;
            }
            Some(Ask::OpenIn { .. }) => {
                self.note(
                    Lane::You,
                    "refused-open",
                    "do not let the page open the app",
                );
            }
            None => {}
        }
    }
}
