//! Behaviour of links as a whole.

use proptest::prelude::*;

use super::*;

const NONCE_TEXT: &str = "Zm9vYmFyZm9vYmFyZm9vYg";

fn nonce() -> Nonce {
    Nonce::from_bytes(*b"foobarfoobarfoob")
}

fn config(handover: &str, completion: &str, fallback_scheme: Option<&str>) -> ReturnLinks {
    ReturnLinks {
        handover: handover.to_owned(),
        completion: completion.to_owned(),
        fallback_scheme: fallback_scheme.map(str::to_owned),
    }
}

fn links(handover: &str, completion: &str, fallback_scheme: Option<&str>) -> Links {
    Links::parse(&config(handover, completion, fallback_scheme), true).expect("the links are sound")
}

/// One custom scheme, one https link with a query of its own, and a fallback.
fn shop() -> Links {
    links(
        "shop://klarna/back",
        "https://shop.example/klarna/done?lang=sv",
        Some("shopdone"),
    )
}

fn ours(kind: LinkKind) -> ReadLink {
    ReadLink::Ours {
        kind,
        nonce: LinkNonce::Present(nonce()),
    }
}

fn without_nonce(kind: LinkKind) -> ReadLink {
    ReadLink::Ours {
        kind,
        nonce: LinkNonce::Missing,
    }
}

#[test]
fn the_links_of_an_attempt_carry_the_nonce_and_keep_the_rest() {
    let made = shop().for_attempt(&nonce(), LinkForm::AsGiven);
    assert_eq!(
        made.handover.expose(),
        format!("shop://klarna/back?stepup={NONCE_TEXT}")
    );
    assert_eq!(
        made.completion.expose(),
        format!("https://shop.example/klarna/done?lang=sv&stepup={NONCE_TEXT}")
    );
    assert!(!format!("{made:?}").contains(NONCE_TEXT));
}

#[test]
fn an_empty_or_open_query_gets_no_doubled_separator() {
    let made = links("shop://h?", "shop://c?a=b&", None).for_attempt(&nonce(), LinkForm::AsGiven);
    assert_eq!(
        made.handover.expose(),
        format!("shop://h?stepup={NONCE_TEXT}")
    );
    assert_eq!(
        made.completion.expose(),
        format!("shop://c?a=b&stepup={NONCE_TEXT}")
    );
}

#[test]
fn the_fallback_replaces_https_only() {
    let links = shop();
    assert_eq!(links.form(true), LinkForm::AsGiven);
    let form = links.form(false);
    assert_eq!(form, LinkForm::Fallback("shopdone".into()));
    let made = links.for_attempt(&nonce(), form.clone());
    assert_eq!(
        made.handover.expose(),
        format!("shop://klarna/back?stepup={NONCE_TEXT}")
    );
    assert_eq!(
        made.completion.expose(),
        format!("shopdone://shop.example/klarna/done?lang=sv&stepup={NONCE_TEXT}")
    );
    assert_eq!(
        links.read(made.completion.expose()),
        ours(LinkKind::Completion)
    );
    assert_eq!(
        links.callback(form),
        CallbackMatch {
            scheme: "shopdone".into(),
            https_host_path: None
        }
    );
}

#[test]
fn there_is_no_fallback_without_a_scheme_or_without_https() {
    let https_alone = links("https://a.example/h", "https://a.example/c", None);
    assert_eq!(https_alone.form(false), LinkForm::AsGiven);
    assert_eq!(
        links("shop://h", "shop://c", Some("other")).form(false),
        LinkForm::AsGiven
    );
}

#[test]
fn a_surface_watches_for_the_completion_link() {
    assert_eq!(
        shop().callback(LinkForm::AsGiven),
        CallbackMatch {
            scheme: "https".into(),
            https_host_path: Some(("shop.example".into(), "/klarna/done".into()))
        }
    );
    let bare = links("Shop://h", "HTTPS://Shop.Example", Some("fallBack"));
    assert_eq!(
        bare.callback(LinkForm::AsGiven),
        CallbackMatch {
            scheme: "https".into(),
            https_host_path: Some(("shop.example".into(), "/".into()))
        }
    );
    assert_eq!(bare.callback(bare.form(false)).scheme, "fallback");
    let custom = links("https://a.example/h", "Shop://c", Some("fallback"));
    let watched = CallbackMatch {
        scheme: "shop".into(),
        https_host_path: None,
    };
    assert_eq!(custom.callback(LinkForm::AsGiven), watched);
    assert_eq!(custom.callback(custom.form(false)), watched);
}

