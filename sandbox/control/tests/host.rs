//! The whole of `/_control` as a runner in another language uses it: nothing but HTTP and JSON.

use std::net::{IpAddr, Ipv4Addr};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stepup_sandbox_control::WorldHost;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Runner {
    http: reqwest::Client,
    control: String,
}

impl Runner {
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = self.http.request(method, format!("{}{path}", self.control));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let reply = request.send().await.expect("answered");
        let status = reply.status();
        let text = reply.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, reply) = self.call(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "{path}: {status} {reply}");
        reply
    }

    async fn put(&self, path: &str, body: Value) -> Value {
        let (status, reply) = self.call(Method::PUT, path, Some(body)).await;
        assert!(status.is_success(), "{path}: {status} {reply}");
        reply
    }
}

async fn host() -> (WorldHost, Runner) {
    let host = WorldHost::start(LOOPBACK, 0).await.expect("a host");
    let http = stepup_sandbox_http::client().build();
    let runner = Runner {
        http: http.expect("a client"),
        control: host.control_url(),
    };
    (host, runner)
}

async fn world(host: &Runner, config: Value) -> (u64, Runner, String) {
    let made = host.post("/worlds", config).await;
    let text = |name: &str| made[name].as_str().expect("an address").to_owned();
    let runner = Runner {
        http: host.http.clone(),
        control: text("control"),
    };
    (
        made["id"].as_u64().expect("a number"),
        runner,
        text("backend"),
    )
}

async fn start(runner: &Runner, backend: &str) -> Value {
    let order = json!({
        "reference": "42", "amount": 11_800, "currency": "USD",
        "return_url": "shopdone://klarna", "app_return_url": "shop://klarna",
    });
    let request = runner
        .http
        .post(format!("{backend}/payments"))
        .header("Idempotency-Key", "a1:start")
        .header("StepUp-Attempt", "a1")
        .json(&order);
    let reply = request.send().await.expect("answered");
    reply.json().await.expect("json")
}

#[tokio::test]
async fn a_payment_is_played_over_http_alone() {
    let (host, make) = host().await;
    let (id, runner, backend) = world(&make, json!({"clock": "virtual"})).await;
    let shown = runner.get("/world").await;
    assert_eq!(shown["backend"], backend);
    assert_eq!(make.get("/worlds").await[0]["control"], runner.control);

    let fault = json!({"fault": "double", "endpoint": "start"});
    assert_eq!(runner.post("/faults", fault).await["hits"], 0);
    let reply = start(&runner, &backend).await;
    assert_eq!(runner.get("/faults").await[0]["hits"], 1);

    let journey = &reply["klarna"]["payment_request_url"];
    let opened = runner.post("/customers", json!({"url": journey})).await;
    assert_eq!(opened["report"]["what"], "page", "{opened}");
    let path = format!("/customers/{}/steps", opened["id"]);
    let walk = json!({"steps": ["phone:+4306762600456", "otp:123456", "option", "approve"]});
    let reports = runner.post(&path, walk).await;
    assert_eq!(
        reports[3]["uri"], "shopdone://klarna",
        "letter by letter: {reports}"
    );
    let phone = json!({"phone": {"idle": true, "in_flight": 0}});
    let settled = runner.post("/settle", phone).await;
    assert_eq!(settled["quiet"], true, "{settled}");

    let books = runner.get("/books").await;
    assert_eq!(books["acquirer"][0]["status"], "approved");
    assert_eq!(books["klarna"][0]["state"], "COMPLETED");
    assert_eq!(books["wire"][0]["forwarded"], 2);
    assert_eq!(books["faults"][0]["hits"], 1);
    let record = &books["customers"][0];
    assert_eq!(record["transcript"].as_array().map(Vec::len), Some(5));
    assert_eq!(runner.get("/customers/1").await, *record);
    assert_eq!(runner.get("/wire").await, books["wire"]);

    let gone = make
        .call(Method::DELETE, &format!("/worlds/{id}"), None)
        .await;
    assert_eq!(gone.0, 204);
    assert!(
        runner
            .http
            .get(format!("{}/world", runner.control))
            .send()
            .await
            .is_err()
    );
    assert_eq!(
        make.call(Method::DELETE, &format!("/worlds/{id}"), None)
            .await
            .0,
        404
    );
    host.stop().await;
}

