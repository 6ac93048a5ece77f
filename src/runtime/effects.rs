//! Feeding the machines, and doing what they say.

use super::event_loop::Loop;
use super::shared::LinkEntry;
use crate::machine::{
    AttemptId, CanceledReason, Effect, Input, Note, Now, Phase, PresentProblem, Surface, Tombstone,
    Verdict, outcome_id,
};
use crate::model::{AttemptState, Presentation};
use crate::trace::{RECORDER, effect_name, effect_text, input_name};

impl Loop {
    /// Feeds one input to one attempt, and whatever its effects bring about at once.
    pub fn drive(&mut self, id: &AttemptId, input: Input) {
        self.inputs.push_back((id.clone(), input));
        // From within an effect: its turn comes when the step is done, or the step would undo what the inner one set.
        if std::mem::replace(&mut self.driving, true) {
            return;
        }
        while let Some((id, input)) = self.inputs.pop_front() {
            let now = self.time.now();
            let Some(slot) = self.slots.get_mut(&id) else {
                continue;
            };
            let name = input_name(&input);
            let recorder = RECORDER.get();
            if let Some(recorder) = recorder {
                recorder.input(&slot.machine, &input, now);
            }
            let effects = slot.machine.step(input, now);
            if let Some(recorder) = recorder {
                recorder.effects(&slot.machine, &effects);
            }
            self.shared
                .trace(&id.0, |log| log.add(now.wall, "in", name));
            for effect in effects {
                self.carry_out(&id, effect, now);
            }
            self.publish(&id, now);
        }
        self.driving = false;
    }

    fn carry_out(&mut self, id: &AttemptId, effect: Effect, now: Now) {
        if let Some(text) = effect_text(&effect) {
            self.shared
                .trace(&id.0, |log| log.add(now.wall, "out", text));
        }
        let step = effect_name(&effect);
        let observer = self
            .observer
            .clone()
            .filter(|_| !matches!(effect, Effect::WakeAt(_) | Effect::Emit(_)));
        if let Some(observer) = &observer {
            let _ = observer.before(id.0.clone(), step.to_owned());
        }
        match effect {
            Effect::Persist { revision } => self.persist(id, revision),
            Effect::Authorize { .. } => self.authorize(id),
            Effect::Present { number, surface } => self.present(id, number, surface),
            Effect::Dismiss { number } => self.dismiss(id, number),
            Effect::AskStatus {
                number,
                wait,
                after,
            } => self.ask_status(id, number, wait, after),
            Effect::CancelAtBackend { number } => self.cancel_at_backend(id, number),
            Effect::WakeAt(at) => {
                if let Some(slot) = self.slots.get_mut(id) {
                    slot.wake = at;
                }
            }
            Effect::Deliver(outcome) => self.deliver(id, &outcome),
            Effect::Emit(note) => self.event(Some(id), note_name(note)),
            Effect::Forget { tombstone } => self.forget(id, tombstone),
        }
        if let Some(observer) = observer {
            let _ = observer.after(id.0.clone(), step.to_owned());
        }
    }

    fn persist(&mut self, id: &AttemptId, revision: u64) {
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        let written = self.journal.write(&slot.name, slot.machine.record());
        let answer = if written.is_ok() {
            Input::Persisted { revision }
        } else {
            Input::PersistFailed { revision }
        };
        // Before anything that is queued already: what waits for it was decided on this very record.
        self.inputs.push_front((id.clone(), answer));
    }

    fn present(&mut self, id: &AttemptId, number: u32, surface: Surface) {
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        let record = slot.machine.record();
        let (Some(presenter), Some(journey)) = (self.presenter.clone(), &record.journey) else {
            self.inputs.push_back((
                id.clone(),
                Input::PresentFailed {
                    number,
                    problem: PresentProblem::NoHost,
                },
            ));
            return;
        };
        let callback = self.settings.links.callback(slot.form.clone());
        let (host, path) = callback.https_host_path.unzip();
        let presentation = Presentation {
            attempt: id.0.clone(),
            number,
            surface,
            url: journey.url.expose().to_owned(),
            payment_request_id: journey
                .payment_request_id
                .as_ref()
                .map(|id| id.expose().to_owned()),
            callback_scheme: callback.scheme,
            callback_host: host,
            callback_path: path,
        };
        self.shared.expect_links_again(&id.0);
        let (post, attempt) = (self.post.clone(), id.0.clone());
        self.threads.presenter.run(move || {
            if presenter.present(presentation).is_err() {
                post.send(super::Message::PresentFailed {
                    attempt,
                    number,
                    problem: PresentProblem::Unavailable,
                });
            }
        });
    }

