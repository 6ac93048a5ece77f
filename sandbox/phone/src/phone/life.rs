//! Apps come and go: to the front, to the back, and to an end.

use std::time::Instant;

use stepup_sandbox_scenarios::protocol::{
    Command, Configure, PolicyChanges, PresenterManner, Reading, SurfaceName,
};

use super::Phone;
use super::app::App;
use super::spoil::next_note;
use super::system::{Front, Program};
use crate::timeline::Lane;

/// Where the shop's links lead, on a device that brings https links to the app.
pub(super) const HANDOVER: &str = "https://shop.example/klarna/back";
/// The other one.
pub(super) const COMPLETION: &str = "https://shop.example/klarna/done";
/// What stands for https where such links do not come to the app.
pub(super) const SCHEME: &str = "shop";

impl Phone {
    /// A tap on an icon or on a card of the switcher.
    pub(super) async fn tap(&mut self, program: Program) {
        if program == Program::Shop {
            self.ensure_app(None).await;
        }
        self.go(Front::App(program)).await;
    }

    /// Brings something else to the front, and tells the shop's app if it concerns it.
    pub(super) async fn go(&mut self, front: Front) {
        let shop = Front::App(Program::Shop);
        let before = std::mem::replace(&mut self.front, front);
        if let Front::App(program) = front {
            self.recent.retain(|other| *other != program);
            self.recent.insert(0, program);
            self.say = format!("{program} is in front");
        }
        if before == front {
            return;
        }
        if before == shop {
            self.leave_shop().await;
        } else if front == shop && self.app.is_some() {
            self.enter_shop().await;
        } else if front == shop {
            self.ensure_app(None).await;
        }
    }

    async fn leave_shop(&mut self) {
        if self.app.is_none() {
            return;
        }
        self.note(Lane::App, "background", "goes to the back");
        self.send(Command::Background).await;
        if self.switches.contains("dont-keep-activities") {
            self.note(
                Lane::Phone,
                "activity-destroyed",
                "destroys the app's screens",
            );
            self.shop.without_screens = true;
            self.send(Command::DetachHost).await;
        }
    }

    pub(super) async fn enter_shop(&mut self) {
        if std::mem::take(&mut self.shop.without_screens) {
            self.note(Lane::Phone, "activity-made", "makes the app's screens anew");
            self.send(Command::AttachHost).await;
        }
        self.note(Lane::App, "foreground", "comes to the front");
        self.send(Command::Foreground).await;
    }

    /// Starts the app if it is not running, with the link that started it.
    pub(super) async fn ensure_app(&mut self, link: Option<&str>) {
        if self.app.is_some() {
            return;
        }
        self.processes += 1;
        let process = self.processes;
        match App::start(process, self.to_self.clone()) {
            Ok(app) => self.app = Some(app),
            Err(error) => {
                self.note(
                    Lane::Phone,
                    "no-app",
                    format!("can't start the app: {error}"),
                );
                return;
            }
        }
        let with = if link.is_some() { ", by a link" } else { "" };
        let text = format!("starts the shop's app as process {process}{with}");
        self.note(Lane::Phone, "started", text);
        self.shop.forget();
        let configure = self.configure();
        self.send(Command::Configure(Box::new(configure))).await;
        if let Some(uri) = link {
            self.send(Command::Link {
                uri: uri.to_owned(),
            })
            .await;
        }
    }

    fn configure(&self) -> Configure {
        let mut surfaces = self.device.surfaces.clone();
        if self.klarna_app {
            surfaces.insert(0, SurfaceName::KlarnaApp);
        }
        let configure = serde_json::json!({
            "backend": self.world.addresses().local_backend,
            "handover": HANDOVER,
            "completion": COMPLETION,
            "fallback_scheme": SCHEME,
            "journal": self.journal.path(),
            "surfaces": [],
            "https_links": self.device.https_links,
            "clock_runs": true,
        });
        // By name, so that what the protocol learns later keeps its default here.
        let mut configure: Configure = serde_json::from_value(configure)
            .unwrap_or_else(|_| unreachable!("the fields above are the protocol's"));
        configure.surfaces = surfaces;
        configure.presenter = PresenterManner::Confirm;
        configure.policy = PolicyChanges::default();
        configure.clock = Some(self.reading());
        // Before its first command: a start notes much of what it finds.
        let is_held = self.switches.contains("kill-at-step");
        configure.hold_at = is_held.then(next_note);
        configure
    }

    /// The phone's clocks now.
    pub(super) fn reading(&self) -> Reading {
        let running = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Reading {
            wall: self.phone_now_ms(),
            mono: 1_000_000 + running.saturating_add(self.ahead_ms),
        }
    }

    /// Somebody moved a clock.
    pub(super) async fn tell_time(&mut self) {
        let reading = self.reading();
        self.send(Command::Clock(reading)).await;
        self.send(Command::Wake).await;
    }

    /// The system or the customer ends the app's process.
    pub(super) async fn kill(&mut self, why: &str) {
        let Some(app) = self.app.take() else {
            self.note(Lane::You, "nothing", "find no running app to kill");
            return;
        };
        let process = app.process;
        app.kill().await;
        self.note(
            Lane::Phone,
            "killed",
            format!("kills process {process} of the shop's app{why}"),
        );
        "The shop's app was killed".clone_into(&mut self.say);
        self.after_end();
    }

    /// A process has ended by itself.
    pub(super) async fn ended(&mut self, process: u32) {
        if self.app.as_ref().is_some_and(|app| app.process == process) {
            if let Some(app) = self.app.take() {
                app.kill().await;
            }
            self.note(
                Lane::Phone,
                "crashed",
                format!("process {process} of the shop's app has ended by itself"),
            );
            self.after_end();
        }
    }

    fn after_end(&mut self) {
        self.shop.forget();
        self.busy_until = Instant::now();
        if self.device.tab_outlives_app && self.tab.is_some() {
            if let Some(tab) = self.tab.as_mut() {
                tab.orphan = true;
                tab.minimised = false;
            }
            self.note(
                Lane::Phone,
                "tab-stays",
                "keeps Klarna's page: it belongs to the browser",
            );
            return;
        }
        self.drop_tab();
        if self.front == Front::App(Program::Shop) {
            self.front = Front::Home;
        }
    }

    /// A card of the switcher is swiped away.
    pub(super) async fn swipe_away(&mut self, program: Program) {
        self.recent.retain(|other| *other != program);
        self.note(Lane::You, "swiped", format!("swipe {program} away"));
        if program == Program::Shop {
            self.drop_tab();
            if self.app.is_some() {
                self.kill(", because it was swiped away").await;
            }
        } else {
            self.frames.remove(&program.place());
        }
        self.front = Front::Switcher;
    }
}