#[tokio::test]
async fn clock_faults_network_and_expiry_are_steered_over_http() {
    let (host, make) = host().await;
    let (_, runner, backend) =
        world(&make, json!({"clock": "virtual", "starts_at_ms": 1000})).await;
    assert_eq!(
        runner.post("/clock", json!({"advance_to": 5000})).await["now_ms"],
        5000
    );
    assert_eq!(
        runner.post("/clock", json!({"move_by": -500})).await["now_ms"],
        4500
    );
    let phone = json!({"phone": {"idle": true, "in_flight": 0, "wake_at": 6000}, "advance": true});
    assert_eq!(runner.post("/settle", phone).await["next_event"], 6000);
    assert_eq!(runner.get("/clock").await["now_ms"], 6000);

    runner
        .put("/klarna/faults", json!({"decline_second": true}))
        .await;
    assert_eq!(runner.get("/klarna/faults").await["decline_second"], true);
    runner
        .put("/acquirer/faults", json!({"long_poll": false}))
        .await;
    assert_eq!(runner.get("/acquirer/faults").await["long_poll"], false);

    runner.put("/network", json!({"online": false})).await;
    let refused = runner.http.get(format!("{backend}/healthz")).send().await;
    assert!(refused.expect_err("no network").is_connect());
    runner.put("/network", json!({"online": true})).await;

    let set = runner
        .post("/faults", json!({"fault": "stall", "times": null}))
        .await;
    let cleared = runner
        .call(Method::DELETE, &format!("/faults/{}", set["id"]), None)
        .await;
    assert_eq!(cleared.1[0]["active"], false);
    runner.call(Method::DELETE, "/faults", None).await;

    let reply = start(&runner, &backend).await;
    let request = &reply["klarna"]["payment_request_id"];
    let expired = runner
        .post("/klarna/expire", json!({"payment_request_id": request}))
        .await;
    assert_eq!(expired["expired"], true);
    let phone = json!({"phone": {"idle": true, "in_flight": 0}});
    assert_eq!(runner.post("/settle", phone).await["quiet"], true);
    assert_eq!(
        runner.get("/books").await["acquirer"][0]["status"],
        "expired"
    );
    host.stop().await;
}

#[tokio::test]
async fn mistakes_of_a_runner_are_told_and_change_nothing() {
    let (host, make) = host().await;
    let (_, runner, _) = world(&make, json!({})).await;
    for (method, path, body, status) in [
        (Method::POST, "/faults", json!({"fault": "lose-repyl"}), 422),
        (
            Method::POST,
            "/faults",
            json!({"fault": "stall", "endpoint": "begin"}),
            422,
        ),
        (Method::DELETE, "/faults/7", json!(null), 404),
        (
            Method::POST,
            "/customers",
            json!({"url": "http://example.com/"}),
            422,
        ),
        (
            Method::POST,
            "/customers",
            json!({"url": "shop://klarna"}),
            422,
        ),
        (
            Method::POST,
            "/customers/1/steps",
            json!({"steps": ["approve"]}),
            404,
        ),
        (Method::GET, "/customers/1", json!(null), 404),
        (Method::POST, "/acquirer/restart", json!(null), 409),
        (Method::PUT, "/klarna/faults", json!({"webhok": {}}), 422),
        (
            Method::POST,
            "/settle",
            json!({"phone": {"idle": true}}),
            422,
        ),
        (Method::POST, "/clock", json!({"jump": 1}), 422),
        (Method::GET, "/nothing", json!(null), 404),
    ] {
        let (got, reply) = runner.call(method, path, Some(body)).await;
        assert_eq!(got, status, "{path}: {reply}");
        assert!(reply["error"].is_string(), "{path}: {reply}");
    }
    assert_eq!(runner.get("/faults").await, json!([]));
    assert_eq!(
        runner.get("/customers").await,
        json!([]),
        "a customer who could open nothing is none"
    );
    let wrong = make
        .call(Method::POST, "/worlds", Some(json!({"clock": "sun"})))
        .await;
    assert_eq!(wrong.0, 422);
    host.stop().await;
}

#[tokio::test]
async fn the_description_names_every_route_that_is_served() {
    let (host, make) = host().await;
    let (_, runner, _) = world(&make, json!({"clock": "virtual"})).await;
    let text = runner
        .http
        .get(format!("{}/openapi.yaml", runner.control))
        .send()
        .await
        .expect("answered")
        .text()
        .await
        .expect("a body");
    let mut path = "";
    let mut routes = Vec::new();
    let described = text.split("components:").next().expect("paths come first");
    for line in described.lines() {
        if let Some(name) = line.strip_prefix("  /") {
            path = name.trim_end_matches(':');
        } else if let Some(verb) = line
            .strip_prefix("    ")
            .map(|line| line.trim_end_matches(':'))
            && ["get", "post", "put", "delete"].contains(&verb)
        {
            routes.push((verb.to_uppercase(), path));
        }
    }
    assert!(routes.len() > 20, "{routes:?}");
    for (verb, path) in routes {
        let runner = if path.starts_with("worlds") {
            &make
        } else {
            &runner
        };
        let method = Method::from_bytes(verb.as_bytes()).expect("a method");
        let (status, reply) = runner
            .call(method, &format!("/{}", path.replace("{id}", "99")), None)
            .await;
        let unknown = reply["error"]
            .as_str()
            .is_some_and(|error| error.contains("no such route"));
        assert!(
            !unknown && status != 405,
            "{verb} /{path} is described but not served: {status} {reply}"
        );
    }
    host.stop().await;
}