#[test]
fn links_are_recognised_whatever_was_added_on_the_way() {
    let links = shop();
    for (uri, kind) in [
        ("shop://klarna/back?stepup=NONCE", LinkKind::Handover),
        ("SHOP://KLARNA/back?stepup=NONCE", LinkKind::Handover),
        (
            "shop://klarna/back?x=1&x=2&stepup=NONCE&y",
            LinkKind::Handover,
        ),
        (
            "shop://klarna/back?stepup=NONCE&stepup=NONCE",
            LinkKind::Handover,
        ),
        (
            "shop://klarna/back?stepup=NONCE#frag?stepup=x",
            LinkKind::Handover,
        ),
        (
            "shop://klarna/back?stepup=NONCE?state=done",
            LinkKind::Handover,
        ),
        (
            "shop://klarna/back?id={klarna.payment_request.id}&stepup=NONCE",
            LinkKind::Handover,
        ),
        (
            "shop://klarna/back?%zz=%&&&==&stepup=NONCE",
            LinkKind::Handover,
        ),
        ("shop://klarna:/back?stepup=NONCE", LinkKind::Handover),
        (
            "https://shop.example/klarna/done?lang=sv&stepup=NONCE",
            LinkKind::Completion,
        ),
        (
            "https://shop.example/klarna/done?stepup=NONCE",
            LinkKind::Completion,
        ),
        (
            "https://Shop.Example:443/klarna/done?stepup=NONCE",
            LinkKind::Completion,
        ),
        (
            "shopdone://shop.example/klarna/done?stepup=NONCE",
            LinkKind::Completion,
        ),
        (
            "ShopDone://shop.example/klarna/done?stepup=NONCE",
            LinkKind::Completion,
        ),
    ] {
        assert_eq!(
            links.read(&uri.replace("NONCE", NONCE_TEXT)),
            ours(kind),
            "{uri}"
        );
    }
    let encoded = "shop://klarna/back?stepup=Zm9vYmFyZm9vYmFyZm9vY%67";
    assert_eq!(links.read(encoded), ours(LinkKind::Handover));
}

#[test]
fn what_is_not_ours_is_left_to_the_app() {
    let links = shop();
    for uri in [
        "",
        ":",
        "://",
        "shop",
        "shop:",
        "shop:klarna/back",
        "shop:/klarna/back",
        "shop://",
        "shop://klarna",
        "shop://klarna/",
        "shop://klarna/back/",
        "shop://klarna/Back",
        "shop://klarna/%62ack",
        "shop://klarna/x/../back",
        "shop://klarna.example/back",
        "shop://klarna//back",
        "shops://klarna/back",
        "shopdone://klarna/back",
        "shop://shop.example/klarna/done",
        "http://shop.example/klarna/done",
        "https://shop.example/klarna/done/",
        "https://shop.example.evil/klarna/done",
        "https://evil/klarna/done?u=https://shop.example/klarna/done",
        "https://shop.example@evil/klarna/done",
        " shop://klarna/back",
        "shop://klarna/back\n",
        "shop://klarna\\back",
        "shop://kl\u{e4}rna/back",
        "\u{0}",
        "shop\u{0}://klarna/back",
        "https://shop.example./klarna/done",
    ] {
        assert_eq!(links.read(uri), ReadLink::NotOurs, "{uri:?}");
    }
    let other = format!("https://elsewhere.example/{}", "x".repeat(100_000));
    assert_eq!(links.read(&other), ReadLink::NotOurs);
}

