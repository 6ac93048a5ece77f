//! The hop to another app and back by `app_return_url`.
//!
//! The page plays the other app. Leaving it by `app_return_url` brings the Partner's app to the front; the tab, which a real phone
//! would have left behind, goes on from its `continue` link or from the journey's start.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::progress::OtherApp;
use super::{Step, Visit, pages, see_other};
use crate::klarna::Klarna;
use crate::state::PaymentState;

#[derive(Deserialize)]
pub(super) struct AppPath {
    app: String,
}

impl FromRequestParts<Klarna> for OtherApp {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, klarna: &Klarna) -> Result<Self, Response> {
        let path = Path::<AppPath>::from_request_parts(parts, klarna)
            .await
            .ok();
        let unknown = || (StatusCode::NOT_FOUND, pages::unknown()).into_response();
        path.and_then(|path| Self::parse(&path.app))
            .ok_or_else(unknown)
    }
}

pub(super) async fn page(visit: Visit, app: OtherApp) -> Response {
    visit.hop(|visit| {
        visit.change(|world, index, _| {
            let request = world.request(index);
            if request.progress.confirmed_in.contains(&app) {
                return visit.go_to_step(request);
            }
            pages::other_app(&visit.page(request), app).into_response()
        })
    })
}

pub(super) async fn confirm(visit: Visit, app: OtherApp) -> Response {
    visit.hop(|visit| {
        visit.change(|world, index, _| world.request_mut(index).progress.confirm_in(app));
        visit.back_to_app()
    })
}

pub(super) async fn back(visit: Visit, _app: OtherApp) -> Response {
    visit.hop(Visit::back_to_app)
}

impl Visit {
    /// Acts if a hop is possible here: somebody has to be there to come back to, and the customer has to be known.
    fn hop(&self, act: impl FnOnce(&Self) -> Response) -> Response {
        let refused = self.change(|world, index, _| {
            let request = world.request(index);
            let possible = request.state == PaymentState::InProgress
                && pages::can_hop(request, self.launch)
                && Step::of(request) >= Step::Option;
            (!possible).then(|| self.after_late_form(request))
        });
        refused.unwrap_or_else(|| act(self))
    }

    fn back_to_app(&self) -> Response {
        self.change(|world, index, _| {
            see_other(
                world
                    .request(index)
                    .interaction
                    .app_return_url
                    .as_deref()
                    .unwrap_or_default(),
            )
        })
    }
}
