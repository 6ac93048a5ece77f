//! The rules for hosts.

use proptest::prelude::*;

use super::*;

const URL: JourneyKind = JourneyKind::PaymentRequestUrl;
const REDIRECT: JourneyKind = JourneyKind::RedirectUrl;

fn sandbox() -> Environment {
    Environment::Sandbox {
        hosts: vec!["tunnel.example".into()],
    }
}

fn check(url: &str, kind: JourneyKind, environment: &Environment) -> Result<(), ForbiddenUrl> {
    check_journey_url(url, kind, environment, &["pay.provider.example".into()])
}

fn rule(url: &str, kind: JourneyKind, environment: &Environment) -> Option<UrlRule> {
    check(url, kind, environment)
        .err()
        .map(|forbidden| forbidden.rule)
}

#[test]
fn klarnas_urls_are_allowed_in_their_own_environment_only() {
    let live = "https://pay.klarna.com/eu/requests/7b9c/start";
    let test = "https://pay.test.klarna.com/eu/requests/7b9c/start";
    assert_eq!(rule(live, URL, &Environment::Live), None);
    assert_eq!(rule(test, URL, &Environment::Test), None);
    assert_eq!(rule(test, URL, &sandbox()), None);
    assert_eq!(rule(live, URL, &Environment::Test), Some(UrlRule::Host));
    assert_eq!(rule(live, URL, &sandbox()), Some(UrlRule::Host));
    assert_eq!(rule(test, URL, &Environment::Live), Some(UrlRule::Host));
    assert_eq!(
        rule("HTTPS://Pay.Klarna.COM/x", URL, &Environment::Live),
        None
    );
}

#[test]
fn redirect_urls_go_to_the_configured_hosts_only() {
    for environment in [Environment::Live, Environment::Test, sandbox()] {
        assert_eq!(
            rule(
                "https://pay.provider.example/r?id=1#x",
                REDIRECT,
                &environment
            ),
            None
        );
        assert_eq!(
            rule("https://provider.example/r", REDIRECT, &environment),
            Some(UrlRule::Host)
        );
        assert_eq!(
            rule("https://x.pay.provider.example/r", REDIRECT, &environment),
            Some(UrlRule::Host)
        );
        assert_eq!(
            rule("https://pay.klarna.com/r", REDIRECT, &environment),
            Some(UrlRule::Host)
        );
        assert_eq!(
            rule("https://pay.provider.example/r", URL, &environment),
            Some(UrlRule::Host)
        );
        assert_eq!(
            rule("http://pay.provider.example/r", REDIRECT, &environment),
            Some(UrlRule::NotHttps)
        );
    }
}

#[test]
fn whatever_parsers_could_read_differently_is_refused() {
    let long = format!("https://pay.klarna.com/{}", "x".repeat(MAX_URL));
    for (url, broken) in [
        (long.as_str(), UrlRule::TooLong),
        ("https://user@pay.klarna.com/x", UrlRule::UserInfo),
        ("https://@pay.klarna.com/x", UrlRule::UserInfo),
        ("https://evil.example@pay.klarna.com/x", UrlRule::UserInfo),
        ("https://pay.klarna.com@evil.example/x", UrlRule::UserInfo),
        ("https://pay.klarna.com:443/x", UrlRule::Port),
        ("https://pay.klarna.com:8443/x", UrlRule::Port),
        ("https://pay.klarna.com:/x", UrlRule::Shape),
        ("https://pay.klarna.com:99999/x", UrlRule::Shape),
        ("http://pay.klarna.com/x", UrlRule::NotHttps),
        ("https://pay.klarna.com./x", UrlRule::Host),
        ("https://pay.klarna.com.evil.example/x", UrlRule::Host),
        ("https://evilpay.klarna.com/x", UrlRule::Host),
        ("https://klarna.com/x", UrlRule::Host),
        ("https://pay%2eklarna.com/x", UrlRule::Host),
        ("https:///pay.klarna.com/x", UrlRule::Host),
        ("https:////pay.klarna.com/x", UrlRule::Host),
        (
            "https://evil.example?https://pay.klarna.com/x",
            UrlRule::Host,
        ),
        ("https://evil.example#@pay.klarna.com/x", UrlRule::Host),
        ("https:pay.klarna.com/x", UrlRule::Shape),
        ("https:/pay.klarna.com/x", UrlRule::Shape),
        ("//pay.klarna.com/x", UrlRule::Shape),
        ("pay.klarna.com/x", UrlRule::Shape),
        ("javascript://pay.klarna.com/%0aalert(1)", UrlRule::Shape),
        ("intent://pay.klarna.com/x", UrlRule::Shape),
        ("klarna://pay.klarna.com/x", UrlRule::Shape),
        ("", UrlRule::Shape),
        (" https://pay.klarna.com/x", UrlRule::Characters),
        ("https://pay.klarna.com/x\n", UrlRule::Characters),
        ("https://pay.klarna.com\t/x", UrlRule::Characters),
        (
            "https://evil.example\\@pay.klarna.com/x",
            UrlRule::Characters,
        ),
        (
            "https://pay.klarna.com\\.evil.example/x",
            UrlRule::Characters,
        ),
        ("https://pay.klarna\u{3002}com/x", UrlRule::Characters),
        ("https://p\u{430}y.klarna.com/x", UrlRule::Characters),
        ("https://pay.klarna.com/\"x", UrlRule::Characters),
    ] {
        assert_eq!(
            rule(url, URL, &Environment::Live),
            Some(broken),
            "{url:.60}"
        );
    }
}

