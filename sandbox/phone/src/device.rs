//! The phones that can be simulated, and the switches beside them: data, not code.

use std::sync::LazyLock;

use serde::Deserialize;
use stepup_sandbox_scenarios::protocol::SurfaceName;

/// What a phone is like.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Names it in addresses.
    pub id: String,
    /// For people.
    pub name: String,
    /// For people.
    pub about: String,
    /// What can show a journey, best first, the Klarna app aside.
    pub surfaces: Vec<SurfaceName>,
    /// Whether https links come to the app.
    pub https_links: bool,
    /// What the app hears when a link brings it to the front, in order.
    pub on_link: Vec<OnLink>,
    /// The system asks before an authentication session begins.
    pub asks_consent: bool,
    /// The system asks before a page's custom scheme opens an app.
    pub asks_before_opening: bool,
    /// A tab can be minimised.
    pub can_minimise: bool,
    /// A tab stays when the system kills the app under it.
    pub tab_outlives_app: bool,
    /// It has the developer option to keep no activities.
    pub destroys_activities: bool,
    /// What the app is told when its tab is closed.
    pub closed_tab: String,
}

/// A step of the way on which a link brings an app to the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnLink {
    /// `willEnterForeground`, `onResume`.
    Foreground,
    /// The URL.
    Link,
}

impl Device {
    /// Whether it is one of Android's, which some switches are for.
    #[must_use]
    pub fn is_android(&self) -> bool {
        self.destroys_activities
    }
}

/// What goes wrong on purpose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Names it.
    pub id: String,
    /// What it belongs to, for people.
    pub group: String,
    /// How it is used.
    pub kind: SwitchKind,
    /// For people.
    pub label: String,
    /// For people.
    pub hint: String,
    /// The only system that has it.
    #[serde(default)]
    pub only: Option<String>,
}

/// How a switch is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwitchKind {
    /// On until it is switched off.
    Switch,
    /// On until it has struck once.
    Next,
    /// Strikes when it is pressed.
    Now,
}

/// All devices; the first is the default.
pub static DEVICES: LazyLock<Vec<Device>> =
    LazyLock::new(|| read(include_str!("../data/devices.json")));
/// All switches, in the order in which they are shown.
pub static SWITCHES: LazyLock<Vec<Switch>> =
    LazyLock::new(|| read(include_str!("../data/switches.json")));

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Vec<T> {
    // Part of the program, and read by its tests.
    serde_json::from_str(text).unwrap_or_default()
}

/// The device of this name, or the first.
#[must_use]
pub fn find(id: &str) -> &'static Device {
    let found = DEVICES.iter().find(|device| device.id == id);
    found.unwrap_or(&DEVICES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_can_be_read_and_its_names_are_unique() {
        assert!(DEVICES.len() >= 2 && SWITCHES.len() >= 15);
        let mut ids: Vec<_> = SWITCHES.iter().map(|switch| &switch.id).collect();
        ids.extend(DEVICES.iter().map(|device| &device.id));
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }

    #[test]
    fn a_link_is_handed_over_once_on_every_device() {
        for device in DEVICES.iter() {
            let links = device
                .on_link
                .iter()
                .filter(|step| **step == OnLink::Link)
                .count();
            assert_eq!(links, 1, "{}", device.id);
        }
    }
}
