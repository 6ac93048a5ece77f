//! The glass: status line, address bar, the shop's app, home screen, switcher, and what the system asks.

use maud::{Markup, html};
use stepup_sandbox_scenarios::protocol::{StateReport, Told};
use time::OffsetDateTime;

use crate::door::Place;
use crate::phone::{Ask, Front, Phone, Program};

/// The line on top.
pub(super) fn status(phone: &Phone, now_ms: i64) -> Markup {
    let now = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now_ms) * 1_000_000);
    let clock = now.map_or_else(
        |_| String::new(),
        |now| {
            let day = now.weekday().to_string();
            let day = day.get(..3).unwrap_or_default();
            format!("{day} {:02}:{:02}", now.hour(), now.minute())
        },
    );
    html! {
        span { (clock) }
        span {
            @if phone.switches.contains("offline") { "Offline" }
            @else if phone.switches.contains("slow-network") { "Slow network" }
            @else { "Online" }
        }
    }
}

/// The address bar of a page.
pub(super) fn bar(phone: &Phone, place: Place) -> Markup {
    let name = match place {
        Place::Tab => "Klarna’s page",
        Place::Browser => "Browser",
        Place::Klarna => "Klarna app",
        Place::Bank => "Harbour Bank",
    };
    let frame = phone.frames.get(&place);
    html! {
        button type="button" data-act="close-tab" aria-label={ "Close " (name) } title="Close" { "✕" }
        span.address { (name) small { (phone.door(place).trim_start_matches("http://")) } }
        @if place == Place::Tab && phone.device.can_minimise {
            button type="button" data-act="minimise-tab" aria-label="Minimise Klarna’s page" title="Minimise" { "▁" }
        }
        @if let Some(frame) = frame {
            a href={ (phone.door(place)) (frame.path) } target="_blank" rel="noreferrer"
                aria-label="Open this page untouched in a browser tab of this computer" title="Open untouched in a browser tab of this computer" { "↗" }
        }
    }
}

/// What the phone draws itself.
pub(super) fn glass(phone: &Phone) -> Markup {
    match phone.front {
        Front::Home => home(phone),
        Front::Switcher => switcher(phone),
        Front::App(Program::Shop) => shop(phone),
        Front::App(program) => idle_app(program),
    }
}

fn home(phone: &Phone) -> Markup {
    html! {
        h3.unseen { "Home screen" }
        ul.icons {
            @for program in Program::ALL {
                @if program != Program::Klarna || phone.klarna_app {
                    li {
                        button type="button" data-act="tap" data-app=(program.id()) {
                            span class={ "icon " (program.id()) } aria-hidden="true" { (initial(program)) }
                            (program)
                        }
                    }
                }
            }
        }
    }
}

const fn initial(program: Program) -> &'static str {
    match program {
        Program::Shop => "S",
        Program::Klarna => "K",
        Program::Bank => "H",
        Program::Browser => "◎",
    }
}

fn switcher(phone: &Phone) -> Markup {
    html! {
        h3 { "Recent apps" }
        @if phone.recent.is_empty() { p { "Nothing is open." } }
        ul.cards {
            @for program in &phone.recent {
                li {
                    button.card type="button" data-act="tap" data-app=(program.id()) {
                        span class={ "icon " (program.id()) } aria-hidden="true" { (initial(*program)) }
                        (program)
                    }
                    button.quiet type="button" data-act="swipe-away" data-app=(program.id()) {
                        "Swipe away" span.unseen { ": " (program) }
                    }
                }
            }
        }
    }
}

fn idle_app(program: Program) -> Markup {
    html! {
        div class={ "app " (program.id()) } {
            h3 { (program) }
            p { "Nothing to do here now." }
            button type="button" data-act="tap" data-app="shop" { "Back to the shop" }
        }
    }
}

fn shop(phone: &Phone) -> Markup {
    let shop = &phone.shop;
    let reference = shop.reference();
    let others = shop.unfinished();
    html! {
        div.app.shop {
            h3 { "Shop" }
            @if phone.tab.as_ref().is_some_and(|tab| tab.minimised) {
                button.pill type="button" data-act="restore-tab" { "Klarna’s page is down here: open it" }
            }
            @if let Some(told) = &shop.told {
                (result(told))
            } @else if shop.paying {
                (waiting(phone))
            } @else if !others.iter().any(|state| state.reference == reference) {
                (basket(&reference))
            }
            @for state in others { (unfinished(state)) }
        }
    }
}

