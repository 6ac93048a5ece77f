//! Links, as the operating system carries them: by scheme and host, to whichever app has registered them.

use std::time::Duration;

use stepup_sandbox_scenarios::protocol::Command;

use super::life::{COMPLETION, SCHEME};
use super::system::{Ask, Front, Program};
use super::{Message, Phone};
use crate::device::OnLink;
use crate::door::Place;
use crate::timeline::Lane;

/// The longest link that the phone takes, in bytes; browsers have such a bound too.
const LONGEST: usize = 64 * 1024;
/// How long a link is kept back: longer than the core lets pass before its first question.
const LATE: Duration = Duration::from_secs(8);

/// Who takes a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taker {
    App(Program),
    Nobody,
}

/// Scheme and host in lower case; a link is not tidied up further.
fn address(uri: &str) -> Option<(String, String)> {
    let (scheme, rest) = uri.split_once(':')?;
    let host = rest
        .strip_prefix("//")
        .map_or("", |rest| rest.split(['/', '?', '#']).next().unwrap_or(""));
    Some((scheme.to_ascii_lowercase(), host.to_ascii_lowercase()))
}

/// A link as a timeline may show it: what follows its host is secret.
pub(super) fn shortened(uri: &str) -> String {
    address(uri).map_or_else(
        || "something that is no link".to_owned(),
        |(scheme, host)| {
            let cut = |text: &str| text.chars().take(60).collect::<String>();
            format!("{}://{}/…", cut(&scheme), cut(&host))
        },
    )
}

/// The link with another secret in it.
fn forged(uri: &str) -> String {
    match uri.split_once("stepup=") {
        Some((before, nonce)) => {
            let rest = nonce.find('&').map_or("", |end| &nonce[end..]);
            format!("{before}stepup=AAAAAAAAAAAAAAAAAAAAAA{rest}")
        }
        None => uri.to_owned(),
    }
}

impl Phone {
    fn taker(&self, uri: &str) -> Taker {
        let Some((scheme, host)) = address(uri) else {
            return Taker::Nobody;
        };
        match (scheme.as_str(), host.as_str()) {
            (SCHEME, _) => Taker::App(Program::Shop),
            ("https", "shop.example") if self.device.https_links => Taker::App(Program::Shop),
            ("klarna", _) if self.klarna_app => Taker::App(Program::Klarna),
            ("harbourbank", _) => Taker::App(Program::Bank),
            _ => Taker::Nobody,
        }
    }

    /// A page leads to this.
    pub(super) async fn open(&mut self, from: Place, uri: &str) {
        if uri.len() > LONGEST {
            self.note(Lane::Phone, "link-refused", "takes no link of that size");
            return;
        }
        let left = format!("a page leads to {}", shortened(uri));
        self.note(Lane::Phone, "link-left", left);
        if self.taker(uri) != Taker::App(Program::Shop) {
            self.hand_over(from, uri).await;
            return;
        }
        let uri = uri.to_owned();
        if self.switches.remove("lose-link") {
            self.note(Lane::Phone, "link-lost", "loses the link: nobody gets it");
        } else if self.switches.remove("double-link") {
            self.note(Lane::Phone, "link-doubled", "hands the link over twice");
            self.hand_over(from, &uri).await;
            self.hand_over(from, &uri).await;
        } else if self.switches.remove("delay-link") {
            self.note(
                Lane::Phone,
                "link-delayed",
                "keeps the link back for eight seconds",
            );
            let phone = self.to_self.downgrade();
            tokio::spawn(async move {
                tokio::time::sleep(LATE).await;
                if let Some(phone) = phone.upgrade() {
                    // A phone that is gone needs no links.
                    let _ = phone.send(Message::Due(vec![uri], from));
                }
            });
        } else if self.switches.remove("forge-link") {
            self.note(
                Lane::Phone,
                "link-forged",
                "loses the link; a forged one comes in its place",
            );
            self.give_shop(&forged(&uri)).await;
        } else if self.must_ask(from, &uri) {
            self.note(
                Lane::Phone,
                "asks-open",
                "asks whether the page may open the app",
            );
            "The phone asks whether the page may open the shop's app".clone_into(&mut self.say);
            self.ask = Some(Ask::OpenIn { from, uri });
        } else {
            self.hand_over(from, &uri).await;
        }
    }

    /// The system asks before a page opens an app by the app's own scheme, unless the page's session waits for that link.
    fn must_ask(&self, from: Place, uri: &str) -> bool {
        let own_scheme = address(uri).is_some_and(|(scheme, _)| scheme == SCHEME);
        self.device.asks_before_opening && own_scheme && !self.ends_tab(from, uri)
    }

