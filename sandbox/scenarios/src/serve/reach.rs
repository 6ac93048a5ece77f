//! What to paste into an app, and how each kind of phone reaches this machine.

use std::fmt::Write as _;

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;
use stepup_sandbox_control::{Addresses, KlarnaAccess};
use url::Url;

use super::Options;

/// The configuration as text and as QR code, and the table of phones.
pub(super) fn describe(addresses: &Addresses, options: &Options, terminal: bool) -> String {
    let configuration = json!({
        "backend": addresses.backend,
        "environment": "sandbox",
        "handover": "demoshop://klarna-back",
        "completion": "demoshop-done://klarna",
    })
    .to_string();
    let mut text = format!("Configuration to paste:\n\n  {configuration}\n\n");
    if let Ok(code) = QrCode::new(&configuration) {
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
        "  iOS simulator         loopback: as it stands\n  Android emulator      {}\n  Android phone, USB    the same\n  iPhone                {tunnel}\n\nCtrl-C ends it.",
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
            "adb reverse tcp:4001 tcp:4001 && adb reverse tcp:4003 tcp:4003 && adb reverse tcp:4002 tcp:4002",
            "a tunnel to port 4001",
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
        assert!(text.contains("adb reverse tcp:4001 tcp:4001\n"), "{text}");
        assert!(
            text.contains("through the tunnel at https://demo.example"),
            "{text}"
        );
    }
}