#[test]
fn the_sandbox_allows_its_hosts_and_http() {
    for url in [
        "http://127.0.0.1:8080/x",
        "http://localhost/x",
        "http://LOCALHOST:1/x",
        "http://[::1]:8080/x",
        "http://10.0.2.2:80/x",
        "http://tunnel.example:8080/x",
        "https://tunnel.example/x",
    ] {
        for kind in [URL, REDIRECT] {
            assert_eq!(rule(url, kind, &sandbox()), None, "{url}");
        }
        assert!(rule(url, URL, &Environment::Live).is_some(), "{url}");
        assert!(rule(url, REDIRECT, &Environment::Test).is_some(), "{url}");
    }
    for url in [
        "http://127.0.0.2/x",
        "http://10.0.2.3/x",
        "http://evil.example/x",
        "http://0x7f000001/x",
        "http://2130706433/x",
        "http://127.1/x",
    ] {
        assert_eq!(rule(url, URL, &sandbox()), Some(UrlRule::NotHttps), "{url}");
    }
    assert_eq!(
        rule("http://user@127.0.0.1/x", URL, &sandbox()),
        Some(UrlRule::UserInfo)
    );
}

#[test]
fn errors_name_the_host_and_never_the_path_or_the_query() {
    for url in [
        "https://evil.example/path_marked?query_marked",
        "https://u_marked:p_marked@evil.example/path_marked",
        "https://evil.example:1/path_marked",
    ] {
        let forbidden = check(url, URL, &Environment::Live).expect_err("it is forbidden");
        assert_eq!(forbidden.host.as_deref(), Some("evil.example"), "{url}");
        let shown = format!("{forbidden} {forbidden:?}");
        assert!(!shown.contains("marked"), "{shown}");
    }
    let odd =
        check("https://se!cret_marked/x", URL, &Environment::Live).expect_err("it is forbidden");
    assert_eq!(odd.host, None);
}

#[test]
fn a_backends_address_gives_origin_and_base() {
    let live = Environment::Live;
    for (url, origin, base) in [
        (
            "https://api.shop.example",
            "https://api.shop.example",
            "https://api.shop.example",
        ),
        (
            "https://api.shop.example/",
            "https://api.shop.example",
            "https://api.shop.example",
        ),
        (
            "HTTPS://API.shop.example:443/v1/",
            "https://api.shop.example",
            "https://api.shop.example/v1",
        ),
        (
            "https://api.shop.example:8443/v1//",
            "https://api.shop.example:8443",
            "https://api.shop.example:8443/v1",
        ),
    ] {
        let backend = read_backend_url(url, &live).expect(url);
        assert_eq!(
            (backend.origin.as_str(), backend.base.as_str()),
            (origin, base),
            "{url}"
        );
        assert_eq!(check_backend_url(url, &live).as_deref(), Ok(origin));
    }
    for url in [
        "http://127.0.0.1:8080/",
        "http://10.0.2.2:1",
        "http://[::1]:2/x",
        "http://tunnel.example",
    ] {
        assert!(check_backend_url(url, &sandbox()).is_ok(), "{url}");
        assert!(check_backend_url(url, &live).is_err(), "{url}");
    }
    assert!(check_backend_url("https://api.shop.example", &sandbox()).is_ok());
}

