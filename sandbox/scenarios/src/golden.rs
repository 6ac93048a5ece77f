//! Golden traces: every step of every machine while a scenario is played, as data that any language can replay.
//!
//! The phone sends what its machines take and want over a socket: not into a file, because some scenarios fill the disk.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use klarna_step_up::machine::{Effect, Input, Machine, Now};
use klarna_step_up::trace::Recorder;
use serde_json::{Value, json};

use crate::phone::policy;
use crate::runner::{PhoneProgram, Played, play};
use crate::scenario::Scenario;

/// Ends a recording.
const END: u32 = 0;

/// The phone's end: sends each step as it happens.
pub struct Sender(Mutex<Sending>);

struct Sending {
    stream: UnixStream,
    /// The owner of each attempt that was seen.
    owners: BTreeMap<String, Option<String>>,
}

impl Sender {
    /// Connects to whoever records.
    pub fn connect(socket: &Path) -> std::io::Result<Self> {
        Ok(Self(Mutex::new(Sending {
            stream: UnixStream::connect(socket)?,
            owners: BTreeMap::new(),
        })))
    }

    fn send(sending: &mut Sending, line: &Value) {
        // Whoever records is gone: then nobody misses the line.
        let _ = writeln!(sending.stream, "{line}");
    }
}

impl Recorder for Sender {
    fn input(&self, machine: &Machine, input: &Input, now: Now) {
        let mut sending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (record, live) = (machine.record(), machine.live());
        let attempt = record.id.0.clone();
        match sending.owners.insert(attempt.clone(), record.owner.clone()) {
            None => {
                let begin = json!({
                    "begin": {"foreground": live.foreground, "host": live.host, "record": record},
                    "attempt": attempt,
                });
                Self::send(&mut sending, &begin);
            }
            Some(before) if before != record.owner => {
                let adopt = json!({"attempt": attempt, "adopt": record.owner});
                Self::send(&mut sending, &adopt);
            }
            Some(_) => {}
        }
        let input = json!({"attempt": attempt, "input": input, "now": now});
        Self::send(&mut sending, &input);
    }

    fn effects(&self, machine: &Machine, effects: &[Effect]) {
        let mut sending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let effects = json!({"attempt": machine.record().id.0, "effects": effects});
        Self::send(&mut sending, &effects);
    }
}

/// Plays a scenario with a phone that is told the socket as its last argument; the text of its golden trace.
pub async fn record(
    scenario: &Scenario,
    phone: &PhoneProgram,
) -> std::io::Result<(Played, String)> {
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("trace");
    let listener = UnixListener::bind(&socket)?;
    let mut phone = phone.clone();
    phone.arguments.push(socket.to_string_lossy().into_owned());
    let listening = thread::spawn(move || listen(&listener));
    let played = play(scenario, &phone).await;
    writeln!(UnixStream::connect(&socket)?, "{END}")?;
    let heard = listening
        .join()
        .map_err(|_| std::io::Error::other("the recording thread died"))??;
    Ok((played, text(scenario, &heard)))
}

/// What each process sent, in the order in which they came.
fn listen(listener: &UnixListener) -> std::io::Result<Vec<Vec<Value>>> {
    let mut processes = Vec::new();
    for stream in listener.incoming() {
        let mut lines = Vec::new();
        // One process lives at a time, so each is heard to its end.
        for line in BufReader::new(stream?).lines() {
            // A process that was killed may leave half a line.
            lines.extend(serde_json::from_str::<Value>(&line?));
        }
        if lines.first() == Some(&json!(END)) {
            break;
        }
        processes.push(lines);
    }
    // A process whose client was refused, or that took no input, sent nothing.
    processes.retain(|lines| !lines.is_empty());
    Ok(processes)
}

/// One machine of a trace: the head of its entry, and its steps.
struct Entry {
    attempt: Value,
    head: Vec<(&'static str, Value)>,
    steps: Vec<Value>,
}

fn text(scenario: &Scenario, processes: &[Vec<Value>]) -> String {
    let mut entries = Vec::new();
    for (process, lines) in processes.iter().enumerate() {
        let first = entries.len();
        for line in lines {
            take(process + 1, line, first, &mut entries);
        }
    }
    let entries: Vec<String> = entries.iter().map(Entry::text).collect();
    let text = format!(
        "{{\n\"$schema\": \"../traces.schema.json\",\n\"scenario\": \"{}\",\n\"policy\": {},\n\"machines\": [\n{}\n]\n}}\n",
        scenario.name,
        json!(policy(&scenario.app.policy)),
        entries.join(",\n")
    );
    without_ports(&text)
}

fn take(process: usize, line: &Value, first: usize, entries: &mut Vec<Entry>) {
    let attempt = &line["attempt"];
    if let Some(begin) = line.get("begin") {
        let mut head = vec![("attempt", attempt.clone()), ("process", json!(process))];
        for part in ["foreground", "host", "record"] {
            head.push((part, pruned(begin[part].clone())));
        }
        entries.push(Entry {
            attempt: attempt.clone(),
            head,
            steps: Vec::new(),
        });
        return;
    }
    let mut of_process = entries[first..].iter_mut();
    let Some(entry) = of_process.find(|entry| entry.attempt == *attempt) else {
        return;
    };
    if let Some(owner) = line.get("adopt") {
        entry.steps.push(json!({"adopt": owner}));
    } else if let Some(input) = line.get("input") {
        let step = json!({"now": line["now"], "input": pruned(input.clone())});
        entry.steps.push(step);
    } else if let Some(step) = entry.steps.last_mut() {
        step["effects"] = pruned(line["effects"].clone());
    }
}

impl Entry {
    fn text(&self) -> String {
        let head: Vec<String> = self
            .head
            .iter()
            .map(|(name, value)| format!("\"{name}\": {value}"))
            .collect();
        let steps: Vec<String> = self.steps.iter().map(Value::to_string).collect();
        format!(
            "{{{}, \"steps\": [\n{}\n]}}",
            head.join(", "),
            steps.join(",\n")
        )
    }
}

/// Without fields that are absent; a field on its own stays, because its name says which variant it is.
fn pruned(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let alone = fields.len() == 1;
            let kept = fields
                .into_iter()
                .filter(|(_, value)| alone || !value.is_null())
                .map(|(name, value)| (name, pruned(value)))
                .collect();
            Value::Object(kept)
        }
        Value::Array(items) => items.into_iter().map(pruned).collect(),
        other => other,
    }
}

/// The sandbox's ports differ from run to run; which of them is meant stays recognisable.
fn without_ports(text: &str) -> String {
    const HOST: &str = "127.0.0.1:";
    let mut seen: Vec<&str> = Vec::new();
    let mut parts = text.split(HOST);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (port, rest) = part.split_at(digits);
        let known = seen.iter().position(|known| *known == port);
        let number = known.unwrap_or_else(|| {
            seen.push(port);
            seen.len() - 1
        });
        out.push_str(HOST);
        out.push_str(&(number + 1).to_string());
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_become_small_numbers() {
        assert_eq!(
            without_ports("http://127.0.0.1:40123/a 127.0.0.1:999/ http://127.0.0.1:40123/b"),
            "http://127.0.0.1:1/a 127.0.0.1:2/ http://127.0.0.1:1/b"
        );
    }

    #[test]
    fn absent_fields_go_and_variants_stay() {
        let value = json!([{"WakeAt": null}, {"Status": {"number": 1, "date": null}}]);
        assert_eq!(
            pruned(value),
            json!([{"WakeAt": null}, {"Status": {"number": 1}}])
        );
    }
}
