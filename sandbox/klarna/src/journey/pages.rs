//! The pages' HTML.

use maud::{DOCTYPE, Markup, html};

use super::page_path;
use super::progress::{OtherApp, PayOption, Step};
use crate::config::KlarnaConfig;
use crate::payment_request::{Launch, PaymentRequest};
use crate::state::PaymentState;

/// What every page shows something of.
pub(crate) struct Page<'a> {
    pub config: &'a KlarnaConfig,
    pub request: &'a PaymentRequest,
    pub launch: Launch,
}

impl Page<'_> {
    fn to(&self, page: &str) -> String {
        page_path(
            &self.config.region,
            self.request.opaque.expose(),
            page,
            self.launch,
        )
    }

    fn amount(&self) -> String {
        money(self.request.amount, &self.request.currency)
    }
}

/// Whether another app can be opened: it could not come back without an `app_return_url`, and in the Klarna app there is no
/// need to.
pub(super) fn can_hop(request: &PaymentRequest, launch: Launch) -> bool {
    launch == Launch::Web && request.interaction.app_return_url.is_some()
}

/// All supported currencies have two decimals.
fn money(minor: i64, currency: &str) -> String {
    let digits = format!("{:03}", minor.unsigned_abs());
    let (whole, cents) = digits.split_at(digits.len() - 2);
    let groups: Vec<String> = whole
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| String::from_utf8_lossy(group).into())
        .collect();
    format!(
        "{}{currency} {}.{cents}",
        if minor < 0 { "-" } else { "" },
        groups.join(",")
    )
}

fn document(title: &str, look: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · Sandbox checkout" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/assets/checkout.css";
            }
            body class=(look) { (content) }
        }
    }
}

fn sheet(page: &Page, step: Option<Step>, title: &str, content: &Markup) -> Markup {
    let app = page.launch == Launch::KlarnaApp;
    let body = html! {
        p.test { @if app { "Sandbox · playing the Klarna app" } @else { "Sandbox · no money moves" } }
        div.sheet {
            header {
                div.shop { span { (page.config.shop_name) } strong { (page.amount()) } }
                @if let Some(step) = step { (stages(step.stage())) }
            }
            main {
                h1 { (title) }
                (content)
            }
        }
    };
    document(title, if app { "journey in-app" } else { "journey" }, &body)
}

fn stages(current: usize) -> Markup {
    html! {
        ol.stages aria-label="Progress" {
            @for (nth, name) in (1..).zip(["You", "How to pay", "Review"]) {
                li.done[nth < current].now[nth == current] aria-current=[(nth == current).then_some("step")] { (name) }
            }
        }
    }
}

fn error(text: Option<&str>) -> Markup {
    html! { @if let Some(text) = text { p.error id="error" role="alert" { (text) } } }
}

fn button_form(page: &Page, path: &str, action: &str, class: &str, label: &str) -> Markup {
    html! {
        form method="post" action=(page.to(path)) data-action=(action) { button class=(class) type="submit" { (label) } }
    }
}

fn abort_form(page: &Page) -> Markup {
    button_form(page, "abort", "abort", "quiet", "Leave without paying")
}

pub(super) fn phone(page: &Page, wrong: Option<&str>) -> Markup {
    let invalid = wrong.map(|_| "true");
    sheet(
        page,
        Some(Step::Phone),
        "Your phone number",
        &html! {
            p.lead { "We send you a code, to be sure that it is you." }
            form method="post" action=(page.to("phone")) data-action="phone" novalidate {
                (error(wrong))
                label for="phone" { "Mobile number" }
                input #phone name="phone" type="tel" inputmode="tel" autocomplete="tel" placeholder="+45 42 55 56 28" required
                    autofocus aria-invalid=[invalid] aria-describedby=[wrong.map(|_| "error")];
                button.primary type="submit" { "Continue" }
            }
            (abort_form(page))
        },
    )
}

pub(super) fn otp(page: &Page, wrong: Option<&str>) -> Markup {
    let invalid = wrong.map(|_| "true");
    let phone = page.request.progress.phone.as_deref().unwrap_or_default();
    let ending = phone
        .get(phone.len().saturating_sub(4)..)
        .unwrap_or_default();
    sheet(
        page,
        Some(Step::Otp),
        "Enter the code",
        &html! {
            p.lead { "It was sent to your number ending in " strong { (ending) } "." }
            form method="post" action=(page.to("otp")) data-action="otp" novalidate {
                (error(wrong))
                label for="otp" { "Code of six digits" }
                input.code #otp name="otp" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="6"
                    required autofocus aria-invalid=[invalid] aria-describedby=(if wrong.is_some() { "error hint" } else { "hint" });
                p.hint id="hint" { "Sandbox: any six digits but " (page.config.refused_otp) "." }
                button.primary type="submit" { "Confirm" }
            }
            a.quiet href=(page.to("phone")) data-action="change-phone" { "Use another number" }
            (abort_form(page))
        },
    )
}

pub(super) fn sign_up(page: &Page, wrong: Option<&str>) -> Markup {
    sheet(
        page,
        Some(Step::SignUp),
        "Open your account",
        &html! {
            p.lead { "It is your first time here. Any name will do in the sandbox." }
            form method="post" action=(page.to("sign-up")) data-action="sign-up" novalidate {
                (error(wrong))
                label for="name" { "Full name" }
                input #name name="name" type="text" autocomplete="name" required autofocus
                    aria-describedby=[wrong.map(|_| "error")];
                label.check { input type="checkbox" name="terms" value="accepted" required; span { "I accept the terms of this sandbox." } }
                button.primary type="submit" { "Open account" }
            }
            (abort_form(page))
        },
    )
}

