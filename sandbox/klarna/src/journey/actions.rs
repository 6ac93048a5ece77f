//! What each page shows and what each form does.

use axum::extract::Form;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::pages::{self, Page};
use super::progress::{PayOption, Progress};
use super::{Step, Visit, page_path, see_other};
use crate::customers::{self, CustomerKind};
use crate::payment_request::PaymentRequest;
use crate::state::{PaymentState, StateReason};
use crate::world::World;

/// The first page. Opening it is what makes the request `IN_PROGRESS`; a mere `HEAD`, as link previews send it, does not.
pub(super) async fn start(method: Method, visit: Visit) -> Response {
    visit.change(|world, index, now_ms| {
        if method == Method::GET {
            world.advance(index, PaymentState::InProgress, None, now_ms);
        }
        let request = world.request(index);
        if request.state.is_final() {
            pages::ended(&visit.page(request)).into_response()
        } else if request.state == PaymentState::Submitted || Step::of(request) == Step::Phone {
            pages::phone(&visit.page(request), None).into_response()
        } else {
            visit.go_to_step(request)
        }
    })
}

pub(super) async fn phone_page(visit: Visit) -> Response {
    visit.show(Step::Phone, |page| pages::phone(page, None))
}

pub(super) async fn otp_page(visit: Visit) -> Response {
    visit.show(Step::Otp, |page| pages::otp(page, None))
}

pub(super) async fn sign_up_page(visit: Visit) -> Response {
    visit.show(Step::SignUp, |page| pages::sign_up(page, None))
}

pub(super) async fn option_page(visit: Visit) -> Response {
    visit.show(Step::Option, |page| pages::option(page, None))
}

pub(super) async fn review_page(visit: Visit) -> Response {
    visit.show(Step::Review, pages::review)
}

#[derive(Deserialize)]
pub(super) struct PhoneForm {
    #[serde(default)]
    phone: String,
}

pub(super) async fn phone(visit: Visit, Form(form): Form<PhoneForm>) -> Response {
    visit.submit(Step::Phone, |request| {
        match customers::normalised_phone(&form.phone) {
            Some(phone) => {
                request.progress = Progress {
                    phone: Some(phone),
                    ..Progress::default()
                };
                Ok(())
            }
            None => Err(pages::phone(
                &visit.page(request),
                Some("Enter a phone number with 6 to 15 digits."),
            )),
        }
    })
}

#[derive(Deserialize)]
pub(super) struct OtpForm {
    #[serde(default)]
    otp: String,
}

pub(super) async fn otp(visit: Visit, Form(form): Form<OtpForm>) -> Response {
    let refused = &visit.klarna.config().refused_otp;
    visit.submit(Step::Otp, |request| {
        let digits: String = form.otp.chars().filter(|c| !c.is_whitespace()).collect();
        let error = if digits.len() != 6 || !digits.chars().all(|c| c.is_ascii_digit()) {
            "Enter the code of six digits."
        } else if digits == *refused {
            "That is not the code we sent. Try again."
        } else {
            request.progress.verified = true;
            return Ok(());
        };
        Err(pages::otp(&visit.page(request), Some(error)))
    })
}

#[derive(Deserialize)]
pub(super) struct SignUpForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    terms: String,
}

pub(super) async fn sign_up(visit: Visit, Form(form): Form<SignUpForm>) -> Response {
    visit.submit(Step::SignUp, |request| {
        let error = if form.name.trim().is_empty() {
            "Enter your name."
        } else if form.terms.is_empty() {
            "Accept the terms to open an account."
        } else {
            request.progress.signed_up = true;
            return Ok(());
        };
        Err(pages::sign_up(&visit.page(request), Some(error)))
    })
}

#[derive(Deserialize)]
pub(super) struct OptionForm {
    #[serde(default)]
    option: String,
}

pub(super) async fn option(visit: Visit, Form(form): Form<OptionForm>) -> Response {
    visit.submit(Step::Option, |request| {
        match PayOption::parse(&form.option) {
            Some(option) => {
                request.progress.option = Some(option);
                Ok(())
            }
            None => Err(pages::option(
                &visit.page(request),
                Some("Choose how you want to pay."),
            )),
        }
    })
}

