//! What is changed in a page that a frame of the phone shows: one script more, and the policy that lets it run.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use maud::{DOCTYPE, html};

const SCRIPT: &str = "<script src=\"/.phone/door.js\"></script>";

/// The page with the script before anything else in its head.
pub(super) fn with_script(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let head = lower
        .find("<head")
        .and_then(|start| Some(start + lower[start..].find('>')? + 1));
    // Without a head, after the doctype: a parser makes one for a script that stands there.
    let doctype = || {
        lower
            .find("<!doctype")
            .and_then(|at| Some(at + lower[at..].find('>')? + 1))
    };
    let at = head.or_else(doctype).unwrap_or(0);
    let (before, after) = html.split_at(at);
    [before, SCRIPT, after].concat()
}

/// The page's own policy, but for the script, what it tells, and who may show the page.
pub(super) fn policy(own: &str, page_origin: &str) -> String {
    let mut kept: Vec<String> = own
        .split(';')
        .map(str::trim)
        .filter(|directive| !directive.is_empty())
        .filter(|directive| {
            let name = directive.split_whitespace().next().unwrap_or_default();
            !["frame-ancestors", "script-src", "connect-src"].contains(&name)
        })
        .map(str::to_owned)
        .collect();
    let own_of = |name: &str| {
        own.split(';')
            .map(str::trim)
            .find_map(|directive| directive.strip_prefix(name))
            .map(|sources| sources.replace("'none'", ""))
            .unwrap_or_default()
    };
    kept.push(format!("script-src 'self' {}", own_of("script-src").trim()));
    kept.push(format!(
        "connect-src 'self' {}",
        own_of("connect-src").trim()
    ));
    kept.push(format!("frame-ancestors {page_origin}"));
    kept.join("; ")
}

/// What a browser shows when it reaches nobody.
pub(super) fn unreachable(path: &str) -> impl IntoResponse {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "No connection" }
            }
            body {
                main {
                    h1 { "No connection" }
                    p { "This page can't be reached. The phone is offline, or its sandbox has ended." }
                    p { a href=(path) { "Try again" } }
                }
            }
        }
    };
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_GATEWAY, no_store, page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_comes_first() {
        assert_eq!(
            with_script("<!DOCTYPE html><html><HEAD lang=x><title>"),
            format!("<!DOCTYPE html><html><HEAD lang=x>{SCRIPT}<title>")
        );
        assert_eq!(
            with_script("<!doctype html><p>"),
            format!("<!doctype html>{SCRIPT}<p>")
        );
        assert_eq!(with_script("<p>"), format!("{SCRIPT}<p>"));
    }

    #[test]
    fn a_policy_is_opened_for_the_script_and_the_frame_alone() {
        let policy = policy(
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
            "http://127.0.0.1:1",
        );
        assert_eq!(
            policy,
            "default-src 'none'; style-src 'self'; script-src 'self' ; connect-src 'self' ; frame-ancestors http://127.0.0.1:1"
        );
    }
}