#[test]
fn a_link_without_or_with_a_malformed_nonce_says_so() {
    let links = shop();
    for uri in [
        "shop://klarna/back",
        "shop://klarna/back?",
        "shop://klarna/back?STEPUP=x",
        "shop://klarna/back?stepup",
        "shop://klarna/back?xstepup=1",
        "shop://klarna/back#stepup=x",
    ] {
        assert_eq!(links.read(uri), without_nonce(LinkKind::Handover), "{uri}");
    }
    for value in [
        "",
        "x",
        "Zm9vYmFyZm9vYmFyZm9vYh",
        "Zm9vYmFyZm9vYmFyZm9vYg==",
        "%",
        "%zz",
        "%5",
        "%ff%ff",
        "Zm9vYmFyZm9vYmFyZm9vYg%41",
        "{klarna.payment_request.id}",
        "\u{e9}",
    ] {
        let uri = format!("shop://klarna/back?stepup={value}");
        let read = ReadLink::Ours {
            kind: LinkKind::Handover,
            nonce: LinkNonce::Malformed,
        };
        assert_eq!(links.read(&uri), read, "{uri}");
    }
}

#[test]
fn links_that_look_like_ours_and_are_not_safe_are_refused() {
    let links = shop();
    let long = format!("shop://klarna/back?x={}", "y".repeat(MAX_LINK));
    for (uri, reason) in [
        (long.as_str(), RefusedReason::TooLong),
        ("shop://user@klarna/back", RefusedReason::UserInfo),
        (
            "shop://user:secret@klarna/back?stepup=Zm9vYmFyZm9vYmFyZm9vYg",
            RefusedReason::UserInfo,
        ),
        (
            "https://evil\\@shop.example/klarna/done",
            RefusedReason::UserInfo,
        ),
        ("shop://klarna:81/back", RefusedReason::PortDiffers),
        (
            "https://shop.example:8443/klarna/done",
            RefusedReason::PortDiffers,
        ),
        ("shop://klarna:x/back", RefusedReason::Unreadable),
        ("shop://klarna:65536/back", RefusedReason::Unreadable),
        (
            "shop://klarna/back?stepup=Zm9vYmFyZm9vYmFyZm9vYg&stepup=AAAAAAAAAAAAAAAAAAAAAA",
            RefusedReason::RepeatedNonce,
        ),
    ] {
        assert_eq!(links.read(uri), ReadLink::Refused(reason), "{uri:.80}");
    }
    let longest = format!("shop://klarna/back?{}", "y".repeat(MAX_LINK - 19));
    assert_eq!(links.read(&longest), without_nonce(LinkKind::Handover));
}

#[test]
fn ports_are_part_of_a_link() {
    let links = links(
        "shop://klarna:81/h",
        "https://shop.example:8443/c",
        Some("fallback"),
    );
    assert_eq!(
        links.read("shop://klarna:81/h"),
        without_nonce(LinkKind::Handover)
    );
    assert_eq!(
        links.read("shop://klarna/h"),
        ReadLink::Refused(RefusedReason::PortDiffers)
    );
    assert_eq!(
        links.read("fallback://shop.example:8443/c"),
        without_nonce(LinkKind::Completion)
    );
    assert_eq!(
        links.read("fallback://shop.example/c"),
        ReadLink::Refused(RefusedReason::PortDiffers)
    );
}

#[test]
fn links_that_differ_in_the_port_alone_are_told_apart() {
    let links = links("shop://klarna:1/x", "shop://klarna:2/x", None);
    assert_eq!(
        links.read("shop://klarna:1/x"),
        without_nonce(LinkKind::Handover)
    );
    assert_eq!(
        links.read("shop://klarna:2/x"),
        without_nonce(LinkKind::Completion)
    );
    assert!(!links.one_url());
}

#[test]
fn one_url_for_both_is_ambiguous() {
    for (handover, completion) in [
        ("shop://klarna", "shop://klarna"),
        ("shop://klarna", "SHOP://Klarna"),
        ("shop://klarna?kind=h", "shop://klarna?kind=c"),
        ("https://shop.example", "https://shop.example/"),
        ("https://shop.example:443/", "https://shop.example/"),
    ] {
        let links = links(handover, completion, None);
        assert!(links.one_url(), "{handover} {completion}");
        let made = links.for_attempt(&nonce(), LinkForm::AsGiven);
        assert_eq!(
            links.read(made.handover.expose()),
            ours(LinkKind::Ambiguous),
            "{handover}"
        );
        assert_eq!(
            links.read(made.completion.expose()),
            ours(LinkKind::Ambiguous),
            "{completion}"
        );
    }
    assert!(!shop().one_url());
    assert!(!links("shop://klarna", "shop://klarna/", None).one_url());
}

