//! An app that starts its payments at its backend itself: `prepare`, its own request, `continue_payment`.

use serde_json::Value;

use super::{Run, RunError};
use crate::protocol::{Command, OrderText, StartReply};
use crate::scenario::OwnReply;

/// What the app prepared.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub order: OrderText,
    /// Empty until the core has answered.
    pub attempt: String,
    pub key: String,
    /// `return_url` and `app_return_url`.
    pub links: (String, String),
}

impl Run {
    /// Prepares one order, or so many of them.
    pub(super) async fn prepare(
        &mut self,
        order: Option<String>,
        times: u32,
    ) -> Result<(), RunError> {
        let base = self.order(order, None).reference;
        for number in 1..=times {
            let reference = if times == 1 {
                base.clone()
            } else {
                format!("{base}-{number}")
            };
            let order = self.order(Some(reference.clone()), None);
            if number > 1 {
                self.calls += 1;
            }
            self.note_call("prepare", reference);
            let prepared = Prepared {
                order: order.clone(),
                attempt: String::new(),
                key: String::new(),
                links: (String::new(), String::new()),
            };
            self.prepared.insert(self.calls, prepared);
            let command = Command::Prepare {
                call: self.calls,
                order,
            };
            self.send(&command).await?;
            self.settle().await?;
        }
        Ok(())
    }

    /// The app's own request for what it prepared last, and what it tells the core of it.
    pub(super) async fn continue_payment(&mut self, reply: OwnReply) -> Result<(), RunError> {
        let attempt = self.attempt()?;
        let mut prepared = self.prepared.values();
        let newest = prepared.rfind(|one| one.attempt == attempt);
        let Some(prepared) = newest.cloned() else {
            return Err(RunError::Unmet("nothing was prepared".to_owned()));
        };
        let reply = match reply {
            OwnReply::NotSent => StartReply::NotSent,
            OwnReply::Lost => {
                self.start_by_app(&prepared).await?;
                StartReply::Lost
            }
            OwnReply::Answered => self.start_by_app(&prepared).await?,
        };
        self.calls += 1;
        self.note_call("continue", prepared.order.reference);
        let command = Command::Continue {
            call: self.calls,
            attempt,
            reply,
        };
        self.send(&command).await
    }

    async fn start_by_app(&mut self, prepared: &Prepared) -> Result<StartReply, RunError> {
        let mut body: Value = serde_json::from_str(&prepared.order.json).map_err(RunError::Json)?;
        body["return_url"] = prepared.links.0.clone().into();
        body["app_return_url"] = prepared.links.1.clone().into();
        // It passes the gateway like the core's, which does not know of it.
        self.arrived_before += 1;
        let backend = &self.world.addresses().backend;
        let answer = stepup_sandbox_http::client()
            .build()?
            .post(format!("{backend}/payments"))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", &prepared.key)
            .header("StepUp-Attempt", &prepared.attempt)
            .body(body.to_string())
            .send()
            .await?;
        Ok(StartReply::Answered {
            status: answer.status().as_u16(),
            body: answer.text().await?,
        })
    }
}
