//! The app's manifest as the Android Gradle Plugin's merger makes it of the app's own, the build type's and the library's: for these three,
//! none of which contradicts another.

use std::fs;

use crate::process::{Failure, Outcome, at};
use crate::project::Project;

use super::gradle::Gradle;
use super::{Build, FOLDER};

/// Merges them, and fills in the placeholders.
pub fn merged(project: &Project, gradle: &Gradle, library: &str, build: Build) -> Outcome<String> {
    let source = project.root.join(FOLDER).join("app/src");
    let read = |name: &str| {
        let path = source.join(name);
        fs::read_to_string(&path).map_err(at(&path))
    };
    let overlay = match build {
        Build::Debug => attributes(&read("debug/AndroidManifest.xml")?)?,
        Build::Release => String::new(),
    };
    let text = merge(
        &read("main/AndroidManifest.xml")?,
        &overlay,
        library,
        &format!(
            "<uses-sdk android:minSdkVersion=\"{}\" android:targetSdkVersion=\"{}\"/>",
            gradle.value("minSdk")?,
            gradle.value("targetSdk")?
        ),
    )?;
    let id = gradle.value("applicationId")?;
    let name = gradle.version("stepUp").unwrap_or_default();
    let code = gradle.value("versionCode")?;
    let opened = format!(
        "<manifest package=\"{id}\" android:versionCode=\"{code}\" android:versionName=\"{name}\" "
    );
    filled(
        &text.replacen("<manifest ", &opened, 1),
        &gradle.placeholders()?,
    )
}

/// The attributes of a build type's `<application …/>`.
fn attributes(overlay: &str) -> Outcome<String> {
    let bare = without_comments(overlay);
    between(&bare, "<application", "/>").map(str::to_owned)
}

fn merge(app: &str, overlay: &str, library: &str, sdk: &str) -> Outcome<String> {
    let app = without_comments(app);
    let library = without_comments(library);
    let beside = between(&library, "<uses-permission", "<application>")?;
    let inside = between(&library, "<application>", "</application>")?;
    let opened = format!("{sdk}\n<uses-permission{beside}<application{overlay}");
    let closed = format!("{inside}</application>");
    Ok(app
        .replacen("<application", &opened, 1)
        .replacen("</application>", &closed, 1))
}

fn filled(text: &str, placeholders: &[(String, String)]) -> Outcome<String> {
    let text = placeholders
        .iter()
        .fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        });
    match between(&text, "${", "}") {
        Err(_) => Ok(text),
        Ok(name) => Err(Failure::new(format!(
            "the library's manifest wants a placeholder {name}, and the app's build gives none"
        ))),
    }
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("<!--");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        kept + part.split_once("-->").map_or("", |(_, rest)| rest)
    })
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Outcome<&'a str> {
    text.split_once(from)
        .and_then(|(_, rest)| rest.split_once(to))
        .map(|(found, _)| found)
        .ok_or_else(|| Failure::new(format!("a manifest has nothing between {from} and {to}")))
}

#[cfg(test)]
mod checks {
    use super::*;

    const LIBRARY: &str = "<manifest><!-- <application> --><uses-sdk/><uses-permission a=\"1\"/><queries/><application><activity android:scheme=\"${scheme}\"/></application></manifest>";
    const APP: &str = "<manifest x><application y><activity z/></application></manifest>";

    #[test]
    fn the_app_gets_what_is_in_the_library_and_its_placeholders() {
        let text = merge(APP, " q=\"2\"", LIBRARY, "<sdk/>").expect("merged");
        let given = [("scheme".to_owned(), "shop".to_owned())];
        let text = filled(&text, &given).expect("filled");
        assert_eq!(
            text,
            "<manifest x><sdk/>\n<uses-permission a=\"1\"/><queries/><application q=\"2\" y><activity z/><activity android:scheme=\"shop\"/></application></manifest>"
        );
    }

    #[test]
    fn a_missing_placeholder_is_named() {
        let said = filled(LIBRARY, &[]).expect_err("missing").to_string();
        assert!(said.contains("scheme"), "{said}");
    }
}