#[test]
fn a_fallback_that_collides_with_the_other_link_is_ambiguous_there_only() {
    let links = links(
        "shop://shop.example/x",
        "https://shop.example/x",
        Some("shop"),
    );
    assert_eq!(
        links.read("shop://shop.example/x"),
        without_nonce(LinkKind::Ambiguous)
    );
    assert_eq!(
        links.read("https://shop.example/x"),
        without_nonce(LinkKind::Completion)
    );
}

#[test]
fn a_scheme_alone_is_a_link() {
    let links = links("myApp://", "myApp://done", None);
    let made = links.for_attempt(&nonce(), LinkForm::AsGiven);
    assert_eq!(
        made.handover.expose(),
        format!("myApp://?stepup={NONCE_TEXT}")
    );
    assert_eq!(links.read(made.handover.expose()), ours(LinkKind::Handover));
    assert_eq!(links.read("myapp://"), without_nonce(LinkKind::Handover));
    assert_eq!(links.read("myapp://other"), ReadLink::NotOurs);
}

#[test]
fn shared_schemes_are_seen() {
    assert!(links("shop://h", "SHOP://c", None).same_scheme());
    assert!(!shop().same_scheme());
}

#[test]
fn without_nonces_links_stay_as_they_are() {
    let links = Links::parse(&config("shop://h", "shop://c?a=b", None), false).expect("sound");
    assert!(!links.uses_nonce());
    let made = links.for_attempt(&nonce(), LinkForm::AsGiven);
    assert_eq!(made.handover.expose(), "shop://h");
    assert_eq!(made.completion.expose(), "shop://c?a=b");
    assert_eq!(
        links.read("shop://c?stepup=x"),
        without_nonce(LinkKind::Completion)
    );
}

#[test]
fn configuration_errors_name_the_field_the_flaw_and_the_fix() {
    let cases = [
        ("", "://"),
        ("shop", "://"),
        ("shop:klarna", "://"),
        ("shop:/klarna", "://"),
        ("1shop://klarna", "://"),
        ("http://shop.example/", "http can be read"),
        ("HTTP://shop.example/", "http can be read"),
        ("javascript://x", "scheme"),
        ("DATA://x", "scheme"),
        ("file:///x", "scheme"),
        ("content://x", "scheme"),
        ("intent://x", "scheme"),
        ("about://x", "scheme"),
        ("blob://x", "scheme"),
        ("klarna://x", "scheme"),
        ("shop://marked@klarna", "user name"),
        ("shop://klarna#marked", "fragment"),
        ("shop://klarna?marked=1&stepup=1", "reserved"),
        ("shop://klarna?stepup", "reserved"),
        ("shop://klarna:99999", "port"),
        ("shop://klarna:port", "port"),
        ("https://shop.example:port/", "port"),
        ("shop://{klarna}/x", "placeholder"),
        ("shop://klarna/{klarna.payment_request.id}", "placeholder"),
        ("shop://klar na", "character"),
        (" shop://klarna", "character"),
        ("shop://klarna\\x", "character"),
        ("shop://klarna/ä", "ASCII"),
        ("https://bücher.example/", "ASCII"),
        ("shop://kl%61rna", "host"),
        ("https://kl%61rna.example/", "host"),
        ("https:///x", "host"),
        ("https://shop.example/a/../b", "path"),
    ];
    for (text, problem) in cases {
        for field in ["links.handover", "links.completion"] {
            let configured = if field == "links.handover" {
                config(text, "shop://c", None)
            } else {
                config("shop://h", text, None)
            };
            let refused = Links::parse(&configured, true).expect_err(text);
            assert_eq!(refused.field, field, "{text}");
            assert!(refused.problem.contains(problem), "{text}: {refused}");
            assert!(!refused.fix.is_empty());
            assert!(!refused.to_string().contains("marked"), "{refused}");
        }
    }
    let long = format!("shop://klarna/{}", "x".repeat(1024));
    assert!(Links::parse(&config(&long, "shop://c", None), true).is_err());
    for scheme in [
        "",
        "shop://",
        "sh op",
        "https",
        "HTTP",
        "javascript",
        "1a",
        "é",
    ] {
        let refused = Links::parse(
            &config("shop://h", "https://a.example/c", Some(scheme)),
            true,
        )
        .expect_err(scheme);
        assert_eq!(refused.field, "links.fallback_scheme", "{scheme}");
    }
}

