//! What a page shows of a phone, made anew whenever something changed.

mod controls;
mod page;
mod screen;

use serde::Serialize;

use crate::door::Place;
use crate::phone::{Ask, Front, Phone, Program};

pub(crate) use page::{About, document};
pub use page::{gone, message};

/// The parts of the page that change, as HTML that is complete in itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct View {
    /// Grows with each change.
    pub version: u64,
    /// The line on top of the glass.
    pub status: String,
    /// The address bar, if a page is shown.
    pub bar: String,
    /// What the phone draws itself.
    pub screen: String,
    /// What the system asks.
    pub ask: String,
    /// The switches.
    pub controls: String,
    /// Who says what about the payment.
    pub truth: String,
    /// The pages that are loaded.
    pub frames: Vec<FrameView>,
    /// For a screen reader.
    pub say: String,
}

/// A page that is loaded.
#[derive(Clone, Debug, Serialize)]
pub struct FrameView {
    /// Where.
    pub place: &'static str,
    /// Its address.
    pub src: String,
    /// The phone opened it so many times; the address counts only when this grew.
    pub generation: u64,
    /// It is what is seen.
    pub shown: bool,
}

/// The place whose page is seen, if one is.
pub(crate) fn seen(phone: &Phone) -> Option<Place> {
    let place = match phone.front {
        Front::App(Program::Shop) => {
            let tab = phone.tab.as_ref()?;
            if tab.minimised || phone.ask == Some(Ask::Consent) {
                return None;
            }
            Place::Tab
        }
        // A tab that outlives its app stays where it was.
        Front::App(program) => program.place(),
        Front::Home | Front::Switcher => return None,
    };
    phone.frames.contains_key(&place).then_some(place)
}

/// The page's parts for this state. `now_ms`: what the phone's clock shows.
pub(crate) fn of(phone: &Phone, now_ms: i64) -> View {
    let seen = seen(phone);
    // Nothing is loaded before the session may begin.
    let may_load = |place: &Place| *place != Place::Tab || phone.ask != Some(Ask::Consent);
    let frames = phone.frames.iter().filter(|(place, _)| may_load(place));
    let frames = frames.map(|(place, frame)| FrameView {
        place: place.id(),
        src: format!("{}{}", phone.door(*place), frame.path),
        generation: frame.generation,
        shown: seen == Some(*place),
    });
    View {
        version: phone.version,
        status: screen::status(phone, now_ms).into_string(),
        bar: seen
            .map(|place| screen::bar(phone, place).into_string())
            .unwrap_or_default(),
        screen: screen::glass(phone).into_string(),
        ask: phone
            .ask
            .as_ref()
            .map(|ask| screen::ask(phone, ask).into_string())
            .unwrap_or_default(),
        controls: controls::panel(phone).into_string(),
        truth: controls::truth(phone).into_string(),
        frames: frames.collect(),
        say: phone.say.clone(),
    }
}
