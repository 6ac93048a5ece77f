//! Moves payments forward: one worker at a time for each payment, whoever asked for it, and a schedule that survives restarts.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stepup_sandbox_clock::{Clock, Signal, Wake};
use tokio::task::JoinSet;

use crate::config::{AcquirerConfig, AcquirerFaults, Secret, SigningKey};
use crate::desk::{Desk, Place};
use crate::klarna::{Authorized, CallError, KlarnaClient};
use crate::payment::{Payment, Stage, Step, Wish};
use crate::store::{Change, Store, StoreError};

const DAY_MS: i64 = 24 * 3_600_000;

pub(crate) struct Engine {
    pub config: AcquirerConfig,
    pub store: Store,
    klarna: KlarnaClient,
    faults: Mutex<AcquirerFaults>,
    signing_keys: Mutex<Vec<SigningKey>>,
    desks: Mutex<HashMap<String, Arc<Desk>>>,
    /// Given when a payment becomes due at another time.
    schedule: Signal,
    tasks: Mutex<Option<JoinSet<()>>>,
}

impl Engine {
    pub(crate) fn new(config: AcquirerConfig, store: Store, klarna: KlarnaClient) -> Arc<Self> {
        let schedule = config.clock.signal();
        let signing_keys = Mutex::new(config.signing_keys.clone());
        Arc::new(Self {
            config,
            store,
            klarna,
            faults: Mutex::default(),
            signing_keys,
            desks: Mutex::default(),
            schedule,
            tasks: Mutex::new(Some(JoinSet::new())),
        })
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.config.clock
    }

    pub(crate) fn now(&self) -> i64 {
        self.config.clock.now_ms()
    }

    pub(crate) fn faults(&self) -> AcquirerFaults {
        *locked(&self.faults)
    }

    pub(crate) fn set_faults(&self, faults: AcquirerFaults) {
        *locked(&self.faults) = faults;
    }

    pub(crate) fn signing_key(&self, id: &str) -> Option<SigningKey> {
        let keys = locked(&self.signing_keys);
        keys.iter().find(|key| key.id == id).cloned()
    }

    pub(crate) fn set_signing_keys(&self, keys: Vec<SigningKey>) {
        *locked(&self.signing_keys) = keys;
    }

    /// Takes up what an earlier process left, and from then on whatever becomes due.
    pub(crate) fn start(self: &Arc<Self>) -> Result<(), StoreError> {
        self.store.purge(self.now())?;
        self.store.wake_open(self.now())?;
        let engine = Arc::clone(self);
        self.spawn(async move { engine.keep_schedule().await });
        Ok(())
    }

    /// Stops everything at once, as a kill would: calls on their way are dropped, nothing more is written.
    pub(crate) fn stop(&self) {
        // Dropping the set aborts its tasks.
        locked(&self.tasks).take();
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let busy = self.clock().busy();
        if let Some(tasks) = locked(&self.tasks).as_mut() {
            while tasks.try_join_next().is_some() {}
            tasks.spawn(async move {
                let _busy = busy;
                work.await;
            });
        }
    }

    async fn keep_schedule(self: Arc<Self>) {
        let mut purged_at = self.now();
        loop {
            let ticket = self.schedule.ticket();
            let now = self.now();
            if now - purged_at >= DAY_MS {
                purged_at = now;
                report(self.store.purge(now));
            }
            for id in report(self.store.due(now)).unwrap_or_default() {
                self.nudge(&id, Wish::Due);
            }
            let next = report(self.store.next_due(now)).flatten();
            self.schedule.wait(ticket, next).await;
        }
    }

    fn desk(&self, id: &str) -> Arc<Desk> {
        let mut desks = locked(&self.desks);
        let desk = desks
            .entry(id.to_owned())
            .or_insert_with(|| Arc::new(Desk::new(self.clock())));
        Arc::clone(desk)
    }