    fn dismiss(&mut self, id: &AttemptId, number: u32) {
        if let Some(presenter) = self.presenter.clone() {
            let attempt = id.0.clone();
            self.threads.presenter.run(move || {
                let _ = presenter.dismiss(attempt, number);
            });
        }
    }

    /// Klarna's own SDK needs to see the handover links of its journeys.
    pub fn forward_link(&mut self, id: &AttemptId, uri: String) {
        if let Some(presenter) = self.presenter.clone() {
            let attempt = id.0.clone();
            self.threads.presenter.run(move || {
                let _ = presenter.forward_link(attempt, uri);
            });
        }
    }

    fn forget(&mut self, id: &AttemptId, tombstone: bool) {
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        let record = slot.machine.record();
        let paid = record.outcome.as_ref().filter(|_| tombstone);
        let stone = paid.map(|outcome| Tombstone {
            order: record.order.hash.clone(),
            outcome: outcome_id(id, outcome),
            at: self.time.now().wall,
        });
        let name = slot.name.clone();
        if self.journal.forget(&name, stone).is_err() {
            self.event(Some(id), "JournalFailed".to_owned());
        }
        self.save_traces();
        self.end_waiters(id);
        self.slots.remove(id);
        self.shared.put_state(&id.0, None);
        self.shared.put_outcome(&id.0, None);
    }

    /// Lets other threads, and the listener, see the attempt as it is now.
    pub fn publish(&mut self, id: &AttemptId, now: Now) {
        let Some(slot) = self.slots.get(id) else {
            return;
        };
        let (machine, record) = (&slot.machine, slot.machine.record());
        let visible = machine.live().visible;
        let view = machine.view(now);
        let state = AttemptState {
            attempt: id.0.clone(),
            reference: record.order.reference.clone(),
            phase: view.phase,
            who_acts: view.who_acts,
            waiting_for_customer: view.waiting_for_customer,
            can_reopen: view.can_reopen,
            can_abandon: view.can_abandon,
            surface: view.surface,
            created_at: record.created_at,
        };
        self.shared.put_link(LinkEntry {
            attempt: id.0.clone(),
            nonce: record.nonce.clone(),
            visible,
            settled: record.is_settled(),
            in_journey: record.surface_ever()
                && matches!(record.phase, Phase::InJourney | Phase::Confirming),
            handover_seen: false,
            completion_seen: false,
        });
        let kept = record
            .outcome
            .as_ref()
            .filter(|outcome| visible && !outcome.acknowledged);
        self.shared.put_outcome(
            &id.0,
            kept.map(|outcome| self.delivered_outcome(id, outcome)),
        );
        let listed = (visible && !record.is_settled()).then(|| state.clone());
        let changed = self.shared.put_state(&id.0, listed);
        if let Some(listener) = self.listener.clone().filter(|_| changed && visible) {
            self.threads.listener.run(move || {
                let _ = listener.on_state(state);
            });
        }
        self.start_successors(id);
    }
}

fn note_name(note: Note) -> String {
    match note {
        Note::Seen(evidence) => format!("Seen{evidence:?}"),
        Note::AskFailed(failure) => format!("AskFailed{failure:?}"),
        other => format!("{other:?}"),
    }
}

/// The words of [`Verdict`] for the app.
pub(super) fn outcome(verdict: &Verdict) -> crate::model::Outcome {
    use crate::model::Outcome;
    match verdict {
        Verdict::Approved { receipt } => Outcome::Approved {
            receipt: receipt.clone(),
        },
        Verdict::Declined { failed, reason } => Outcome::Declined {
            failed: *failed,
            reason: reason.clone(),
        },
        Verdict::Canceled(reason) => Outcome::Canceled {
            reason: CanceledReason::clone(reason),
        },
        Verdict::Undetermined(reason) => Outcome::Undetermined { reason: *reason },
        Verdict::NotStarted(reason) => Outcome::NotStarted {
            reason: reason.clone(),
        },
    }
}
