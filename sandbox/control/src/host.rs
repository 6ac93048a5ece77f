//! A server that makes worlds for runners that are not written in Rust.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::api::{Body, Refusal, Shown, no_route, openapi};
use crate::config::WorldConfig;
use crate::process::local_url;
use crate::server::Server;
use crate::world::{World, WorldError};

/// Serves `/_control/worlds`. Each world it makes has a control API of its own, at the address it answers with.
#[derive(Debug)]
pub struct WorldHost {
    server: Server,
    worlds: Worlds,
}

#[derive(Debug, Clone, Default)]
struct Worlds(Arc<Mutex<(u64, BTreeMap<u64, World>)>>);

impl WorldHost {
    /// Listens; on a free port when `port` is 0.
    pub async fn start(listen: IpAddr, port: u16) -> Result<Self, WorldError> {
        let listener = TcpListener::bind((listen, port)).await?;
        let worlds = Worlds::default();
        let api = Router::new()
            .route("/_control/worlds", get(list).post(make))
            .route("/_control/worlds/{id}", delete(end))
            .route("/_control/openapi.yaml", get(openapi))
            .fallback(no_route)
            .with_state(worlds.clone());
        let server = Server::of_router(listener, api)?;
        Ok(Self { server, worlds })
    }

    /// `http://…/_control`, without a slash at the end.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("{}/_control", local_url(self.server.address))
    }

    /// Stops it and every world it made.
    pub async fn stop(mut self) {
        self.server.stop().await;
        let worlds = std::mem::take(&mut self.worlds.lock().1);
        for world in worlds.into_values() {
            world.stop().await;
        }
    }
}

impl Worlds {
    fn lock(&self) -> MutexGuard<'_, (u64, BTreeMap<u64, World>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Serialize)]
struct Listed {
    id: u64,
    #[serde(flatten)]
    world: Shown,
}

async fn list(State(worlds): State<Worlds>) -> Json<Vec<Listed>> {
    let all = worlds.lock();
    let listed = all.1.iter().map(|(id, world)| Listed {
        id: *id,
        world: Shown::of(world),
    });
    Json(listed.collect())
}

async fn make(
    State(worlds): State<Worlds>,
    Body(config): Body<WorldConfig>,
) -> Result<(StatusCode, Json<Listed>), Refusal> {
    let world = World::start(config).await?;
    let shown = Shown::of(&world);
    let mut all = worlds.lock();
    all.0 += 1;
    let id = all.0;
    all.1.insert(id, world);
    Ok((StatusCode::CREATED, Json(Listed { id, world: shown })))
}

async fn end(State(worlds): State<Worlds>, Path(id): Path<u64>) -> Result<StatusCode, Refusal> {
    let world = worlds.lock().1.remove(&id);
    let no_such = || Refusal(StatusCode::NOT_FOUND, format!("there is no world {id}"));
    world.ok_or_else(no_such)?.stop().await;
    Ok(StatusCode::NO_CONTENT)
}
