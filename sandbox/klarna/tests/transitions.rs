//! Whatever anybody does in whatever state: only legal steps, and at most one end.

mod world;

use stepup_sandbox_klarna::PaymentState;
use world::{World, order, world};

const FORMS: [&str; 10] = [
    "/phone",
    "/otp",
    "/sign-up",
    "/option",
    "/approve",
    "/deny",
    "/abort",
    "/app/klarna/confirm",
    "/app/bank/confirm",
    "/app/bank/back",
];
const PAGES: [&str; 8] = [
    "/start",
    "/phone",
    "/otp",
    "/sign-up",
    "/option",
    "/review",
    "/return",
    "/app/klarna",
];

/// Brings a new payment request into `state`; returns its id and URL.
async fn request_in(world: &World, state: PaymentState) -> (String, String) {
    let (id, url) = world.step_up(&order()).await;
    let mut browser = world.browser();
    if state != PaymentState::Submitted {
        browser.walk_to_review(&url).await;
    }
    match state {
        PaymentState::Submitted | PaymentState::InProgress => {}
        PaymentState::Completed => assert!(browser.act("approve", &[]).await.is_some()),
        PaymentState::Declined => assert!(browser.act("deny", &[]).await.is_some()),
        PaymentState::Expired => assert!(world.klarna.expire(&id)),
        PaymentState::Canceled => assert_eq!(world.cancel(&id).await.status, 200),
    }
    assert_eq!(world.record(&id).state, Some(state));
    (id, url)
}

#[tokio::test]
async fn every_action_in_every_state_takes_a_legal_step_or_none() {
    let world = world().await;
    let states = [
        PaymentState::Submitted,
        PaymentState::InProgress,
        PaymentState::Completed,
        PaymentState::Expired,
        PaymentState::Canceled,
        PaymentState::Declined,
    ];
    for state in states {
        let actions = FORMS
            .iter()
            .map(|form| (true, *form))
            .chain(PAGES.iter().map(|page| (false, *page)));
        for (posts, action) in actions.chain([(false, "cancel"), (false, "expire")]) {
            let (id, url) = request_in(&world, state).await;
            let page = url.replace("/start", action);
            match action {
                "cancel" => {
                    world.cancel(&id).await;
                }
                "expire" => {
                    let _ = world.klarna.expire(&id);
                }
                _ => {
                    let body = "phone=%2B4542555628&otp=123456&name=A&terms=1&option=pay-now";
                    let request = if posts {
                        world.http.post(&page).body(body)
                    } else {
                        world.http.get(&page)
                    };
                    let request =
                        request.header("Content-Type", "application/x-www-form-urlencoded");
                    let answer = request.send().await.expect("an answer").status();
                    assert!(
                        answer.is_success() || answer == 303,
                        "{state:?} {action}: {answer}"
                    );
                }
            }
            let history: Vec<PaymentState> = world
                .record(&id)
                .history
                .iter()
                .map(|entry| entry.state)
                .collect();
            assert!(
                history.windows(2).all(|pair| pair[0].can_become(pair[1])),
                "{state:?} {action}: {history:?}"
            );
            assert!(history.iter().filter(|state| state.is_final()).count() <= 1);
            if state.is_final() {
                assert_eq!(history.last(), Some(&state), "{action}");
            }
        }
    }
}
