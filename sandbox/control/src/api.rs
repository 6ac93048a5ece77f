//! `/_control` of one world, for runners in any language. Described in `control-api.yaml`.

use std::sync::{Arc, Weak};

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use stepup_sandbox_acquirer::AcquirerFaults;
use stepup_sandbox_klarna::KlarnaFaults;

use crate::Books;
use crate::config::ClockKind;
use crate::customer::{CustomerError, CustomerRecord, OpenedIn, Step, StepReport};
use crate::gateway::{Fault, FaultReport, WireEntry};
use crate::settle::{PhoneState, Settled};
use crate::world::{Addresses, Inner, World, WorldError};

/// The description of everything below.
pub(crate) const OPENAPI: &str = include_str!("../control-api.yaml");

pub(crate) fn router(world: Weak<Inner>) -> Router {
    let api = Router::new()
        .route("/world", get(show))
        .route("/openapi.yaml", get(openapi))
        .route("/clock", get(clock).post(move_clock))
        .route("/settle", post(settle))
        .route("/faults", get(faults).post(set_fault).delete(clear_faults))
        .route("/faults/{id}", delete(clear_fault))
        .route("/klarna/faults", get(klarna_faults).put(set_klarna_faults))
        .route("/klarna/expire", post(expire))
        .route(
            "/acquirer/faults",
            get(acquirer_faults).put(set_acquirer_faults),
        )
        .route("/acquirer/restart", post(restart_acquirer))
        .route("/network", put(network))
        .route("/customers", get(customers).post(open))
        .route("/customers/{id}", get(customer))
        .route("/customers/{id}/steps", post(steps))
        .route("/wire", get(wire))
        .route("/books", get(books))
        .with_state(Api(world));
    Router::new().nest("/_control", api).fallback(no_route)
}

/// The world is owned by whoever made it, not by its API.
#[derive(Clone)]
struct Api(Weak<Inner>);

impl FromRequestParts<Api> for World {
    type Rejection = Refusal;

    async fn from_request_parts(_: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let inner: Option<Arc<Inner>> = api.0.upgrade();
        inner
            .map(Self::of)
            .ok_or_else(|| WorldError::Stopped.into())
    }
}

/// JSON whose errors read like all others here.
pub(crate) struct Body<T>(pub T);

impl<T, S> FromRequest<S> for Body<T>
where
    Json<T>: FromRequest<S, Rejection = JsonRejection>,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Refusal> {
        let json = Json::<T>::from_request(request, state).await;
        json.map(|Json(body)| Self(body))
            .map_err(|wrong| Refusal(wrong.status(), wrong.body_text()))
    }
}

/// `{"error": "…"}` with a status that fits.
pub(crate) struct Refusal(pub StatusCode, pub String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

impl From<WorldError> for Refusal {
    fn from(error: WorldError) -> Self {
        let status = match &error {
            WorldError::Io(_) | WorldError::Client(_) | WorldError::Books(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            WorldError::NoDatabase => StatusCode::CONFLICT,
            WorldError::Stopped => StatusCode::GONE,
            WorldError::Klarna(_) | WorldError::Acquirer(_) | WorldError::PublicUrl => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        };
        Self(status, error.to_string())
    }
}

impl From<CustomerError> for Refusal {
    fn from(error: CustomerError) -> Self {
        let status = match &error {
            CustomerError::Page(_) | CustomerError::NothingOpen | CustomerError::StillActing(_) => {
                StatusCode::CONFLICT
            }
            CustomerError::Address(_) | CustomerError::Pause => StatusCode::UNPROCESSABLE_ENTITY,
            CustomerError::Http(_) | CustomerError::TooManyRedirects => StatusCode::BAD_GATEWAY,
            CustomerError::NoSuchCustomer(_) => StatusCode::NOT_FOUND,
        };
        Self(status, error.to_string())
    }
}

pub(crate) async fn no_route() -> Refusal {
    let text = "no such route; see /_control/openapi.yaml";
    Refusal(StatusCode::NOT_FOUND, text.to_owned())
}

pub(crate) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/yaml")], OPENAPI)
}

/// A world as the API shows it.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    addresses: Addresses,
    clock: ClockKind,
    now_ms: i64,
}

impl Shown {
    pub fn of(world: &World) -> Self {
        Self {
            addresses: world.addresses().clone(),
            clock: world.config().clock,
            now_ms: world.clock().now_ms(),
        }
    }
}

async fn show(world: World) -> Json<Shown> {
    Json(Shown::of(&world))
}

#[derive(Serialize)]
struct Time {
    kind: ClockKind,
    now_ms: i64,
    next_sleeper: Option<i64>,
    busy: i64,
    parked_phone: usize,
}

