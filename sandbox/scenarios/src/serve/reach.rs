//! What to paste into an app, and how each kind of phone reaches this machine.

use std::fmt::Write as _;

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;
use stepup_sandbox_control::{Addresses, KlarnaAccess};
use url::Url;

use super::Options;

/// What the demo apps open; their own scheme, so that a phone's camera leads into the app.
const DEMO_APP: &str = "klarnastepup-demo://sandbox";

/// The link that points a demo app at this sandbox: the backend, the browser's hosts and the control API. Behind a tunnel there is no
/// control API to reach, so none is named.
fn demo_link(addresses: &Addresses, options: &Options) -> String {
    let mut link = vec![
        ("backend", &addresses.backend),
        ("klarna", &addresses.klarna),
        ("acquirer", &addresses.acquirer),
    ];
    if options.public_url.is_none() {
        link.push(("control", &addresses.control));
    }
    Url::parse_with_params(DEMO_APP, link).map_or_else(|_| DEMO_APP.to_owned(), String::from)
}

/// The configuration as text, the demo apps' link as QR code, and the table of phones.
pub(super) fn describe(addresses: &Addresses, options: &Options, terminal: bool) -> String {
    let configuration = json!({
        "backend": addresses.backend,
        "environment": "sandbox",
        "handover": "demoshop://klarna-back",
        "completion": "demoshop-done://klarna",
    })
    .to_string();
    let link = demo_link(addresses, options);
    let mut text = format!(
        "Configuration to paste:\n\n  {configuration}\n\nFor the demo apps (open it on the phone, or scan it with the phone's camera):\n\n  {link}\n\n"
    );
    if let Ok(code) = QrCode::new(&link) {
        let picture = code.render::<Dense1x2>().quiet_zone(true).build();
        let _ = writeln!(text, "{}\n", coloured(&picture, terminal));
    }
    let _ = writeln!(
        text,
        "  backend   {}\n  Klarna    {}\n  acquirer  {}\n  control   {}  ({}/openapi.yaml)\n",
        addresses.backend,
        addresses.klarna,
        addresses.acquirer,
        addresses.control,
        addresses.control
    );
    text.push_str(&table(addresses, options));
    text
}

/// What a backend of one's own is told of this sandbox's Klarna, as the reference acquirer takes it from its environment.
pub(super) fn own_backend(klarna: &KlarnaAccess) -> String {
    let KlarnaAccess {
        base_url,
        account,
        api_key,
        signing_key_id,
        signing_key,
    } = klarna;
    format!(
        "For a backend of your own; the keys are this sandbox's and open nothing else:\n\n  KLARNA_BASE_URL={base_url}\n  KLARNA_ACCOUNT={account}\n  KLARNA_API_KEY={api_key}\n  KLARNA_SIGNING_KEYS={signing_key_id}={signing_key}"
    )
}

/// Black on white whatever the terminal's colours are: not every camera reads a code of light modules.
fn coloured(picture: &str, terminal: bool) -> String {
    if !terminal {
        return picture.to_owned();
    }
    let lines: Vec<String> = picture
        .lines()
        .map(|line| format!("\u{1b}[30;107m{line}\u{1b}[0m"))
        .collect();
    lines.join("\n")
}

fn table(addresses: &Addresses, options: &Options) -> String {
    let ports: Vec<u16> = [
        &addresses.local_backend,
        &addresses.klarna,
        &addresses.acquirer,
        &addresses.control,
    ]
    .into_iter()
    .filter_map(|address| Url::parse(address).ok()?.port())
    .collect();
    let reverse: Vec<String> = ports
        .iter()
        .map(|port| format!("adb reverse tcp:{port} tcp:{port}"))
        .collect();
    let backend = ports.first().copied().unwrap_or_default();
    let tunnel = match &options.public_url {
        Some(url) => format!("through the tunnel at {url}, which has to lead to port {backend}"),
        None => format!(
            "a tunnel to port {backend}; then start again with --port {backend} --public-url https://TUNNEL"
        ),
    };
    format!(
        "  iOS simulator         loopback: as it stands\n  Android emulator      {}\n  Android phone, USB    the same\n  iPhone, same Wi-Fi    start again with --listen and this machine's address in it\n  iPhone                {tunnel}\n\nCtrl-C ends it.",
        reverse.join(" && ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(klarna: &str) -> Addresses {
        Addresses {
            backend: "http://127.0.0.1:4001".to_owned(),
            acquirer: "http://127.0.0.1:4002".to_owned(),
            klarna: klarna.to_owned(),
            control: "http://127.0.0.1:4004/_control".to_owned(),
            local_backend: "http://127.0.0.1:4001".to_owned(),
        }
    }

    #[test]
    fn every_kind_of_phone_is_told_its_way() {
        let text = describe(
            &addresses("http://127.0.0.1:4003"),
            &Options::default(),
            false,
        );
        for part in [
            r#""backend":"http://127.0.0.1:4001""#,
            "iOS simulator         loopback",
            "adb reverse tcp:4001 tcp:4001 && adb reverse tcp:4003 tcp:4003 && adb reverse tcp:4002 tcp:4002 && adb reverse tcp:4004 tcp:4004",
            "a tunnel to port 4001",
            "klarnastepup-demo://sandbox?backend=http%3A%2F%2F127.0.0.1%3A4001&klarna=http%3A%2F%2F127.0.0.1%3A4003&acquirer=http%3A%2F%2F127.0.0.1%3A4002&control=http%3A%2F%2F127.0.0.1%3A4004%2F_control\n",
            "\u{2588}",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn behind_a_tunnel_one_port_is_enough() {
        let options = Options {
            public_url: Some("https://demo.example".to_owned()),
            ..Options::default()
        };
        let mut behind = addresses("https://demo.example");
        behind.backend = "https://demo.example".to_owned();
        behind.acquirer = behind.backend.clone();
        let text = describe(&behind, &options, false);
        assert!(
            text.contains("adb reverse tcp:4001 tcp:4001 && adb reverse tcp:4004 tcp:4004\n"),
            "{text}"
        );
        assert!(
            text.contains("through the tunnel at https://demo.example"),
            "{text}"
        );
        // The control API is not behind the tunnel.
        assert!(
            text.contains("acquirer=https%3A%2F%2Fdemo.example\n"),
            "{text}"
        );
    }
}