fn basket(reference: &str) -> Markup {
    html! {
        div.product {
            span.picture aria-hidden="true" {
                // Drawn: not every machine has a font with pictures.
                svg width="36" height="36" viewBox="0 0 36 36" {
                    path fill="currentColor" d="M12 4 3 9l4 8 3-1v16h16V16l3 1 4-8-9-5a6 6 0 0 1-12 0z" {}
                }
            }
            div { strong { "Two T-shirts" } small { (reference) } }
            span.price { "118.00 USD" }
        }
        button.pay type="button" data-act="pay" { "Pay with Klarna" }
        p.small { "A test shop. Nothing is really bought." }
    }
}

fn waiting(phone: &Phone) -> Markup {
    let state = phone.shop.state();
    let text = match state {
        None => "Starting the payment …",
        Some(state) if state.who_acts == "backend" => "Finishing your payment …",
        Some(state) if state.waiting_for_customer => {
            "Not paid yet. Go on with Klarna, or choose another method."
        }
        Some(_) => "Waiting for Klarna …",
    };
    let offers = state.filter(|state| state.waiting_for_customer);
    html! {
        div.waiting {
            span.spinner aria-hidden="true" {}
            p { strong { (text) } }
            @if let Some(state) = offers {
                @if state.can_reopen { button.pay type="button" data-act="reopen" { "Continue with Klarna" } }
                @if state.can_abandon {
                    button type="button" data-act="abandon" data-attempt=(state.attempt) { "Use another method" }
                }
            } @else { p.small { "You can leave the app. The payment is not lost." } }
        }
    }
}

fn unfinished(state: &StateReport) -> Markup {
    html! {
        div.unfinished {
            p { strong { "An unfinished payment" } small { (state.reference) } }
            p.small { "The app found it in its journal when it was started, and is asking the backend about it." }
            button.pay type="button" data-act="resume" data-attempt=(state.attempt) { "Go on with it" }
            @if state.can_abandon {
                button type="button" data-act="abandon" data-attempt=(state.attempt) { "Use another method" }
            }
        }
    }
}

fn result(told: &Told) -> Markup {
    let (look, title, text) = match told.outcome.as_str() {
        "approved" => ("good", "Paid", "Thank you. 118.00 USD, paid with Klarna."),
        "declined" => ("bad", "Declined", "Klarna declined. Nothing was paid."),
        "canceled" => (
            "bad",
            "Cancelled",
            "The payment was cancelled. Nothing was paid.",
        ),
        "undetermined" => (
            "open",
            "Not known yet",
            "We will tell you as soon as we know. Please do not pay again.",
        ),
        _ => (
            "bad",
            "Not started",
            "No payment was started. You can try again.",
        ),
    };
    html! {
        div class={ "result " (look) } data-outcome=(told.outcome) {
            h4 { (title) }
            p { (text) }
            @if let Some(reason) = &told.reason { p.small { "Reason for the log: " (reason) } }
            @match (told.outcome.as_str(), &told.attempt) {
                ("undetermined", Some(attempt)) => {
                    button.pay type="button" data-act="check-again" data-attempt=(attempt) { "Check again" }
                }
                ("approved", _) => {}
                _ => { button.pay type="button" data-act="pay" { "Try Klarna again" } }
            }
            button type="button" data-act="new-basket" { "New basket" }
        }
    }
}

/// What the system asks.
pub(super) fn ask(phone: &Phone, ask: &Ask) -> Markup {
    let (title, text, yes) = match ask {
        Ask::Consent => (
            "“Shop” wants to use “klarna.com” to sign in".to_owned(),
            "This lets the app and the website share information about you.",
            "Continue",
        ),
        Ask::OpenIn { from, .. } => {
            let asks = if *from == Place::Bank {
                "“Harbour Bank” wants to open “Shop”"
            } else {
                "Open in “Shop”?"
            };
            (asks.to_owned(), "The page leads to another app.", "Open")
        }
    };
    html! {
        div.ask role="alertdialog" aria-labelledby="ask-title" aria-describedby="ask-text" data-device=(phone.device.id) {
            h3 id="ask-title" { (title) }
            p id="ask-text" { (text) }
            div.pair {
                button type="button" data-act="answer" data-yes="false" { "Cancel" }
                button.pay type="button" data-act="answer" data-yes="true" { (yes) }
            }
        }
    }
}