    /// Has the payment looked at. Whoever comes while a worker is at it is served by that worker.
    pub(crate) fn nudge(self: &Arc<Self>, id: &str, wish: Wish) {
        let Some(place) = self.desk(id).ask(wish) else {
            return;
        };
        let engine = Arc::clone(self);
        let id = id.to_owned();
        self.spawn(async move { engine.work(&id, place).await });
    }

    async fn work(&self, id: &str, mut place: Place) {
        loop {
            report(self.drive(id, place.take_wish()).await);
            if place.leave() {
                break;
            }
        }
        let settled = report(self.store.payment(id))
            .flatten()
            .is_none_or(|payment| payment.stage == Stage::Settled);
        if settled {
            // Nothing will change any more, so nobody has to wait at the same desk as anybody else.
            locked(&self.desks).remove(id);
        }
    }

    async fn drive(&self, id: &str, mut wish: Wish) -> Result<(), StoreError> {
        let timing = self.config.timing;
        loop {
            let Some(payment) = self.store.payment(id)? else {
                return Ok(());
            };
            match payment.next_step(self.now(), wish, timing.read_every_ms) {
                Step::Rest => return Ok(()),
                Step::CloseUnsent => {
                    self.change(id, Payment::close_unsent)?;
                }
                Step::StopRepeating => {
                    tracing::error!(
                        payment = id,
                        "whether the first authorize was done has to be found out by hand"
                    );
                    self.change(id, |p, _| p.stop_repeating())?;
                }
                Step::AuthorizeFirst => self.authorize_first(id).await?,
                Step::AuthorizeSecond(token) => {
                    if self.is_put_off(&payment)? {
                        return Ok(());
                    }
                    self.authorize_second(id, &token).await?;
                }
                Step::CancelAtKlarna(request_id) => self.cancel(id, &request_id).await?,
                Step::Read(request_id) => {
                    wish = Wish::Due;
                    self.read(id, &request_id).await?;
                }
            }
        }
    }

    async fn authorize_first(&self, id: &str) -> Result<(), StoreError> {
        let sent = self.change(id, Payment::sending_first)?;
        if let Some(Change {
            payment,
            result: true,
            ..
        }) = sent
        {
            let result = self.klarna.authorize_first(&payment).await;
            self.authorized(id, "first", result)?;
        }
        Ok(())
    }

    async fn authorize_second(&self, id: &str, token: &Secret) -> Result<(), StoreError> {
        let sent = self.change(id, |p, _| p.sending_second())?;
        if let Some(Change {
            payment,
            result: true,
            ..
        }) = sent
        {
            let result = self.klarna.authorize_second(&payment, token).await;
            self.authorized(id, "second", result)?;
        }
        Ok(())
    }

    fn authorized(
        &self,
        id: &str,
        call: &str,
        result: Result<Authorized, CallError>,
    ) -> Result<(), StoreError> {
        let reconcile = self.config.timing.reconcile_every_ms;
        match result {
            Ok(result) => {
                self.change(id, |p, now| p.authorized(result, now, reconcile))?;
            }
            Err(CallError::Refused { status, code }) => {
                tracing::warn!(payment = id, call, status, code, "authorize refused");
                self.change(id, |p, now| p.refused(status, &code, now))?;
            }
            Err(CallError::NotSent { what }) => {
                tracing::warn!(payment = id, call, what, "authorize not sent");
                self.change(id, Payment::not_sent)?;
            }
            Err(CallError::Unknown {
                what,
                retry_after_ms,
            }) => {
                tracing::warn!(payment = id, call, what, "authorize without a result");
                self.change(id, |p, now| p.unknown(retry_after_ms, now))?;
            }
        }
        Ok(())
    }

