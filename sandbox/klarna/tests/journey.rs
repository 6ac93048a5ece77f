//! The Purchase Journey, as a customer walks it.

mod world;

use reqwest::Method;
use serde_json::{Value, json};
use stepup_sandbox_klarna::{PaymentState, StateReason, TEST_PHONES};
use world::{Browser, World, order, order_of, world};

fn states(world: &World, id: &str) -> Vec<PaymentState> {
    world
        .record(id)
        .history
        .iter()
        .map(|entry| entry.state)
        .collect()
}

fn order_with(return_url: Option<&str>, app_return_url: Option<&str>) -> Value {
    let mut order = order();
    let config =
        json!({ "method": "HANDOVER", "return_url": return_url, "app_return_url": app_return_url });
    order["step_up_config"]["customer_interaction_config"] = config;
    order
}

const APP: &str = "shop://klarna?stepup=abc";
const WEB: &str = "https://acquirer.example/back";

#[tokio::test]
async fn approving_ends_on_the_return_url_with_its_placeholders_filled_in() {
    let world = world().await;
    let (id, url) = world.step_up(&order()).await;
    let mut browser = world.browser();
    browser.walk_to_review(&url).await;
    let left_for = browser.act("approve", &[]).await.expect("a way out");
    let token = world.read(&id).await.body["state_context"]["klarna_network_session_token"].clone();
    let encoded = |text: &str| text.replace(':', "%3A");
    assert_eq!(
        left_for,
        format!(
            "https://acquirer.example/back?id={}&state=COMPLETED&ref=acquiring-partner-request-reference-1234&token={}&x={{unknown}}",
            encoded(&id),
            encoded(token.as_str().expect("a token")),
        )
    );
    assert_eq!(
        states(&world, &id),
        [
            PaymentState::Submitted,
            PaymentState::InProgress,
            PaymentState::Completed
        ]
    );
    // Pressed twice: the customer gets where they were going, and nothing happens twice.
    assert_eq!(browser.act("approve", &[]).await, Some(left_for.clone()));
    assert_eq!(states(&world, &id).len(), 3);
    browser.open(&url).await;
    assert_eq!(browser.heading(), "You approved this payment");
    assert_eq!(browser.act("return", &[]).await, Some(left_for));
}

#[tokio::test]
async fn denying_declines_the_request_for_good() {
    let world = world().await;
    let (id, url) = world.step_up(&order_with(Some(WEB), Some(APP))).await;
    let mut browser = world.browser();
    browser.walk_to_review(&url).await;
    assert_eq!(browser.act("deny", &[]).await.as_deref(), Some(WEB));
    let read = world.read(&id).await.body;
    assert_eq!(
        (&read["state"], &read["state_reason"]),
        (&json!("DECLINED"), &json!("PAYMENT_DECLINED"))
    );
    browser.open(&url).await;
    assert_eq!(browser.heading(), "This payment was declined");
    assert!(!browser.offers("approve"));
}

#[tokio::test]
async fn aborting_leaves_the_same_address_open_until_it_expires() {
    let world = world().await;
    let (id, url) = world.step_up(&order()).await;
    let mut browser = world.browser();
    browser.walk_to_option(&url).await;
    let left_for = browser.act("abort", &[]).await.expect("a way out");
    assert!(left_for.contains("state=SUBMITTED"), "{left_for}");
    assert!(
        left_for.contains("token={klarna.payment_request.klarna_network_session_token}"),
        "no token yet: {left_for}"
    );
    let aborted = world.record(&id).history.last().expect("history").clone();
    assert_eq!(
        (aborted.state, aborted.reason),
        (
            PaymentState::Submitted,
            Some(StateReason::PurchaseFlowAborted)
        )
    );

    // The page left behind does nothing any more but bring the customer back to the beginning.
    assert_eq!(browser.act("option", &[]).await, None);
    assert_eq!(browser.heading(), "Your phone number");
    assert_eq!(world.read(&id).await.body["state"], "IN_PROGRESS");
    browser.walk_to_review(&url).await;
    assert!(
        browser
            .act("approve", &[])
            .await
            .expect("a way out")
            .contains("state=COMPLETED")
    );
}

#[tokio::test]
async fn any_six_digits_are_the_code_but_one() {
    let world = world().await;
    let (_, url) = world.step_up(&order()).await;
    let mut browser = world.browser();
    browser.open(&url).await;
    for wrong in ["", "12345", "call me"] {
        assert_eq!(browser.act("phone", &[("phone", wrong)]).await, None);
        assert_eq!(
            (browser.status, browser.heading().as_str()),
            (422, "Your phone number")
        );
        assert!(browser.html.contains("role=\"alert\""));
    }
    browser.act("phone", &[("phone", "+4542555628")]).await;
    for wrong in ["999999", "12345", "1234567", "abcdef", ""] {
        browser.act("otp", &[("otp", wrong)]).await;
        assert_eq!(
            (browser.status, browser.heading().as_str()),
            (422, "Enter the code"),
            "{wrong}"
        );
    }
    browser.act("otp", &[("otp", "000 000")]).await;
    assert_eq!(browser.heading(), "How do you want to pay?");
}

