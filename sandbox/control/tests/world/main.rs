//! Whole payments through a world, over real sockets, in virtual time.

mod clock;
mod faults;
mod journeys;
mod life;

use serde_json::{Value, json};
use stepup_sandbox_control::{Happened, PhoneState, Step, World, WorldConfig};

const HANDOVER: &str = "shop://klarna-back?stepup=abcdefghijklmnopqrstuv";

const COMPLETION: &str = "shopdone://klarna?stepup=abcdefghijklmnopqrstuv";

const PAY: [&str; 4] = ["phone:+4306762600456", "otp:123456", "option", "approve"];

struct Phone {
    world: World,
    http: reqwest::Client,
}

impl Phone {
    async fn new(config: WorldConfig) -> Self {
        let world = World::start(config).await.expect("a world");
        let http = stepup_sandbox_http::client().build().expect("a client");
        Self { world, http }
    }

    async fn start(&self, attempt: &str) -> Value {
        let order = json!({
            "reference": "42", "amount": 11_800, "currency": "USD",
            "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11_800}],
            "customer": {"email": "customer@email.us"},
            "return_url": COMPLETION, "app_return_url": HANDOVER,
        });
        let request = self
            .http
            .post(format!("{}/payments", self.world.addresses().backend))
            .header("Idempotency-Key", format!("{attempt}:start"))
            .header("StepUp-Attempt", attempt)
            .json(&order);
        let reply = request.send().await.expect("answered");
        assert_eq!(reply.status(), 200);
        reply.json().await.expect("json")
    }

    async fn ask(&self, query: &str) -> Value {
        let url = format!("{}/payments/a1{query}", self.world.addresses().backend);
        let reply = self.http.get(url).send().await.expect("answered");
        reply.json().await.expect("json")
    }

    async fn quiet(&self) {
        let settled = self.world.settle(PhoneState::idle()).await;
        assert!(settled.quiet, "{settled:?}");
    }

    /// Walks until a link for an app, or the end of the steps.
    async fn walk(&self, customer: u64, names: &[&str]) -> Happened {
        let walked = self.world.customers().walk(customer, &steps(names)).await;
        let mut walked = walked.expect("walked");
        walked.pop().expect("a step").happened
    }
}

fn steps(names: &[&str]) -> Vec<Step> {
    names
        .iter()
        .map(|name| name.parse().expect("a step"))
        .collect()
}

fn url(reply: &Value) -> &str {
    reply["klarna"]["payment_request_url"]
        .as_str()
        .or_else(|| reply["redirect_url"].as_str())
        .expect("a journey")
}

fn link(uri: &str) -> Happened {
    Happened::AppLink {
        uri: uri.to_owned(),
    }
}