#[test]
fn placeholders_in_the_query_are_kept() {
    let links = links("shop://h", "shop://c?pr={klarna.payment_request.id}", None);
    let made = links.for_attempt(&nonce(), LinkForm::AsGiven);
    assert_eq!(
        made.completion.expose(),
        format!("shop://c?pr={{klarna.payment_request.id}}&stepup={NONCE_TEXT}")
    );
}

proptest! {
    #[test]
    fn no_text_panics_and_only_ours_is_ever_acted_on(text: String) {
        // Random text never starts with one of our links, so it can't be ours.
        prop_assert_eq!(shop().read(&text), ReadLink::NotOurs);
    }

    #[test]
    fn nothing_appended_to_our_links_panics(tail: String, which in 0..3_usize) {
        let start = ["shop://klarna/back", "https://shop.example/klarna/done", "shopdone://shop.example/klarna/done"][which];
        let _ = shop().read(&[start, &tail].concat());
        let _ = shop().read(&[start, "?stepup=", &tail].concat());
    }

    #[test]
    fn pieces_of_links_in_any_order_never_panic(pieces in prop::collection::vec(
        prop::sample::select(vec!["shop", "https", ":", "/", "//", "@", "?", "#", "[", "]", "::1", "klarna", "/back", "%", "%5F", "&",
            "stepup=", "shop.example", ":443", "é", "\u{0}", "Zm9vYmFyZm9vYmFyZm9vYg"]), 0..12)) {
        let _ = shop().read(&pieces.concat());
        let _ = Links::parse(&config(&pieces.concat(), "shop://c", Some("f")), true);
    }

    #[test]
    fn every_attempts_links_are_recognised_whatever_is_added(
        bytes: [u8; 16],
        https_links: bool,
        before in "([a-z]{1,5}=[a-z{}.%]{0,8}&){0,3}",
        after in "(&[a-z]{1,5}=[a-z{}.%]{0,8}){0,3}",
    ) {
        let links = shop();
        let nonce = Nonce::from_bytes(bytes);
        let made = links.for_attempt(&nonce, links.form(https_links));
        for (link, kind) in [(made.handover, LinkKind::Handover), (made.completion, LinkKind::Completion)] {
            let (place, query) = link.expose().split_once('?').expect("there is a query");
            let uri = format!("{place}?{before}{query}{after}");
            prop_assert_eq!(links.read(&uri), ReadLink::Ours { kind, nonce: LinkNonce::Present(nonce.clone()) });
        }
    }

    /// The own splitter against the `url` crate, on links that both accept.
    #[test]
    fn split_agrees_with_a_full_parser(
        uri in "(shop|https|a\\+b)://([a-z]{1,3}@)?[a-z]{1,8}(\\.[a-z]{2,5})?(:[0-9]{1,4})?(/[a-z]{0,5}){0,3}(\\?[a-z=&]{0,12})?(#[a-z]{0,4})?",
    ) {
        let parts = split::split(&uri).expect("it is a link");
        let url = url::Url::parse(&uri).expect("the parser takes it as well");
        prop_assert_eq!(parts.scheme, url.scheme());
        prop_assert_eq!(Some(parts.host), url.host_str());
        prop_assert_eq!(parts.query, url.query());
        prop_assert_eq!(parts.fragment, url.fragment());
        prop_assert_eq!(parts.userinfo.unwrap_or_default(), url.username());
        prop_assert_eq!(config::path_or_root(&parts), url.path());
        prop_assert_eq!(config::port_number(parts.port, parts.scheme), Ok(url.port()));
    }
}
