//! The whole page, as it comes first.

use maud::{DOCTYPE, Markup, html};

use super::View;
use crate::device::{DEVICES, Device};
use crate::timeline::Lane;

/// Which phone a page is about.
pub(crate) struct About<'a> {
    pub id: &'a str,
    pub device: &'a Device,
    pub klarna_app: bool,
    /// Where what changes comes from.
    pub stream: &'a str,
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="robots" content="noindex";
            title { (title) }
            link rel="icon" href="data:,";
            link rel="stylesheet" href="/assets/phone.css";
        }
    }
}

/// The page of a phone. The script fills in what the stream brings; what is here already is what was true when it was asked for.
#[must_use]
pub(crate) fn document(about: &About<'_>, view: &View, scenarios: &[(String, String)]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head("A phone in a browser · KlarnaStepUp"))
            body data-phone=(about.id) data-stream=(about.stream) {
                a.skip href="#phone" { "Skip to the phone" }
                header.top {
                    h1 { "A phone in a browser" }
                    p { "A shop’s app with the real library in it, Klarna’s pages, and everything that can go wrong between them." }
                    (devices(about.device, about.klarna_app))
                }
                nav.parts aria-label="Parts of this page" {
                    a href="#phone" { "Phone" } a href="#spoil" { "Spoil it" } a href="#timeline" { "Timeline" } a href="#theatre-title" { "Scenarios" }
                }
                main {
                    section.guide aria-labelledby="guide-title" { (guide()) }
                    section.handset id="phone" aria-labelledby="phone-title" tabindex="-1" {
                        h2.unseen id="phone-title" { "The phone" }
                        (handset(about.device, view))
                    }
                    section.spoil id="spoil" aria-labelledby="spoil-title" {
                        h2 id="spoil-title" { "Spoil it" }
                        div id="controls" { (maud::PreEscaped(&view.controls)) }
                        form id="open-link" {
                            label for="link" { "Open a link on the phone" }
                            div.row {
                                input id="link" name="link" type="text" autocomplete="off" spellcheck="false" placeholder="shop://…";
                                button type="submit" { "Open" }
                            }
                            small { "As from a message. A link proves nothing, whatever it says." }
                            p.small id="link-said" role="status" { }
                        }
                    }
                    section.timeline id="timeline" aria-labelledby="timeline-title" {
                        h2 id="timeline-title" { "Timeline" }
                        (timeline())
                    }
                    section.theatre aria-labelledby="theatre-title" { (theatre(scenarios)) }
                }
                div.unseen id="say" role="status" aria-live="polite" { }
                p.lost id="lost" role="alert" hidden { }
                script type="module" src="/assets/phone.js" { }
            }
        }
    }
}

fn devices(device: &Device, klarna_app: bool) -> Markup {
    html! {
        form.devices action="/new" method="get" {
            label for="device" { "Phone" }
            select id="device" name="device" {
                @for other in DEVICES.iter() {
                    option value=(other.id) selected[other.id == device.id] { (other.name) }
                }
            }
            label.check { input type="checkbox" name="klarna" value="yes" checked[klarna_app]; "with the Klarna app" }
            button type="submit" { "Take this phone" }
            small { (device.name) ": " (device.about) "." }
        }
    }
}

fn guide() -> Markup {
    html! {
        h2 id="guide-title" { "Two minutes" }
        ol {
            li { strong { "Lose the link. " } "Press " em { "Lose it" } " under “The next link back to the shop”. Then tap " em { "Pay with Klarna" }
                " and pay: any phone number, any six digits. Klarna’s page can’t bring you back. Watch the shop say " em { "Paid" } " all the same." }
            li { strong { "Kill the app. " } "Tap " em { "New basket" } ", pay again, and press " em { "Kill it now" } " while Klarna’s page is open. Tap the shop’s icon: it knows the payment. Tap " em { "Go on with it" } "." }
            li { strong { "Who is right? " } "Below the phone, shop, backend and Klarna say what they know. Money moves once, or not at all." }
        }
    }
}

fn handset(device: &Device, view: &View) -> Markup {
    html! {
        div.body data-device=(device.id) {
            div.status id="status" { (maud::PreEscaped(&view.status)) }
            div.bar id="bar" { (maud::PreEscaped(&view.bar)) }
            div.glass {
                div.screen id="screen" { (maud::PreEscaped(&view.screen)) }
                div id="frames" { }
                div id="ask" { (maud::PreEscaped(&view.ask)) }
            }
            div.keys {
                button type="button" data-act="home" { "Home" }
                button type="button" data-act="switcher" { "Apps" }
            }
        }
        div id="truth" { (maud::PreEscaped(&view.truth)) }
    }
}

fn timeline() -> Markup {
    html! {
        div.tools {
            fieldset.lanes {
                legend { "Show" }
                @for (lane, name) in Lane::ALL {
                    @let value = serde_json::to_value(lane).unwrap_or_default();
                    label { input type="checkbox" data-lane=(value.as_str().unwrap_or_default()) checked; (name) }
                }
            }
            div.row {
                button type="button" id="pause" aria-pressed="false" { "Pause" }
                button type="button" id="step" disabled { "Step" }
                button type="button" id="copy-trace" { "Copy trace" }
                button type="button" id="replay-open" aria-expanded="false" aria-controls="replay" { "Replay a trace" }
            }
            p.small id="tools-said" role="status" { }
        }
        form id="replay" hidden {
            label for="trace" { "A trace, as “Copy trace” or an app’s " code { "trace()" } " gives it" }
            textarea id="trace" rows="5" spellcheck="false" { }
            div.row { button type="submit" { "Play it" } button type="button" id="replay-close" { "Close" } }
        }
        div.player id="player" hidden {
            h3 id="player-title" { }
            div.row {
                button type="button" id="player-back" { "Back" }
                button type="button" id="player-next" { "Next" }
                button type="button" id="player-play" aria-pressed="false" { "Play" }
                button type="button" id="player-end" { "Back to the phone" }
            }
            p.small id="player-at" role="status" { }
            div id="player-verdict" { }
        }
        ol.entries id="entries" tabindex="0" aria-label="What happened, the latest last" { }
    }
}

fn theatre(scenarios: &[(String, String)]) -> Markup {
    html! {
        h2 id="theatre-title" { "Scenarios" }
        p { "Every case that the project’s tests play, played by the same core on a phone of its own and shown here at human speed: what was expected, beside what came of it." }
        form id="theatre" {
            label for="scenario" { "Scenario" }
            select id="scenario" name="scenario" {
                @for (name, _) in scenarios { option value=(name) { (name) } }
            }
            button type="submit" { "Play" }
            p.small id="about" { (scenarios.first().map_or("", |(_, about)| about.as_str())) }
            dl hidden { @for (name, about) in scenarios { dt { (name) } dd { (about) } } }
        }
    }
}

/// A phone that is no more.
#[must_use]
pub fn gone() -> Markup {
    message(
        "This phone was put away",
        "Nobody had looked at it for a while.",
    )
}

/// A page that says one thing.
#[must_use]
pub fn message(title: &str, text: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body.alone {
                main { h1 { (title) } p { (text) } a.pay href="/" { "Take a new phone" } }
            }
        }
    }
}