pub(super) fn option(page: &Page, wrong: Option<&str>) -> Markup {
    let chosen = page.request.progress.option.unwrap_or(PayOption::Later);
    sheet(
        page,
        Some(Step::Option),
        "How do you want to pay?",
        &html! {
            form method="post" action=(page.to("option")) data-action="option" {
                (error(wrong))
                fieldset {
                    legend.unseen { "Ways to pay" }
                    @for option in PayOption::ALL {
                        label.choice {
                            input type="radio" name="option" value=(option.value()) checked[option == chosen];
                            span { strong { (option.title()) } small { (option.detail()) } }
                        }
                    }
                }
                button.primary type="submit" { "Continue" }
            }
            (other_apps(page))
            (abort_form(page))
        },
    )
}

fn other_apps(page: &Page) -> Markup {
    let confirmed = &page.request.progress.confirmed_in;
    html! {
        @if can_hop(page.request, page.launch) {
            div.apps {
                @if !confirmed.contains(&OtherApp::Klarna) {
                    a.secondary href=(page.to("app/klarna")) data-action="open-klarna-app" { "Open the Klarna app" }
                }
                @if !confirmed.contains(&OtherApp::Bank) {
                    a.secondary href=(page.to("app/bank")) data-action="open-bank" { "Open my bank" }
                }
            }
        }
    }
}

pub(super) fn review(page: &Page) -> Markup {
    let request = page.request;
    let option = request.progress.option.unwrap_or(PayOption::Later);
    sheet(
        page,
        Some(Step::Review),
        "Review and pay",
        &html! {
            @for app in &request.progress.confirmed_in {
                p.confirmed role="status" {
                    @match app {
                        OtherApp::Klarna => "Confirmed in the Klarna app",
                        OtherApp::Bank => "Confirmed with your bank",
                    }
                }
            }
            dl.summary {
                @for item in &request.purchase.items {
                    div { dt { (item.quantity) " × " (item.name) } dd { (money(item.total_amount, &request.currency)) } }
                }
                @if let Some(reference) = &request.purchase.reference {
                    div { dt { "Order" } dd { (reference) } }
                }
                div {
                    dt { "Paid by" }
                    dd { (option.title()) " " a href=(page.to("option")) data-action="change-option" { "Change" span.unseen { " how to pay" } } }
                }
                div.total { dt { "Total" } dd { (page.amount()) } }
            }
            form method="post" action=(page.to("approve")) data-action="approve" {
                button.primary type="submit" { "Pay " (page.amount()) }
            }
            (other_apps(page))
            div.pair {
                (button_form(page, "deny", "deny", "quiet", "Decline this payment"))
                (abort_form(page))
            }
        },
    )
}

/// The page that plays another app.
pub(super) fn other_app(page: &Page, app: OtherApp) -> Markup {
    let (name, look, what, confirm) = match app {
        OtherApp::Klarna => (
            "Klarna app",
            "other-app klarna-app",
            "The Klarna app knows you already. Confirm that you are paying, and it sends you back to where you came from.",
            "Confirm in the Klarna app",
        ),
        OtherApp::Bank => (
            "Harbour Bank",
            "other-app bank-app",
            "Your bank asks you to confirm that the amount below may leave your account, and sends you back to where you came from.",
            "Confirm with your bank",
        ),
    };
    let slug = app.slug();
    document(
        name,
        look,
        &html! {
            p.test { "Sandbox · playing another app" }
            div.sheet {
                header { div.shop { span { (name) } span.mark aria-hidden="true" {} } }
                main {
                    h1 { (confirm) }
                    p.lead { (what) }
                    dl.summary {
                        div { dt { "To" } dd { (page.config.shop_name) } }
                        div.total { dt { "Amount" } dd { (page.amount()) } }
                    }
                    (button_form(page, &format!("app/{slug}/confirm"), "confirm-in-app", "primary", "Confirm"))
                    (button_form(page, &format!("app/{slug}/back"), "back-to-app", "secondary", "Go back without confirming"))
                    p.hint {
                        "Confirmed, and still on this page? "
                        a href=(page.to("start")) data-action="continue" { "Continue the payment here" }
                    }
                }
            }
        },
    )
}

/// What someone sees who opens a journey that has ended.
pub(super) fn ended(page: &Page) -> Markup {
    let (title, text) = match page.request.state {
        PaymentState::Completed => (
            "You approved this payment",
            "There is nothing more to do here.",
        ),
        PaymentState::Declined => (
            "This payment was declined",
            "Nothing was paid. You can choose another way to pay in the shop.",
        ),
        PaymentState::Canceled => (
            "This payment was cancelled",
            "The shop cancelled it. Nothing was paid.",
        ),
        PaymentState::Expired => (
            "This took too long",
            "The time to pay is over. Nothing was paid.",
        ),
        PaymentState::Submitted | PaymentState::InProgress => {
            ("This payment is open", "You can still pay.")
        }
    };
    sheet(
        page,
        None,
        title,
        &html! {
            p.lead { (text) }
            a.primary href=(page.to("return")) data-action="return" { "Back to " (page.config.shop_name) }
        },
    )
}

pub(super) fn unknown() -> Markup {
    document(
        "Nothing here",
        "journey",
        &html! {
            p.test { "Sandbox · no money moves" }
            div.sheet { main {
                h1 { "There is no such payment" }
                p.lead { "The link may be incomplete. Go back to the shop and start again." }
            } }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn amounts_are_grouped_and_have_cents() {
        assert_eq!(money(11_800, "USD"), "USD 118.00");
        assert_eq!(money(5, "EUR"), "EUR 0.05");
        assert_eq!(money(2_147_483_647, "SEK"), "SEK 21,474,836.47");
        assert_eq!(money(-250, "EUR"), "-EUR 2.50");
    }
}
