//! One phone: a single loop that takes what the page, the app, the journey's pages and the clock say, and changes what is shown.

mod act;
mod app;
mod life;
mod links;
mod shared;
mod shop;
mod spoil;
mod system;
mod truth;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use stepup_sandbox_control::{World, WorldConfig, WorldError};
use stepup_sandbox_scenarios::protocol::Command;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::books;
use crate::device::Device;
use crate::door::{Door, Place};
use crate::timeline::Lane;
use crate::view;
pub use act::Act;
pub(crate) use act::Message;
use app::App;
pub(crate) use shared::Shared;
pub use shop::Shop;
pub(crate) use spoil::SLOW_MS;
pub use system::{Ask, Frame, Front, Program, Tab};
use truth::Truth;

/// How often the books are looked at while something goes on.
const LOOK: Duration = Duration::from_millis(200);

/// Why a phone could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// Klarna's side and the backend.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A folder or a port.
    #[error("no folder or no port: {0}")]
    Io(#[from] std::io::Error),
    /// The client that fetches the journey's pages.
    #[error("no HTTP client: {0}")]
    Http(#[from] reqwest::Error),
}

/// A phone's state. The pages are made from it.
pub(crate) struct Phone {
    pub device: &'static Device,
    pub klarna_app: bool,
    pub front: Front,
    /// Which apps the switcher shows, the latest first.
    pub recent: Vec<Program>,
    pub shop: Shop,
    pub tab: Option<Tab>,
    pub ask: Option<Ask>,
    pub frames: BTreeMap<Place, Frame>,
    pub switches: BTreeSet<String>,
    pub version: u64,
    /// Said to a screen reader.
    pub say: String,
    pub truth: Truth,
    world: World,
    journal: tempfile::TempDir,
    doors: BTreeMap<Place, Door>,
    slow: Arc<AtomicBool>,
    app: Option<App>,
    processes: u32,
    begun: Instant,
    /// Milliseconds that were let pass.
    ahead_ms: u64,
    /// Milliseconds by which the phone's own clock is wrong.
    wrong_ms: i64,
    faults: BTreeMap<&'static str, u64>,
    known: HashSet<String>,
    busy_until: Instant,
    to_self: mpsc::UnboundedSender<Message>,
    shared: Arc<Shared>,
}

/// Makes a phone and returns how it is told and seen, and the task that it ends with.
pub(crate) async fn start(
    device: &'static Device,
    klarna_app: bool,
    page_origin: &str,
) -> Result<
    (
        mpsc::UnboundedSender<Message>,
        Arc<Shared>,
        tokio::task::JoinHandle<()>,
    ),
    PhoneError,
> {
    let journal = tempfile::tempdir()?;
    let (to_self, messages) = mpsc::unbounded_channel();
    let slow = Arc::new(AtomicBool::new(false));
    // The address of the tab's door is what Klarna and backend hand out; it has to be known before they are made.
    let mut listeners = BTreeMap::new();
    for place in Place::ALL {
        listeners.insert(place, TcpListener::bind(("127.0.0.1", 0)).await?);
    }
    let first = format!("http://{}", listeners[&Place::Tab].local_addr()?);
    let world = World::start(WorldConfig {
        public_url: Some(first.clone()),
        shop_name: Some("Shop".to_owned()),
        ..WorldConfig::default()
    })
    .await?;
    let mut doors = BTreeMap::new();
    for (place, listener) in listeners {
        let upstream = &world.addresses().local_backend;
        let door = Door::open(
            place,
            listener,
            (upstream, &first, page_origin),
            klarna_app,
            Arc::clone(&slow),
            to_self.downgrade(),
        )?;
        doors.insert(place, door);
    }
    let shared = Shared::new(world.clock().now_ms());
    let mut phone = Phone {
        device,
        klarna_app,
        front: Front::Home,
        recent: Vec::new(),
        shop: Shop::default(),
        tab: None,
        ask: None,
        frames: BTreeMap::new(),
        switches: BTreeSet::new(),
        version: 0,
        say: String::new(),
        truth: Truth::default(),
        world,
        journal,
        doors,
        slow,
        app: None,
        processes: 0,
        begun: Instant::now(),
        ahead_ms: 0,
        wrong_ms: 0,
        faults: BTreeMap::new(),
        known: HashSet::new(),
        busy_until: Instant::now(),
        to_self: to_self.clone(),
        shared: Arc::clone(&shared),
    };
    phone.tap(Program::Shop).await;
    phone.show();
    let task = tokio::spawn(phone.run(messages));
    Ok((to_self, shared, task))
}

impl Phone {
    async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => {
                        self.take(message).await;
                        // What lies there already is taken before anything is shown.
                        while let Ok(message) = messages.try_recv() {
                            self.take(message).await;
                        }
                        self.busy_until = Instant::now() + Duration::from_secs(8);
                        self.look();
                        self.show();
                    }
                    None => return,
                },
                _ = look.tick(), if self.is_busy() => if self.look() { self.show(); },
            }
        }
    }

    async fn take(&mut self, message: Message) {
        match message {
            Message::Act(act) => self.act(act).await,
            Message::Heard(process, report) => {
                if self.app.as_ref().is_some_and(|app| app.process == process) {
                    self.heard(*report).await;
                }
            }
            Message::Ended(process) => self.ended(process).await,
            Message::Shown(place, path) => {
                if let Some(frame) = self.frames.get_mut(&place) {
                    frame.path = path;
                }
            }
            Message::Open(place, uri) => self.open(place, &uri).await,
            Message::Hop(program, path) => self.hop(program, path).await,
            Message::Due(uris, place) => {
                for uri in uris {
                    self.hand_over(place, &uri).await;
                }
            }
        }
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Tap { app } => self.tap(app).await,
            Act::Home => self.go(Front::Home).await,
            Act::Switcher => self.go(Front::Switcher).await,
            Act::SwipeAway { app } => self.swipe_away(app).await,
            Act::CloseTab => self.close_tab().await,
            Act::MinimiseTab => self.minimise_tab().await,
            Act::RestoreTab => self.restore_tab(),
            Act::Answer { yes } => self.answer(yes).await,
            Act::Switch { id } => self.press(&id).await,
            Act::OpenLink { uri } => self.open_typed(&uri).await,
            act => self.use_shop(act).await,
        }
    }

    /// Something may happen by itself.
    fn is_busy(&self) -> bool {
        Instant::now() < self.busy_until || self.shop.waits()
    }

    /// Adds what backend and Klarna have noted since the last look; false if that is nothing.
    fn look(&mut self) -> bool {
        let Ok(books) = self.world.books() else {
            return false;
        };
        let books = serde_json::to_value(books).unwrap_or_default();
        self.truth = Truth::read(&books, &self.shop.reference());
        let mut news: Vec<_> = books::facts(&books)
            .into_iter()
            .filter(|fact| !self.known.contains(&fact.key))
            .collect();
        if news.is_empty() {
            return false;
        }
        news.sort_by_key(|fact| fact.at_ms);
        for fact in news {
            self.shared
                .timeline()
                .add(fact.at_ms, fact.lane, fact.kind, fact.text);
            self.known.insert(fact.key);
        }
        self.busy_until = Instant::now() + Duration::from_secs(8);
        true
    }

    /// Notes something that happens now.
    fn note(&self, lane: Lane, kind: impl Into<String>, text: impl Into<String>) {
        let now = self.world.clock().now_ms();
        self.shared.timeline().add(now, lane, kind, text);
    }

    async fn send(&mut self, command: Command) {
        if let Some(app) = &mut self.app {
            app.send(&command).await;
        }
    }

    /// Makes the page anew from the state.
    fn show(&mut self) {
        self.version += 1;
        let now = self.phone_now_ms();
        let view = view::of(self, now);
        self.shared.view.send_replace(Arc::new(view));
        self.shared.tell();
    }

    /// Where a door leads out, without a slash at the end.
    pub fn door(&self, place: Place) -> &str {
        self.doors.get(&place).map_or("", Door::origin)
    }

    fn phone_now_ms(&self) -> i64 {
        self.world.clock().now_ms() + self.wrong_ms
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let world = self.world.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { world.stop().await });
        }
    }
}
