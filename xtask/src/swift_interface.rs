//! The public interface of the Swift façade and its testing product, as a text that is checked in and reviewed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::process::{self, Outcome, at};
use crate::project::Project;
use crate::swift::MODULE_OPTIONS;
use crate::toolchain::swift_root::SwiftRoot;

const FOLDER: &str = "bindings/swift/api";
const MODULES: [&str; 2] = ["KlarnaStepUp", "KlarnaStepUpTesting"];

/// Compares each module's interface with its file. One that differs is written, to be committed, and is no success.
pub fn is_as_checked_in(project: &Project, root: &SwiftRoot) -> Outcome<bool> {
    let mut same = true;
    for module in MODULES {
        let interface = interface(project, root, module)?;
        let folder = project.root.join(FOLDER);
        let file = folder.join(format!("{module}.txt"));
        if std::fs::read_to_string(&file).is_ok_and(|known| known == interface) {
            continue;
        }
        same = false;
        println!(
            "the public interface of {module} is not what {} says; it is now: review and commit it",
            file.display()
        );
        std::fs::create_dir_all(&folder).map_err(at(&folder))?;
        std::fs::write(&file, interface).map_err(at(&file))?;
    }
    Ok(same)
}

fn interface(project: &Project, root: &SwiftRoot, module: &str) -> Outcome<String> {
    let folder = root.built(&format!("symbols-{module}"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(at(&folder))?;
    }
    std::fs::create_dir_all(&folder).map_err(at(&folder))?;
    let out = format!("/scratch/symbols-{module}");
    // `debug` is a link to `<triple>/debug`.
    let built = root.built("debug");
    let debug = std::fs::read_link(&built).map_err(at(&built))?;
    let triple = debug.iter().next().unwrap_or_default().to_string_lossy();
    let mut arguments = vec!["-module-name", module, "-target", &triple];
    arguments.extend(MODULE_OPTIONS);
    arguments.extend(["-minimum-access-level", "public"]);
    arguments.extend(["-skip-synthesized-members", "-output-dir", &out]);
    process::run(root.run(project, "swift-symbolgraph-extract", &arguments))?;
    let mut lines = Vec::new();
    // One file for the module, and one for each module whose types it extends.
    for entry in std::fs::read_dir(&folder).map_err(at(&folder))? {
        let file: PathBuf = entry.map_err(at(&folder))?.path();
        let text = std::fs::read(&file).map_err(at(&file))?;
        lines.extend(declarations(
            &serde_json::from_slice(&text).map_err(at(&file))?,
        ));
    }
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.join("\n") + "\n")
}

/// One line a symbol: where it belongs, and its declaration. One line a conformance.
fn declarations(graph: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut paths = BTreeMap::new();
    let mut lines = Vec::new();
    for symbol in list(&graph["symbols"]) {
        let id = text(&symbol["identifier"]["precise"]);
        if id.contains("::SYNTHESIZED::") {
            continue;
        }
        let path: Vec<_> = list(&symbol["pathComponents"]).iter().map(text).collect();
        let fragments = list(&symbol["declarationFragments"]);
        let declaration: String = fragments
            .iter()
            .map(|fragment| text(&fragment["spelling"]))
            .collect();
        let declaration: Vec<_> = declaration.split_whitespace().collect();
        lines.push(format!("{}: {}", path.join("."), declaration.join(" ")));
        paths.insert(id, path.join("."));
    }
    for relation in list(&graph["relationships"]) {
        let (kind, source) = (text(&relation["kind"]), text(&relation["source"]));
        if kind == "conformsTo"
            && let Some(path) = paths.get(&source)
        {
            let target = paths.get(&text(&relation["target"])).cloned();
            let target = target.unwrap_or_else(|| text(&relation["targetFallback"]));
            lines.push(format!("{path} conforms to {target}"));
        }
    }
    lines
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn a_symbol_is_its_place_its_declaration_and_what_it_conforms_to() {
        let graph = serde_json::json!({
            "symbols": [
                {"identifier": {"precise": "s:1"}, "pathComponents": ["Order"],
                 "declarationFragments": [{"spelling": "struct"}, {"spelling": "  "}, {"spelling": "Order"}]},
                {"identifier": {"precise": "s:2::SYNTHESIZED::s:1"}, "pathComponents": ["Order", "map"], "declarationFragments": []},
            ],
            "relationships": [
                {"kind": "conformsTo", "source": "s:1", "target": "s:SH", "targetFallback": "Swift.Hashable"},
                {"kind": "memberOf", "source": "s:1", "target": "s:3"},
            ],
        });
        assert_eq!(
            declarations(&graph),
            ["Order: struct Order", "Order conforms to Swift.Hashable"]
        );
    }
}