#[tokio::test]
async fn nobody_gets_past_a_step_by_its_address() {
    let world = world().await;
    let (id, url) = world.step_up(&order()).await;
    let mut browser = world.browser();
    let page = |name: &str| url.replace("/start", name);
    browser.open(&url).await;
    for name in [
        "/otp",
        "/sign-up",
        "/option",
        "/review",
        "/app/bank",
        "/return",
    ] {
        browser.open(&page(name)).await;
        assert_eq!(browser.heading(), "Your phone number", "{name}");
    }
    world
        .http
        .post(page("/approve"))
        .send()
        .await
        .expect("an answer");
    world
        .http
        .post(page("/app/klarna/confirm"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(states(&world, &id).last(), Some(&PaymentState::InProgress));
    browser.open(&page("/review")).await;
    assert_eq!(browser.heading(), "Your phone number");
    for wrong in [
        url.replace("/eu/", "/na/"),
        format!("{}/eu/requests/none/start", world.url),
    ] {
        browser.open(&wrong).await;
        assert_eq!(
            (browser.status, browser.heading().as_str()),
            (404, "There is no such payment")
        );
    }
}

#[tokio::test]
async fn looking_at_the_address_without_opening_it_changes_nothing() {
    let world = world().await;
    let (id, url) = world.step_up(&order()).await;
    let head = world
        .http
        .request(Method::HEAD, &url)
        .send()
        .await
        .expect("an answer");
    assert_eq!(head.status(), 200);
    assert_eq!(states(&world, &id), [PaymentState::Submitted]);
}

#[tokio::test]
async fn klarnas_test_customers_have_their_own_journeys() {
    let world = world().await;
    let phone = |market: &str, kind| {
        let found = TEST_PHONES
            .iter()
            .find(|phone| phone.market == market && phone.kind == kind);
        found.expect("in the table").number
    };
    let denied = phone("DK", stepup_sandbox_klarna::CustomerKind::Denied);
    let walk = async |browser: &mut Browser, url: &str, number: &str| {
        browser.open(url).await;
        browser.act("phone", &[("phone", number)]).await;
        browser.act("otp", &[("otp", "123456")]).await;
    };
    for (body, number) in [(order(), denied), (order_of("denied"), "+4542555628")] {
        let (id, url) = world.step_up(&body).await;
        let mut browser = world.browser();
        walk(&mut browser, &url, number).await;
        browser.act("option", &[]).await;
        assert_eq!(
            browser.act("approve", &[]).await,
            None,
            "told before being sent back"
        );
        assert_eq!(browser.heading(), "This payment was declined");
        assert!(
            browser
                .act("return", &[])
                .await
                .expect("a way out")
                .contains("state=DECLINED")
        );
        assert_eq!(states(&world, &id).last(), Some(&PaymentState::Declined));
    }
    let new_user = phone("AT", stepup_sandbox_klarna::CustomerKind::NewUser);
    let (id, url) = world.step_up(&order()).await;
    let mut browser = world.browser();
    walk(&mut browser, &url, new_user).await;
    assert_eq!(browser.heading(), "Open your account");
    browser.act("sign-up", &[("name", "Ada")]).await;
    assert_eq!(browser.status, 422, "terms");
    browser
        .act("sign-up", &[("name", "Ada"), ("terms", "accepted")])
        .await;
    browser.act("option", &[("option", "instalments")]).await;
    assert!(browser.html.contains("3 instalments"));
    browser.act("approve", &[]).await;
    assert_eq!(states(&world, &id).last(), Some(&PaymentState::Completed));
}

#[tokio::test]
async fn a_hop_to_another_app_comes_back_by_app_return_url_and_the_tab_goes_on() {
    let world = world().await;
    for (action, confirmed) in [
        ("open-klarna-app", "Confirmed in the Klarna app"),
        ("open-bank", "Confirmed with your bank"),
    ] {
        let (id, url) = world.step_up(&order_with(Some(WEB), Some(APP))).await;
        let mut browser = world.browser();
        browser.walk_to_option(&url).await;
        browser.act(action, &[]).await;
        assert_eq!(
            browser.act("back-to-app", &[]).await.as_deref(),
            Some(APP),
            "exactly as given"
        );
        assert_eq!(
            browser.act("confirm-in-app", &[]).await.as_deref(),
            Some(APP)
        );
        assert_eq!(
            states(&world, &id).last(),
            Some(&PaymentState::InProgress),
            "the handover settles nothing"
        );
        // What the tab shows is still the hop; it goes on from there.
        browser.act("continue", &[]).await;
        assert_eq!(browser.heading(), "Review and pay");
        assert!(browser.html.contains(confirmed));
        assert!(!browser.offers(action));
        assert_eq!(browser.act("approve", &[]).await.as_deref(), Some(WEB));
    }
}

#[tokio::test]
async fn without_an_app_return_url_no_other_app_is_offered() {
    let world = world().await;
    let (_, url) = world.step_up(&order_with(Some(WEB), None)).await;
    let mut browser = world.browser();
    browser.walk_to_review(&url).await;
    assert!(!browser.offers("open-klarna-app") && !browser.offers("open-bank"));
    browser.open(&url.replace("/start", "/app/bank")).await;
    assert_eq!(browser.heading(), "Review and pay");
    assert_eq!(browser.act("approve", &[]).await.as_deref(), Some(WEB));
}

#[tokio::test]
async fn the_launch_decides_on_which_address_the_journey_ends() {
    let world = world().await;
    for (return_url, app_return_url, via, exit) in [
        (Some(WEB), None, "", WEB),
        (None, Some(APP), "", APP),
        (None, Some(APP), "?via=klarna-app", APP),
        (Some(WEB), Some(APP), "", WEB),
        (Some(WEB), Some(APP), "?via=klarna-app", APP),
        (Some(WEB), None, "?via=klarna-app", WEB),
    ] {
        for ending in ["approve", "deny", "abort"] {
            let (_, url) = world.step_up(&order_with(return_url, app_return_url)).await;
            let mut browser = world.browser();
            browser.walk_to_review(&format!("{url}{via}")).await;
            let may_hop = via.is_empty() && app_return_url.is_some();
            assert_eq!(browser.offers("open-klarna-app"), may_hop);
            assert_eq!(
                browser.act(ending, &[]).await.as_deref(),
                Some(exit),
                "{via} {ending}"
            );
        }
    }
}

#[tokio::test]
async fn a_request_that_ended_elsewhere_says_so_and_lets_the_customer_go() {
    let world = world().await;
    let (canceled, url) = world.step_up(&order()).await;
    let mut browser = world.browser();
    browser.walk_to_review(&url).await;
    world.cancel(&canceled).await;
    assert_eq!(browser.act("approve", &[]).await, None);
    assert_eq!(browser.heading(), "This payment was cancelled");
    assert!(
        browser
            .act("return", &[])
            .await
            .expect("a way out")
            .contains("state=CANCELED")
    );
    assert_eq!(
        states(&world, &canceled).last(),
        Some(&PaymentState::Canceled)
    );

    let (expired, url) = world.step_up(&order()).await;
    browser.walk_to_review(&url).await;
    world.pass(world::HOUR_MS * 3).await;
    browser.act("approve", &[]).await;
    assert_eq!(browser.heading(), "This took too long");
    assert_eq!(
        states(&world, &expired).last(),
        Some(&PaymentState::Expired)
    );
}

#[tokio::test]
async fn pages_are_accessible_and_keep_their_address_to_themselves() {
    let world = world().await;
    let mut hostile = order();
    hostile["supplementary_purchase_data"]["line_items"][0]["name"] =
        json!("<script>alert(1)</script>");
    let (_, url) = world.step_up(&hostile).await;
    let response = world.http.get(&url).send().await.expect("an answer");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["referrer-policy"], "no-referrer");
    assert!(
        response.headers()["content-security-policy"]
            .to_str()
            .expect("ASCII")
            .contains("default-src 'none'")
    );
    let mut browser = world.browser();
    browser.open(&url).await;
    for action in ["phone", "otp", "option", "approve"] {
        let page = scraper::Html::parse_document(&browser.html);
        let all = |selector: &str| {
            page.select(&scraper::Selector::parse(selector).expect("a selector"))
                .count()
        };
        assert_eq!(
            (
                all("html[lang=en]"),
                all("main"),
                all("h1"),
                all("title"),
                all("script")
            ),
            (1, 1, 1, 1, 0)
        );
        for input in
            page.select(&scraper::Selector::parse("input:not([type=radio])").expect("a selector"))
        {
            let id = input.attr("id").expect("an id");
            assert_eq!(all(&format!("label[for={id}]")), 1, "{id}");
        }
        assert_eq!(all("input[type=radio]"), all("label > input[type=radio]"));
        let fields = [("phone", "+4542555628"), ("otp", "123456")];
        browser.act(action, &fields).await;
    }
    let style = world
        .http
        .get(format!("{}/assets/checkout.css", world.url))
        .send()
        .await
        .expect("an answer");
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}
