//! What fuzzing starts from: the vectors, in the form that each target reads.

use std::path::Path;

use serde_json::{Value, json};

use super::Target;
use crate::process::{Failure, Outcome, at};
use crate::project::Project;

/// Writes the seeds of a target into its corpus.
pub fn write(project: &Project, target: Target, corpus: &Path) -> Outcome<()> {
    let vectors = project.root.join("tests/vectors");
    let seeds = match target {
        Target::Links => links(&read(&vectors.join("links.json"))?),
        Target::Replies => answers(&read(&vectors.join("replies.json"))?, "start"),
        Target::Status => answers(&read(&vectors.join("replies.json"))?, "status"),
        Target::Journal => files(&vectors.join("journal/v1"))?,
        Target::Configuration => configurations(&read(&vectors.join("configuration.json"))?),
        Target::Replay => lives(&vectors.join("traces"))?,
    };
    if seeds.is_empty() {
        return Err(Failure::new(format!("there is no seed for {target:?}")));
    }
    std::fs::create_dir_all(corpus).map_err(at(corpus))?;
    for (number, seed) in seeds.iter().enumerate() {
        let file = corpus.join(format!("seed-{number}"));
        std::fs::write(&file, seed).map_err(at(&file))?;
    }
    Ok(())
}

fn read(file: &Path) -> Outcome<Value> {
    let text = std::fs::read(file).map_err(at(file))?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}

/// Every text that is a link, each for every configuration.
fn links(vectors: &Value) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    texts(vectors, &mut found);
    let links = found.iter().filter(|text| text.contains(':'));
    links
        .flat_map(|link| (0..6).map(move |configured| format!("{configured}{link}").into_bytes()))
        .collect()
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

/// The HTTP status, then the body.
fn answers(vectors: &Value, to: &str) -> Vec<Vec<u8>> {
    let cases = vectors["cases"].as_array().into_iter().flatten();
    cases
        .filter(|case| case["answer_to"] == to)
        .filter_map(|case| {
            let status = case["http_status"].as_u64()?;
            let body = match case["text"].as_str() {
                Some(text) => text.to_owned(),
                None => case["json"].to_string(),
            };
            Some(format!("{status:03}{body}").into_bytes())
        })
        .collect()
}

fn files(folder: &Path) -> Outcome<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let bytes = std::fs::read(&path).map_err(at(&path))?;
        // The body alone as well: behind a check sum nothing that is made up would be reached.
        if let Some(line) = bytes.iter().position(|byte| *byte == b'\n') {
            found.push(bytes[line + 1..].to_vec());
        }
        found.push(bytes);
    }
    Ok(found)
}

/// Lines `field=value`.
fn configurations(vectors: &Value) -> Vec<Vec<u8>> {
    let cases = vectors.as_array().into_iter().flatten();
    let lines = cases
        .filter_map(|case| case["change"].as_object())
        .map(|change| {
            let lines = change.iter().map(|(field, value)| match value {
                Value::String(text) => format!("{field}={text}"),
                Value::Array(items) => {
                    let items = items.iter().map(|item| match item {
                        Value::String(text) => format!("{field}={text}"),
                        other => format!("{field}={other}"),
                    });
                    items.collect::<Vec<_>>().join("\n")
                }
                other => format!("{field}={other}"),
            });
            lines.collect::<Vec<_>>().join("\n").into_bytes()
        });
    lines.collect()
}

/// Each machine of each golden trace, without what it wanted.
fn lives(folder: &Path) -> Outcome<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let trace = read(&entry.map_err(at(folder))?.path())?;
        for machine in trace["machines"].as_array().into_iter().flatten() {
            let steps = machine["steps"].as_array().into_iter().flatten();
            let steps: Vec<Value> = steps
                .map(|step| match step.get("adopt") {
                    Some(owner) => json!({"adopt": owner}),
                    None => json!({"now": step["now"], "input": step["input"]}),
                })
                .collect();
            let life = json!({"foreground": machine["foreground"], "host": machine["host"], "record": machine["record"], "steps": steps});
            found.push(life.to_string().into_bytes());
        }
    }
    Ok(found)
}