#[test]
fn backend_addresses_that_can_not_work_are_explained() {
    for (url, problem) in [
        ("", "absolute"),
        ("api.shop.example", "absolute"),
        ("ftp://api.shop.example", "absolute"),
        ("http://api.shop.example", "http is for the sandbox"),
        ("https://marked:marked@api.shop.example", "user name"),
        ("https://api.shop.example/?marked=1", "query"),
        ("https://api.shop.example/#marked", "fragment"),
        ("https://api.shop.example /", "character"),
        ("https://api.shöp.example/", "character"),
        ("https://", "host"),
        ("https://api.shop.example:x/", "absolute"),
        ("https://0x7f.1/", "host"),
    ] {
        for environment in [Environment::Live, Environment::Test, sandbox()] {
            let refused = check_backend_url(url, &environment).expect_err(url);
            assert!(refused.problem.contains(problem), "{url}: {refused}");
            assert!(!refused.fix.is_empty());
            assert!(!refused.to_string().contains("marked"));
        }
    }
}

/// The parser is built without Unicode's tables: international names come in their ASCII form or not at all.
#[test]
fn hosts_are_ascii() {
    let live = Environment::Live;
    let hosts = ["xn--bcher-kva.example".to_owned()];
    let journey = |url| check_journey_url(url, REDIRECT, &live, &hosts).map_err(|no| no.rule);
    assert_eq!(journey("https://xn--bcher-kva.example/x"), Ok(()));
    assert_eq!(
        check_backend_url("https://xn--bcher-kva.example/x", &live).as_deref(),
        Ok("https://xn--bcher-kva.example")
    );
    assert_eq!(
        journey("https://b\u{fc}cher.example/x"),
        Err(UrlRule::Characters)
    );
    let refused = check_backend_url("https://b\u{fc}cher.example", &live).expect_err("not ASCII");
    assert!(refused.fix.contains("xn--"), "{refused}");
    // What a browser would turn into the name above.
    assert_eq!(journey("https://b%C3%BCcher.example/x"), Err(UrlRule::Host));
    let refused =
        check_backend_url("https://b%C3%BCcher.example", &live).expect_err("not ASCII, hidden");
    assert!(refused.problem.contains("host"), "{refused}");
}

#[test]
fn configured_hosts_are_hosts_alone() {
    for host in [
        "pay.provider.example",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "xn--bcher-kva.example",
    ] {
        assert_eq!(check_redirect_host(host), Ok(()), "{host}");
    }
    for (host, problem) in [
        ("", "empty"),
        ("https://pay.provider.example", "URL"),
        ("pay.provider.example/x", "URL"),
        ("a@b", "URL"),
        ("*.provider.example", "wildcard"),
        ("pay.provider.example:443", "port"),
        ("pay.provider.example.", "spelled"),
        ("pay provider", "spelled"),
        ("bücher.example", "spelled"),
        (".example", "spelled"),
    ] {
        let refused = check_redirect_host(host).expect_err(host);
        assert!(refused.problem.contains(problem), "{host}: {refused}");
    }
}

proptest! {
    /// Whatever passes, a full parser agrees about the host: that is the whole promise.
    #[test]
    fn what_passes_leads_to_klarna(
        url in "[hH]ttps?:/{1,3}[a-z@:\\\\%.\t]{0,6}(pay\\.klarna\\.com)[a-z@:\\\\%.#?/]{0,12}",
    ) {
        if check(&url, URL, &Environment::Live).is_ok() {
            let parsed = Url::parse(&url).expect("what passes can be parsed");
            prop_assert_eq!(parsed.scheme(), "https");
            prop_assert_eq!(parsed.host_str(), Some(KLARNA_LIVE));
            prop_assert_eq!(parsed.port(), None);
            prop_assert_eq!(parsed.username(), "");
        }
    }

    #[test]
    fn no_text_panics_or_passes(url: String) {
        for environment in [Environment::Live, Environment::Test, sandbox()] {
            prop_assert!(check(&url, URL, &environment).is_err());
            prop_assert!(check_backend_url(&url, &environment).is_err());
        }
        let _ = check_redirect_host(&url);
    }
}