async fn clock(world: World) -> Json<Time> {
    let clock = world.clock();
    let counts = clock.counts();
    Json(Time {
        kind: world.config().clock,
        now_ms: clock.now_ms(),
        next_sleeper: clock.next_sleeper(),
        busy: counts.busy,
        parked_phone: counts.phone_requests,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Move {
    AdvanceTo(i64),
    MoveBy(i64),
}

async fn move_clock(world: World, Body(by): Body<Move>) -> Json<Time> {
    match by {
        Move::AdvanceTo(unix_ms) => world.clock().advance_to(unix_ms),
        Move::MoveBy(ms) => world.clock().move_by(ms),
    }
    clock(world).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettleOrder {
    phone: PhoneState,
    #[serde(default)]
    advance: bool,
    #[serde(default)]
    not_after: Option<i64>,
}

async fn settle(world: World, Body(order): Body<SettleOrder>) -> Json<Settled> {
    Json(if order.advance {
        world.settle_and_advance(order.phone, order.not_after).await
    } else {
        world.settle(order.phone).await
    })
}

async fn faults(world: World) -> Json<Vec<FaultReport>> {
    Json(world.faults())
}

async fn set_fault(world: World, Body(fault): Body<Fault>) -> (StatusCode, Json<FaultReport>) {
    (StatusCode::CREATED, Json(world.set_fault(fault)))
}

async fn clear_faults(world: World) -> Json<Vec<FaultReport>> {
    world.clear_faults();
    Json(world.faults())
}

async fn clear_fault(world: World, Path(id): Path<u64>) -> Result<Json<Vec<FaultReport>>, Refusal> {
    if world.clear_fault(id) {
        Ok(Json(world.faults()))
    } else {
        Err(Refusal(
            StatusCode::NOT_FOUND,
            format!("there is no fault {id}"),
        ))
    }
}

async fn klarna_faults(world: World) -> Json<KlarnaFaults> {
    Json(world.klarna().faults())
}

async fn set_klarna_faults(world: World, Body(faults): Body<KlarnaFaults>) -> Json<KlarnaFaults> {
    world.set_klarna_faults(faults);
    klarna_faults(world).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    payment_request_id: String,
}

async fn expire(world: World, Body(order): Body<Expire>) -> Json<serde_json::Value> {
    let expired = world.klarna().expire(&order.payment_request_id);
    Json(json!({"expired": expired}))
}

async fn acquirer_faults(world: World) -> Json<AcquirerFaults> {
    Json(world.acquirer_faults())
}

async fn set_acquirer_faults(
    world: World,
    Body(faults): Body<AcquirerFaults>,
) -> Json<AcquirerFaults> {
    world.set_acquirer_faults(faults);
    acquirer_faults(world).await
}

async fn restart_acquirer(world: World) -> Result<StatusCode, Refusal> {
    world.restart_acquirer().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    online: bool,
}

async fn network(world: World, Body(order): Body<Network>) -> Result<StatusCode, Refusal> {
    world.set_online(order.online).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn customers(world: World) -> Json<Vec<CustomerRecord>> {
    Json(world.customers().records())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    url: String,
    #[serde(default)]
    opened_in: OpenedIn,
}

#[derive(Serialize)]
struct Opened {
    id: u64,
    report: StepReport,
}

async fn open(
    world: World,
    Body(order): Body<Opening>,
) -> Result<(StatusCode, Json<Opened>), Refusal> {
    let opened = world.customers().open(&order.url, order.opened_in).await?;
    let (id, report) = opened;
    Ok((StatusCode::CREATED, Json(Opened { id, report })))
}

async fn customer(world: World, Path(id): Path<u64>) -> Result<Json<CustomerRecord>, Refusal> {
    let record = world.customers().record(id);
    Ok(Json(record.ok_or(CustomerError::NoSuchCustomer(id))?))
}

const fn waits() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Walk {
    steps: Vec<Step>,
    #[serde(default = "waits")]
    wait: bool,
}

async fn steps(
    world: World,
    Path(id): Path<u64>,
    Body(order): Body<Walk>,
) -> Result<Response, Refusal> {
    let customers = world.customers();
    if order.wait {
        let reports = customers.walk(id, &order.steps).await?;
        return Ok(Json(reports).into_response());
    }
    customers.walk_apart(id, order.steps)?;
    Ok(StatusCode::ACCEPTED.into_response())
}

async fn wire(world: World) -> Json<Vec<WireEntry>> {
    Json(world.wire())
}

async fn books(world: World) -> Result<Json<Books>, Refusal> {
    Ok(Json(world.books()?))
}
