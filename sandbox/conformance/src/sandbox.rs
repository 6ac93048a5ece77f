//! The sandbox around a backend: a scripted customer, Klarna's faults and Klarna's books.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stepup_sandbox_control::{CustomerError, OpenedIn, Step, StepReport, World};

use crate::report::Finding;
use crate::time::Time;

/// The sandbox whose Klarna the backend calls.
#[derive(Clone, Debug)]
pub enum Sandbox {
    /// In this process.
    World(World),
    /// A running one, by the address of its control API (`http://…/_control`).
    Control(String),
}

/// A customer in front of the journey.
pub(crate) struct Visitor<'a> {
    sandbox: &'a Sandbox,
    time: &'a Time,
    id: u64,
}

impl Sandbox {
    /// A customer opens the journey.
    pub(crate) async fn open<'a>(
        &'a self,
        time: &'a Time,
        url: &str,
    ) -> Result<Visitor<'a>, Finding> {
        let id = match self {
            Self::World(world) => {
                let opened = world.customers().open(url, OpenedIn::Browser);
                time.pass(opened).await.map_err(|error| lost(&error))?.0
            }
            Self::Control(base) => {
                let opened: Value =
                    call(base, Method::POST, "/customers", &json!({"url": url})).await?;
                opened["id"].as_u64().unwrap_or_default()
            }
        };
        Ok(Visitor {
            sandbox: self,
            time,
            id,
        })
    }

    /// Sets what goes wrong at Klarna; `{}` for nothing.
    pub(crate) async fn set_faults(&self, faults: Value) -> Result<(), Finding> {
        match self {
            Self::World(world) => {
                let faults = serde_json::from_value(faults)
                    .map_err(|error| Finding::NotChecked(error.to_string()))?;
                world.set_klarna_faults(faults);
                Ok(())
            }
            Self::Control(base) => {
                let set: Result<Value, _> =
                    call(base, Method::PUT, "/klarna/faults", &faults).await;
                set.map(|_| ())
            }
        }
    }

    /// Klarna's records, oldest first, as JSON.
    pub(crate) async fn klarna_books(&self) -> Result<Vec<Value>, Finding> {
        let books = match self {
            Self::World(world) => serde_json::to_value(world.klarna().books())
                .map_err(|error| Finding::NotChecked(error.to_string()))?,
            Self::Control(base) => {
                let mut books: Value = call(base, Method::GET, "/books", &Value::Null).await?;
                books["klarna"].take()
            }
        };
        match books {
            Value::Array(records) => Ok(records),
            _ => Finding::not_checked("the sandbox has no books of Klarna"),
        }
    }
}

impl Visitor<'_> {
    /// Does the steps; the link on which the tab left the sandbox, if it did.
    pub(crate) async fn walk(&self, steps: &[&str]) -> Result<Option<String>, Finding> {
        let reports = match self.sandbox {
            Sandbox::World(world) => {
                let steps: Result<Vec<Step>, _> = steps.iter().map(|step| step.parse()).collect();
                let steps = steps.map_err(|_| Finding::NotChecked("not a step".into()))?;
                let walked = world.customers().walk(self.id, &steps);
                self.time.pass(walked).await.map_err(|error| lost(&error))?
            }
            Sandbox::Control(base) => {
                let path = format!("/customers/{}/steps", self.id);
                call::<Vec<StepReport>>(base, Method::POST, &path, &json!({"steps": steps})).await?
            }
        };
        let last = reports.last();
        Ok(last.and_then(|report| report.happened.app_link().map(str::to_owned)))
    }
}

fn lost(error: &CustomerError) -> Finding {
    Finding::NotChecked(format!("the scripted customer is stuck: {error}"))
}

async fn call<T: DeserializeOwned>(
    base: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<T, Finding> {
    let stuck = |what: String| Finding::NotChecked(format!("the sandbox: {what}"));
    let http = stepup_sandbox_http::client()
        .build()
        .map_err(|error| stuck(error.to_string()))?;
    let mut request = http.request(method, format!("{}{path}", base.trim_end_matches('/')));
    if !body.is_null() {
        request = request.json(body);
    }
    let reply = request
        .send()
        .await
        .map_err(|error| stuck(error.to_string()))?;
    let (ok, status) = (reply.status().is_success(), reply.status());
    let reply: Value = reply.json().await.unwrap_or_default();
    if !ok {
        let error = reply["error"].as_str().unwrap_or_default();
        return Err(stuck(format!("{path} answered {status} {error}")));
    }
    serde_json::from_value(reply).map_err(|error| stuck(error.to_string()))
}
