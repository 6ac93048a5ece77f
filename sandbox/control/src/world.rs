//! A world: Klarna's side, the acquirer, the phone's gateway and the control API, in this process.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use serde::{Deserialize, Serialize};
use stepup_sandbox_acquirer::{Acquirer, AcquirerConfig, AcquirerFaults};
use stepup_sandbox_clock::Clock;
use stepup_sandbox_klarna::{Klarna, KlarnaFaults};
use tokio::net::TcpListener;
use url::Url;

use crate::api;
use crate::books::Books;
use crate::config::{ClockKind, WorldConfig};
use crate::customer::Customers;
use crate::gateway::{self, Fault, FaultReport, Faults, Shared, WireEntry, WireLog};
use crate::keys::{Keys, KlarnaAccess};
use crate::order::Order;
use crate::process::{Process, local_url};
use crate::server::Server;
use crate::settle::{PhoneState, Settled, settle};

/// Why a world could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A server could not listen, or a thread could not be started.
    #[error("the sandbox could not listen: {0}")]
    Io(#[from] std::io::Error),
    /// Klarna's side refused its configuration.
    #[error("klarna: {0}")]
    Klarna(#[from] stepup_sandbox_klarna::ConfigError),
    /// The acquirer refused its configuration, or its database could not be opened.
    #[error("acquirer: {0}")]
    Acquirer(#[from] stepup_sandbox_acquirer::AcquirerError),
    /// An HTTP client could not be made.
    #[error("an HTTP client could not be made: {0}")]
    Client(#[from] reqwest::Error),
    /// `public_url` is not an address without path.
    #[error("public_url must be an http or https address without path, query and fragment")]
    PublicUrl,
    /// Only an acquirer with a database file survives a restart.
    #[error("restart needs `database`: this world's acquirer keeps its state in memory")]
    NoDatabase,
    /// The acquirer's database could not be read.
    #[error("the acquirer's books can't be read: {0}")]
    Books(#[from] stepup_sandbox_acquirer::StoreError),
    /// The world was stopped.
    #[error("this world was stopped")]
    Stopped,
}

/// Where everything is. Addresses have no slash at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// The backend's base URL for the app: `{backend}/payments` goes through the fault gateway.
    pub backend: String,
    /// The acquirer as browsers see it: its return page and its `redirect_url` page.
    pub acquirer: String,
    /// Klarna's pages as browsers see them.
    pub klarna: String,
    /// The control API of this world: `{control}/world` and so on.
    pub control: String,
    /// The gateway on this machine, whatever `public_url` says (for `adb reverse` and tunnels).
    pub local_backend: String,
}

/// A running world. Clones are the same one. It ends with [`stop`](Self::stop), or when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct World(Arc<Inner>);

pub(crate) struct Inner {
    config: WorldConfig,
    clock: Clock,
    addresses: Addresses,
    klarna: Klarna,
    klarna_access: KlarnaAccess,
    acquirer: Mutex<Acquirer>,
    acquirer_config: AcquirerConfig,
    acquirer_address: SocketAddr,
    acquirer_faults: Mutex<AcquirerFaults>,
    shared: Arc<Shared>,
    customers: Customers,
    running: tokio::sync::Mutex<Option<Running>>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("addresses", &self.addresses)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

struct Running {
    klarna: Process,
    acquirer: Option<Process>,
    gateway: Server,
    control: Server,
}

impl World {
    /// Makes a world and starts its servers.
    pub async fn start(config: WorldConfig) -> Result<Self, WorldError> {
        let clock = config.make_clock();
        let public = config.public_url.as_deref().map(origin).transpose()?;
        let bind = async |port| TcpListener::bind((config.listen, port)).await;
        let (klarna_at, acquirer_at) = (bind(0).await?, bind(0).await?);
        let (gateway_at, control_at) = (bind(config.phone_port).await?, bind(0).await?);
        let klarna_local = local_url(klarna_at.local_addr()?);
        let acquirer_address = acquirer_at.local_addr()?;
        let acquirer_local = local_url(acquirer_address);
        let local_backend = local_url(gateway_at.local_addr()?);
        let addresses = Addresses {
            backend: public.clone().unwrap_or_else(|| local_backend.clone()),
            acquirer: public.clone().unwrap_or_else(|| acquirer_local.clone()),
            klarna: public.clone().unwrap_or_else(|| klarna_local.clone()),
            control: format!("{}/_control", local_url(control_at.local_addr()?)),
            local_backend,
        };
        let keys = Keys::new();

        let klarna_config = keys.klarna_config(&config, &clock, &addresses, &acquirer_local);
        let (klarna, klarna_process) = Process::start("sandbox-klarna", klarna_at, || {
            let klarna = Klarna::new(klarna_config)?;
            let router = klarna.router();
            Ok::<_, WorldError>((klarna, router))
        })?;
        let acquirer_config = keys.acquirer_config(&config, &clock, &addresses, &klarna_local);
        let acquirer_faults = AcquirerFaults {
            long_poll: config.long_poll,
            ..AcquirerFaults::default()
        };
        let (acquirer, acquirer_process) =
            start_acquirer(acquirer_at, acquirer_config.clone(), acquirer_faults)?;

        let order = Order::default();
        let shared = Arc::new(Shared {
            clock: clock.clone(),
            acquirer: parsed(&acquirer_local)?,
            klarna: match public {
                Some(_) => Some(parsed(&klarna_local)?),
                None => None,
            },
            http: stepup_sandbox_http::client()
                // A connection kept from before a restart of the acquirer would fail a request that it never saw.
                .pool_max_idle_per_host(0)
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
            faults: Faults::default(),
            wire: WireLog::new(order.clone()),
        });
        let gateway = gateway::start(gateway_at, Arc::clone(&shared))?;
        let own = [
            &addresses.backend,
            &addresses.acquirer,
            &addresses.klarna,
            &addresses.local_backend,
            &acquirer_local,
            &klarna_local,
        ];
        let own: Result<Vec<_>, _> = own
            .into_iter()
            .map(|url| Ok::<_, WorldError>(parsed(url)?.origin()))
            .collect();
        let customers = Customers::new(clock.clone(), order, own?);
        let inner = Arc::new(Inner {
            config,
            clock,
            addresses,
            klarna,
            klarna_access: keys.access(&klarna_local),
            acquirer: Mutex::new(acquirer),
            acquirer_config,
            acquirer_address,
            acquirer_faults: Mutex::new(acquirer_faults),
            shared,
            customers,
            running: tokio::sync::Mutex::new(None),
        });
        let control = Server::of_router(control_at, api::router(Arc::downgrade(&inner)))?;
        *inner.running.lock().await = Some(Running {
            klarna: klarna_process,
            acquirer: Some(acquirer_process),
            gateway,
            control,
        });
        Ok(Self(inner))
    }

    pub(crate) const fn of(inner: Arc<Inner>) -> Self {
        Self(inner)
    }

    /// Stops all servers and everything they had going on; their ports are free when this returns. The books stay readable.
    pub async fn stop(&self) {
        let running = self.0.running.lock().await.take();
        let Some(mut running) = running else { return };
        running.gateway.stop().await;
        running.control.stop().await;
        if let Some(acquirer) = running.acquirer {
            acquirer.stop().await;
        }
        running.klarna.stop().await;
    }

    /// Where everything is.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.0.addresses
    }

    /// What it was made from.
    #[must_use]
    pub fn config(&self) -> &WorldConfig {
        &self.0.config
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Whether its time stands still until advanced.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        self.0.config.clock == ClockKind::Virtual
    }

    /// Its scripted customers.
    #[must_use]
    pub fn customers(&self) -> &Customers {
        &self.0.customers
    }

    /// Klarna's side.
    #[must_use]
    pub fn klarna(&self) -> &Klarna {
        &self.0.klarna
    }

    /// What another backend than the world's acquirer needs to call Klarna's side. See
    /// [`WorldConfig::webhook_url`](crate::WorldConfig::webhook_url).
    #[must_use]
    pub fn klarna_access(&self) -> &KlarnaAccess {
        &self.0.klarna_access
    }

    /// The acquirer as it runs now; after a restart it is another.
    #[must_use]
    pub fn acquirer(&self) -> Acquirer {
        lock(&self.0.acquirer).clone()
    }

    /// Sets a fault between phone and backend. What it returns is only needed to clear this one alone.
    #[allow(clippy::must_use_candidate)]
    pub fn set_fault(&self, fault: Fault) -> FaultReport {
        self.0.shared.faults.set(fault)
    }

    /// The faults that were set, with their hits.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultReport> {
        self.0.shared.faults.reports()
    }

    /// Ends one fault; false if there is none of that number.
    #[must_use]
    pub fn clear_fault(&self, id: u64) -> bool {
        self.0.shared.faults.clear(id)
    }

    /// Ends all faults between phone and backend. Their hits stay in the books.
    pub fn clear_faults(&self) {
        self.0.shared.faults.clear_all();
    }

    /// Sets what goes wrong at Klarna.
    pub fn set_klarna_faults(&self, faults: KlarnaFaults) {
        self.0.klarna.set_faults(faults);
    }

    /// Sets how the acquirer deviates; it survives a restart of the acquirer.
    pub fn set_acquirer_faults(&self, faults: AcquirerFaults) {
        *lock(&self.0.acquirer_faults) = faults;
        self.acquirer().set_faults(faults);
    }

    /// How the acquirer deviates.
    #[must_use]
    pub fn acquirer_faults(&self) -> AcquirerFaults {
        *lock(&self.0.acquirer_faults)
    }

    /// Takes the phone's network away (new connections are refused, open ones reset), or gives it back.
    pub async fn set_online(&self, online: bool) -> Result<(), WorldError> {
        let running = self.0.running.lock().await;
        let running = running.as_ref().ok_or(WorldError::Stopped)?;
        Ok(running.gateway.set_online(online).await?)
    }

    /// Kills the acquirer with everything it had going on and starts it again from its database, at the same address.
    pub async fn restart_acquirer(&self) -> Result<(), WorldError> {
        if self.0.config.database.is_none() {
            return Err(WorldError::NoDatabase);
        }
        let _acting = self.0.clock.busy();
        let mut running = self.0.running.lock().await;
        let running = running.as_mut().ok_or(WorldError::Stopped)?;
        // First, so that nothing it is just being told is written while its threads end.
        self.acquirer().stop();
        if let Some(process) = running.acquirer.take() {
            process.stop().await;
        }
        let listener = TcpListener::bind(self.0.acquirer_address).await?;
        let config = self.0.acquirer_config.clone();
        let (acquirer, process) = start_acquirer(listener, config, self.acquirer_faults())?;
        *lock(&self.0.acquirer) = acquirer;
        running.acquirer = Some(process);
        Ok(())
    }

    /// What the phone asked and was told so far.
    #[must_use]
    pub fn wire(&self) -> Vec<WireEntry> {
        self.0.shared.wire.entries()
    }

    /// What everybody recorded so far.
    pub fn books(&self) -> Result<Books, WorldError> {
        Ok(Books {
            now_ms: self.0.clock.now_ms(),
            acquirer: self.acquirer().books()?,
            klarna: self.0.klarna.books(),
            wire: self.wire(),
            faults: self.faults(),
            customers: self.0.customers.records(),
        })
    }

    /// Waits until nothing happens in the sandbox any more unless time passes or somebody acts, and until it sees the same
    /// open requests as the phone does. The phone may change its mind meanwhile (an answer reaches it): give
    /// [`PhoneState::sent`], or race this against the phone's next word, and read the phone again before moving the clock.
    pub async fn settle(&self, phone: PhoneState) -> Settled {
        settle(&self.0.clock, || self.0.shared.wire.len(), phone).await
    }

    /// [`settle`](Self::settle), and if all is quiet moves virtual time on to the next event, at most to `not_after`.
    /// Returns what was found before the move. The phone's own timers are for the driver to fire.
    pub async fn settle_and_advance(&self, phone: PhoneState, not_after: Option<i64>) -> Settled {
        let settled = self.settle(phone).await;
        let next = settled.next_event.filter(|_| settled.quiet);
        if let Some(next) = next.filter(|next| not_after.is_none_or(|last| *next <= last)) {
            self.0.clock.advance_to(next);
        }
        settled
    }
}

fn start_acquirer(
    listener: TcpListener,
    config: AcquirerConfig,
    faults: AcquirerFaults,
) -> Result<(Acquirer, Process), WorldError> {
    Process::start("sandbox-acquirer", listener, || {
        let acquirer = Acquirer::new(config)?;
        acquirer.set_faults(faults);
        let router: Router = acquirer.router();
        Ok((acquirer, router))
    })
}

fn origin(text: &str) -> Result<String, WorldError> {
    let url = Url::parse(text).map_err(|_| WorldError::PublicUrl)?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let web = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
    if bare && web {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(WorldError::PublicUrl)
    }
}

fn parsed(own: &str) -> Result<Url, WorldError> {
    Url::parse(own).map_err(|_| WorldError::PublicUrl)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
