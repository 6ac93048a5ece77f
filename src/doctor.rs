//! `doctor`: looks at the set-up and says how to fix what is wrong, before a customer finds out.

use crate::hosts::Environment;
use crate::model::{Device, Finding, FindingLevel};
use crate::settings::Settings;
use crate::transport::TransportFailure;

/// A device clock further off than this is worth knowing, milliseconds. Nothing depends on it.
const CLOCK_TOLERANCE: i64 = 5 * 60 * 1_000;

/// Every finding there is, by its stable name.
pub const CODES: [&str; 15] = [
    "no-device-facts",
    "no-surface",
    "journal-unavailable",
    "https-links-not-honoured",
    "scheme-not-registered",
    "scheme-registered-twice",
    "one-url-for-both",
    "same-scheme",
    "no-nonce",
    "sandbox-in-release",
    "backend-unreachable",
    "backend-failing",
    "backend-rejects-credentials",
    "clock-off",
    "all-well",
];

fn finding(code: &str, level: FindingLevel, problem: &str, fix: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        level,
        problem: problem.to_owned(),
        fix: fix.to_owned(),
    }
}

/// What can be told without asking the backend.
pub(crate) fn examine(
    settings: &Settings,
    device: &Device,
    journal_open: bool,
    facts_given: bool,
) -> Vec<Finding> {
    use FindingLevel::{Advice, Broken};
    let mut findings = Vec::new();
    let mut add = |code, level, problem, fix| findings.push(finding(code, level, problem, fix));
    if !facts_given {
        add(
            "no-device-facts",
            Broken,
            "nothing tells what the device can do, so no journey can be shown",
            "pass device facts to the client",
        );
    } else if device.surfaces.is_empty() {
        add(
            "no-surface",
            Broken,
            "nothing on this device can show the journey",
            "install or enable a browser; offer another method until then",
        );
    }
    if !journal_open {
        add(
            "journal-unavailable",
            Broken,
            "the journal's directory cannot be read or written",
            "use Application Support on iOS or noBackupFilesDir on Android, readable after the first unlock",
        );
    }
    let links = &settings.links;
    let form = links.form(device.https_links);
    if links.uses_https() && !device.https_links && form == crate::links::LinkForm::AsGiven {
        add(
            "https-links-not-honoured",
            Broken,
            "the links are https links, this device's browser does not bring them to the app, and there is no fallback_scheme",
            "set links.fallback_scheme to a custom scheme that the app registers",
        );
    }
    if let Some(registered) = &device.registered_schemes {
        let scheme = links.callback(form).scheme;
        match registered
            .iter()
            .filter(|known| known.eq_ignore_ascii_case(&scheme))
            .count()
        {
            _ if scheme == "https" => {}
            0 => add(
                "scheme-not-registered",
                Broken,
                "the app does not register the scheme of its links",
                "register it in the manifest (stepUpScheme) or in Info.plist (CFBundleURLTypes)",
            ),
            1 => {}
            _ => add(
                "scheme-registered-twice",
                Broken,
                "the scheme of the links is registered twice",
                "keep the registration of this library, remove the other",
            ),
        }
    }
    if links.one_url() {
        add(
            "one-url-for-both",
            Advice,
            "one URL serves for both links, so a completed journey is noticed a little later",
            "give the completion link a path of its own",
        );
    } else if links.same_scheme() && !links.uses_https() {
        add(
            "same-scheme",
            Advice,
            "both links have the same scheme: a surface that watches for the scheme alone ends on the handover link",
            "give the two links different schemes",
        );
    }
    if !links.uses_nonce() {
        add(
            "no-nonce",
            Advice,
            "links carry no nonce, so a link can only make us ask",
            "let the acquirer pass return URLs through, and use LinkNonceMode Query",
        );
    }
    if matches!(settings.environment, Environment::Sandbox { .. }) && !device.debuggable {
        add(
            "sandbox-in-release",
            Broken,
            "the environment is the sandbox in a build that is not debuggable",
            "use Environment Live, or Test",
        );
    }
    findings
}

/// Adds what the backend's answer tells.
pub(crate) fn with_backend(
    mut findings: Vec<Finding>,
    answer: Result<(u16, Option<i64>), TransportFailure>,
    now: i64,
) -> Vec<Finding> {
    use FindingLevel::{Advice, Broken, Fine};
    match answer {
        Err(_) => findings.push(finding(
            "backend-unreachable",
            Broken,
            "the backend does not answer",
            "check its address, the network, and its certificate",
        )),
        Ok((status, _)) if status >= 500 => {
            findings.push(finding(
                "backend-failing",
                Broken,
                "the backend answers with a server error",
                "look at the backend's log",
            ));
        }
        Ok((401 | 403, _)) => {
            findings.push(finding(
                "backend-rejects-credentials",
                Advice,
                "the backend does not accept the credentials",
                "check the headers, or the Credentials of the signed-in customer",
            ));
        }
        Ok((_, date)) if date.is_some_and(|date| (date - now).abs() > CLOCK_TOLERANCE) => {
            findings.push(finding(
                "clock-off",
                Advice,
                "the device's clock differs from the backend's by more than five minutes",
                "nothing depends on it; expect odd times in traces",
            ));
        }
        Ok(_) => {}
    }
    if findings.is_empty() {
        findings.push(finding(
            "all-well",
            Fine,
            "nothing is wrong",
            "nothing to do",
        ));
    }
    findings
}
