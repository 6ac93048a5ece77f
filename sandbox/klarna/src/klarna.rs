//! The server's handle: its router, and what the same process may ask of it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use stepup_sandbox_clock::Clock;

use crate::books::KlarnaRecord;
use crate::config::{ConfigError, KlarnaConfig, SigningKey};
use crate::faults::KlarnaFaults;
use crate::state::PaymentState;
use crate::world::World;
use crate::{api, journey, webhook};

/// The sandbox's Klarna. Clones are the same one. Its methods and handlers need a running Tokio runtime.
#[derive(Clone)]
pub struct Klarna(Arc<Shared>);

struct Shared {
    config: KlarnaConfig,
    http: reqwest::Client,
    world: Mutex<World>,
}

impl fmt::Debug for Klarna {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The world is full of tokens and of addresses that are credentials.
        f.debug_struct("Klarna")
            .field("public_url", &self.0.config.public_url)
            .finish_non_exhaustive()
    }
}

impl Klarna {
    /// A Klarna that knows of nothing yet.
    pub fn new(config: KlarnaConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let http = webhook::client().map_err(|_| ConfigError::Client)?;
        let world = Mutex::new(World::new(config.clone()));
        Ok(Self(Arc::new(Shared {
            config,
            http,
            world,
        })))
    }

    /// All routes: API, journey and style sheet.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(api::routes())
            .merge(journey::routes())
            .fallback(api::unknown_route)
            .with_state(self.clone())
    }

    /// What happened so far, one entry a payment, oldest first.
    #[must_use]
    pub fn books(&self) -> Vec<KlarnaRecord> {
        self.change(|world, _| world.records.clone())
    }

    /// Sets what shall go wrong from now on; counters start anew.
    pub fn set_faults(&self, faults: KlarnaFaults) {
        self.change(|world, _| world.faults = faults);
    }

    /// The faults as they are now, with what is left of the counters.
    #[must_use]
    pub fn faults(&self) -> KlarnaFaults {
        self.change(|world, _| world.faults.clone())
    }

    /// Lets an open payment request expire now; false if it is unknown or has ended already.
    #[must_use]
    pub fn expire(&self, payment_request_id: &str) -> bool {
        self.change(|world, now_ms| {
            let index = world.find(payment_request_id);
            index.is_some_and(|index| world.advance(index, PaymentState::Expired, None, now_ms))
        })
    }

    /// Signs every delivery from now on with `key`, also the next attempts at older events.
    pub fn rotate_signing_key(&self, key: SigningKey) {
        self.change(|world, _| world.signing_keys.push(key));
    }

    pub(crate) fn config(&self) -> &KlarnaConfig {
        &self.0.config
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.config.clock
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Looks at or changes the world at one instant: what is overdue expires first, and the webhooks of all changes go out after.
    pub(crate) fn change<T>(&self, act: impl FnOnce(&mut World, i64) -> T) -> T {
        let mut world = self.lock();
        let now_ms = self.clock().now_ms();
        world.expire_due(now_ms);
        let result = act(&mut world, now_ms);
        for event in std::mem::take(&mut world.outbox) {
            webhook::publish(self, &world, event);
        }
        result
    }

    /// Lets the request expire when its time has come, unless it ends before.
    pub(crate) fn watch_expiry(&self, index: usize) {
        let (klarna, guard) = (self.clone(), self.clock().busy());
        tokio::spawn(async move {
            loop {
                let (ticket, settled, due_ms) = {
                    let world = klarna.lock();
                    let request = world.request(index);
                    let settled = request.settled.clone();
                    if request.state.is_final() {
                        break;
                    }
                    (settled.ticket(), settled, request.expires_ms)
                };
                settled.wait(ticket, Some(due_ms)).await;
                klarna.change(|_, _| ());
            }
            drop(guard);
        });
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