    /// The tab ends by itself on this link, and hands it over as its result.
    fn ends_tab(&self, from: Place, uri: &str) -> bool {
        let waits = from == Place::Tab
            && self
                .tab
                .as_ref()
                .is_some_and(|tab| tab.surface.ends_on_link());
        let Some((scheme, host)) = address(uri).filter(|_| waits) else {
            return false;
        };
        if !self.device.https_links {
            return scheme == SCHEME;
        }
        // An https callback is matched by host and path.
        let path = uri.splitn(4, '/').nth(3).unwrap_or_default();
        let path = path.split(['?', '#']).next().unwrap_or_default();
        scheme == "https" && format!("https://{host}/{path}") == COMPLETION
    }

    /// Hands a link to whoever takes it.
    pub(super) async fn hand_over(&mut self, from: Place, uri: &str) {
        match self.taker(uri) {
            Taker::App(Program::Shop) if self.ends_tab(from, uri) => {
                self.note(
                    Lane::Phone,
                    "tab-ended",
                    "ends the session on that link, and hands it to the app",
                );
                let Some(tab) = self.drop_tab() else { return };
                if tab.orphan {
                    self.give_shop(uri).await;
                    return;
                }
                self.send(Command::SurfaceClosed {
                    attempt: tab.attempt,
                    number: tab.number,
                    uri: Some(uri.to_owned()),
                })
                .await;
            }
            Taker::App(Program::Shop) => self.give_shop(uri).await,
            Taker::App(program) => {
                self.note(
                    Lane::Phone,
                    "link-app",
                    format!("opens {program} by its link"),
                );
                self.go(Front::App(program)).await;
            }
            Taker::Nobody => {
                let said = format!("knows no app for {}", shortened(uri));
                self.note(Lane::Phone, "link-nobody", said);
            }
        }
    }

    /// The shop's app comes to the front with a link.
    async fn give_shop(&mut self, uri: &str) {
        self.note(
            Lane::Phone,
            "link-handed",
            "hands the link to the shop's app",
        );
        if self.tab.as_ref().is_some_and(|tab| tab.orphan) {
            self.drop_tab();
        }
        let shop = Front::App(Program::Shop);
        if self.app.is_none() {
            self.front = shop;
            self.recent.retain(|program| *program != Program::Shop);
            self.recent.insert(0, Program::Shop);
            self.ensure_app(Some(uri)).await;
            return;
        }
        // Under a tab an activity is paused: Android resumes it with the link.
        let covered = self.device.is_android() && self.tab.is_some();
        let was_behind = self.front != shop || covered;
        self.front = shop;
        for step in &self.device.on_link {
            match step {
                OnLink::Foreground if was_behind => self.enter_shop().await,
                OnLink::Foreground => {}
                OnLink::Link => {
                    self.send(Command::Link {
                        uri: uri.to_owned(),
                    })
                    .await;
                }
            }
        }
    }

    /// A page of the journey that another app takes, as a universal link or App Link would.
    pub(super) async fn hop(&mut self, program: Program, path: String) {
        self.note(Lane::Phone, "hop", format!("opens {program} for that page"));
        self.load(program.place(), path);
        self.go(Front::App(program)).await;
    }

    /// A link that somebody typed, as from a message or another app.
    pub(super) async fn open_typed(&mut self, uri: &str) {
        if uri.len() > LONGEST || uri.trim().is_empty() {
            self.note(Lane::Phone, "link-refused", "takes no link of that size");
            return;
        }
        self.note(Lane::You, "typed", format!("open {}", shortened(uri)));
        if matches!(self.taker(uri), Taker::App(Program::Shop)) {
            self.give_shop(uri.trim()).await;
        } else {
            self.hand_over(Place::Browser, uri.trim()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeline_shows_no_secret_of_a_link() {
        assert_eq!(shortened("Shop://A.b/x?stepup=1"), "shop://a.b/…");
        assert_eq!(shortened("<script>"), "something that is no link");
        assert_eq!(shortened(&format!("x{}:y", "y".repeat(500))).len(), 60 + 7);
    }

    #[test]
    fn a_forged_link_has_another_secret_and_nothing_else() {
        assert_eq!(
            forged("shop://k?a=1&stepup=BBBB&b=2"),
            "shop://k?a=1&stepup=AAAAAAAAAAAAAAAAAAAAAA&b=2"
        );
    }
}
