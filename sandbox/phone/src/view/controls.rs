//! The switches beside the phone, and the line that says who says what.

use maud::{Markup, html};

use crate::device::{SWITCHES, Switch, SwitchKind};
use crate::phone::Phone;

/// All switches that this device has, in their groups.
pub(super) fn panel(phone: &Phone) -> Markup {
    let there: Vec<&Switch> = SWITCHES
        .iter()
        .filter(|switch| match switch.id.as_str() {
            "minimise-tab" => phone.device.can_minimise,
            _ => switch.only.is_none() || phone.device.is_android(),
        })
        .collect();
    html! {
        @for group in there.chunk_by(|one, next| one.group == next.group) {
            fieldset {
                legend { (group[0].group) }
                @for switch in group { (button(phone, switch)) }
            }
        }
    }
}

fn button(phone: &Phone, switch: &Switch) -> Markup {
    let on = phone.switches.contains(&switch.id);
    let pressed = (switch.kind != SwitchKind::Now).then_some(if on { "true" } else { "false" });
    let hint = format!("hint-{}", switch.id);
    html! {
        div.switch {
            button type="button" data-act="switch" data-id=(switch.id) aria-pressed=[pressed] aria-describedby=(hint) {
                @if switch.kind == SwitchKind::Now { span.mark aria-hidden="true" { "▸" } }
                @else { span.mark aria-hidden="true" { @if on { "●" } @else { "○" } } }
                (switch.label)
            }
            small id=(hint) { (switch.hint) }
        }
    }
}

/// Shop, backend and Klarna about the order in the basket.
pub(super) fn truth(phone: &Phone) -> Markup {
    let shop = match (&phone.shop.told, phone.shop.paying) {
        (Some(told), _) => told.outcome.clone(),
        (None, true) => "waiting".to_owned(),
        (None, false) if phone.shop.state().is_some() => "unfinished".to_owned(),
        (None, false) => "—".to_owned(),
    };
    let or_none = |text: &str| {
        if text.is_empty() {
            "—".to_owned()
        } else {
            text.to_owned()
        }
    };
    let money = match phone.truth.transactions {
        0 => "none".to_owned(),
        1 => "once".to_owned(),
        more => format!("{more} times!"),
    };
    html! {
        dl.truth {
            div { dt { "Shop says" } dd data-truth="shop" { (shop) } }
            div { dt { "Backend knows" } dd data-truth="backend" { (or_none(&phone.truth.backend)) } }
            div { dt { "Klarna knows" } dd data-truth="klarna" { (or_none(&phone.truth.klarna)) } }
            div { dt { "Money moved" } dd data-truth="money" { (money) } }
        }
    }
}
