//! The two pages that browsers see: on to Klarna, and back.

use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Name, Shared};
use crate::payment::{Payment, Stage, Wish};
use crate::store::StoreError;

/// The addresses that these pages name carry credentials: no referrer, no frames, no scripts.
const GUARDS: [(HeaderName, &str); 3] = [
    (header::REFERRER_POLICY, "no-referrer"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;min-height:100vh;\
background:#f6f5f3;color:#1c1b1a}main{max-width:22rem;padding:2rem;text-align:center}a{display:inline-block;margin-top:1rem;\
padding:.8rem 1.4rem;border-radius:.6rem;background:#1c1b1a;color:#fff;text-decoration:none}";

/// `GET /pay/{page}`, the `redirect_url`: sends the browser on by itself, client-side, without a script.
pub(super) async fn on_to_klarna(
    State(engine): Shared,
    Name(page_key): Name,
) -> Result<Response, StoreError> {
    let Some(payment) = engine.store.payment_by_page(&page_key)? else {
        return Ok(unknown_page());
    };
    let page = match &payment.request_url {
        Some(url) => page(
            "On to Klarna",
            "One moment: Klarna's page opens by itself.",
            Some((0, url.expose())),
            Some(("Continue to Klarna", url.expose())),
        ),
        None if payment.status.is_final() => page(
            "This payment is closed",
            "There is nothing left to do here.",
            None,
            Some(("Back to the shop", payment.return_url.expose())),
        ),
        None => page(
            "One moment",
            "The payment is being prepared.",
            Some((1, "")),
            None,
        ),
    };
    Ok((GUARDS, page).into_response())
}

/// `GET /klarna/return/{page}`, the internal `return_url`: finalises, then sends the browser to the app. It adds nothing to
/// the app's link and believes nothing of its own query; the app asks for the status.
pub(super) async fn back_from_klarna(
    State(engine): Shared,
    Name(page_key): Name,
) -> Result<Response, StoreError> {
    let Some(payment) = engine.store.payment_by_page(&page_key)? else {
        return Ok(unknown_page());
    };
    if payment.stage != Stage::Settled {
        engine.nudge(&payment.id, Wish::Read);
    }
    let deadline = engine.now() + engine.config.timing.return_page_ms;
    let finalised = |payment: &Payment, idle| idle && payment.stage != Stage::Finalise;
    engine.wait_until(&payment.id, deadline, finalised).await?;
    let link = payment.return_url.expose();
    let body = page(
        "Back to the shop",
        "The app opens by itself. If it does not:",
        None,
        Some(("Back to the shop", link)),
    );
    Ok((
        StatusCode::SEE_OTHER,
        [(header::LOCATION, link)],
        GUARDS,
        body,
    )
        .into_response())
}

fn unknown_page() -> Response {
    let body = page(
        "No such payment",
        "Go back to the shop and try again.",
        None,
        None,
    );
    (StatusCode::NOT_FOUND, GUARDS, body).into_response()
}

fn page(
    title: &str,
    text: &str,
    refresh: Option<(u8, &str)>,
    link: Option<(&str, &str)>,
) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @match refresh {
                    Some((seconds, "")) => meta http-equiv="refresh" content=(seconds);
                    Some((seconds, url)) => meta http-equiv="refresh" content={ (seconds) ";url=" (url) };
                    None => {}
                }
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (title) }
                    p { (text) }
                    @if let Some((label, url)) = link {
                        a href=(url) data-action="continue" { (label) }
                    }
                }
            }
        }
    }
}