pub(super) async fn approve(visit: Visit) -> Response {
    visit.change(|world, index, now_ms| {
        let request = world.request(index);
        if request.state != PaymentState::InProgress || Step::of(request) != Step::Review {
            return visit.after_late_form(request);
        }
        let email = request.purchase.email.as_deref();
        if request.progress.kind() == CustomerKind::Denied || customers::denied_in_journey(email) {
            world.advance(
                index,
                PaymentState::Declined,
                Some(StateReason::PaymentDeclined),
                now_ms,
            );
            // Told here, not by sending the customer away without a word.
            return visit.go_to(world.request(index), "start");
        }
        world.advance(index, PaymentState::Completed, None, now_ms);
        see_other(&world.request(index).exit(visit.launch))
    })
}

pub(super) async fn deny(visit: Visit) -> Response {
    visit.finish(PaymentState::Declined, StateReason::PaymentDeclined)
}

pub(super) async fn abort(visit: Visit) -> Response {
    visit.finish(PaymentState::Submitted, StateReason::PurchaseFlowAborted)
}

/// The way out of a page that says how the journey ended.
pub(super) async fn leave(visit: Visit) -> Response {
    visit.change(|world, index, _| {
        let request = world.request(index);
        match request.state {
            PaymentState::InProgress => visit.go_to_step(request),
            _ => see_other(&request.exit(visit.launch)),
        }
    })
}

impl Visit {
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut World, usize, i64) -> T) -> T {
        self.klarna
            .change(|world, now_ms| act(world, self.index, now_ms))
    }

    pub(super) fn page<'a>(&'a self, request: &'a PaymentRequest) -> Page<'a> {
        Page {
            config: self.klarna.config(),
            request,
            launch: self.launch,
        }
    }

    pub(super) fn go_to(&self, request: &PaymentRequest, page: &str) -> Response {
        see_other(&page_path(
            &self.klarna.config().region,
            request.opaque.expose(),
            page,
            self.launch,
        ))
    }

    pub(super) fn go_to_step(&self, request: &PaymentRequest) -> Response {
        self.go_to(request, Step::of(request).page())
    }

    /// A form that comes too late (pressed twice, an old page, an ended request): the customer is brought to where things stand.
    pub(super) fn after_late_form(&self, request: &PaymentRequest) -> Response {
        match request.state {
            PaymentState::InProgress => self.go_to_step(request),
            PaymentState::Completed => see_other(&request.exit(self.launch)),
            _ => self.go_to(request, "start"),
        }
    }

    /// A page, if the customer has come as far as that.
    fn show(&self, step: Step, page: impl FnOnce(&Page) -> maud::Markup) -> Response {
        self.change(|world, index, _| {
            let request = world.request(index);
            if request.state != PaymentState::InProgress {
                self.go_to(request, "start")
            } else if Step::of(request) < step {
                self.go_to_step(request)
            } else {
                page(&self.page(request)).into_response()
            }
        })
    }

    /// A form of a step, if the customer has come as far as that; what is wrong with it is shown on the page again.
    fn submit(
        &self,
        step: Step,
        act: impl FnOnce(&mut PaymentRequest) -> Result<(), maud::Markup>,
    ) -> Response {
        self.change(|world, index, _| {
            let request = world.request_mut(index);
            if request.state != PaymentState::InProgress || Step::of(request) < step {
                return self.after_late_form(request);
            }
            match act(request) {
                Ok(()) => self.go_to_step(request),
                Err(page) => (StatusCode::UNPROCESSABLE_ENTITY, page).into_response(),
            }
        })
    }

    fn finish(&self, state: PaymentState, reason: StateReason) -> Response {
        self.change(|world, index, now_ms| {
            if world.request(index).state != PaymentState::InProgress {
                return self.after_late_form(world.request(index));
            }
            world.advance(index, state, Some(reason), now_ms);
            let request = world.request_mut(index);
            if state == PaymentState::Submitted {
                request.progress = Progress::default();
            }
            see_other(&request.exit(self.launch))
        })
    }
}