    async fn cancel(&self, id: &str, request_id: &str) -> Result<(), StoreError> {
        let news = match self.klarna.cancel(request_id).await {
            // Not in a state that can be cancelled, or already gone: what it is now decides.
            Err(CallError::Refused { .. }) => self.klarna.read(request_id).await,
            other => other,
        };
        match news {
            Ok(news) => {
                let reconcile = self.config.timing.reconcile_every_ms;
                self.change(id, |p, now| {
                    p.was_read(news, now, reconcile);
                    if p.stage == Stage::Journey {
                        p.unknown(None, now);
                    }
                })?;
            }
            Err(error) => self.not_answered(id, error)?,
        }
        Ok(())
    }

    async fn read(&self, id: &str, request_id: &str) -> Result<(), StoreError> {
        let reconcile = self.config.timing.reconcile_every_ms;
        if !self.faults().reads {
            self.change(id, |p, now| p.not_read(now, reconcile))?;
            return Ok(());
        }
        match self.klarna.read(request_id).await {
            Ok(news) => {
                self.change(id, |p, now| p.was_read(news, now, reconcile))?;
            }
            Err(error) => self.not_answered(id, error)?,
        }
        Ok(())
    }

    fn not_answered(&self, id: &str, error: CallError) -> Result<(), StoreError> {
        let (what, retry_after_ms) = match error {
            CallError::Refused { status, code } => (format!("{status} {code}"), None),
            CallError::NotSent { what } => (what, None),
            CallError::Unknown {
                what,
                retry_after_ms,
            } => (what, retry_after_ms),
        };
        tracing::warn!(
            payment = id,
            what,
            "Klarna did not tell the request's state"
        );
        self.change(id, |p, now| p.unknown(retry_after_ms, now))?;
        Ok(())
    }

    fn is_put_off(&self, payment: &Payment) -> Result<bool, StoreError> {
        let delay = self.faults().finalise_delay_ms;
        let until = payment.token_at.unwrap_or_default() + delay;
        let put_off = delay > 0 && payment.second_sends == 0 && self.now() < until;
        if put_off {
            self.change(&payment.id, |p, _| p.delay(until))?;
        }
        Ok(put_off)
    }

    /// Changes a payment and tells whoever waits for that.
    pub(crate) fn change<T>(
        &self,
        id: &str,
        act: impl FnOnce(&mut Payment, i64) -> T,
    ) -> Result<Option<Change<T>>, StoreError> {
        let now = self.now();
        let change = self.store.change(id, now, |payment| act(payment, now))?;
        if let Some(change) = &change {
            if change.news {
                let (status, version) = (change.payment.status.word(), change.payment.version);
                tracing::info!(payment = id, status, version, "changed");
                self.desk(id).changed.notify_all();
            }
            if change.rescheduled {
                self.schedule.notify_all();
            }
        }
        Ok(change)
    }

    /// Waits until the payment is settled or `enough(payment, nobody works on it)`, at the longest until `deadline_ms`. The payment
    /// as it then is.
    pub(crate) async fn wait_until(
        &self,
        id: &str,
        deadline_ms: i64,
        enough: impl Fn(&Payment, bool) -> bool,
    ) -> Result<Option<Payment>, StoreError> {
        let settled = |payment: &Payment| payment.stage == Stage::Settled;
        match self.store.payment(id)? {
            Some(payment) if !settled(&payment) => {}
            end => return Ok(end),
        }
        let desk = self.desk(id);
        loop {
            let ticket = desk.changed.ticket();
            let idle = desk.is_idle();
            let Some(payment) = self.store.payment(id)? else {
                return Ok(None);
            };
            if settled(&payment) || enough(&payment, idle) {
                return Ok(Some(payment));
            }
            if desk.changed.wait(ticket, Some(deadline_ms)).await == Wake::TimedOut {
                return self.store.payment(id);
            }
        }
    }
}

fn report<T>(result: Result<T, StoreError>) -> Option<T> {
    result
        .inspect_err(|error| tracing::error!(%error, "a payment could not be worked on"))
        .ok()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
