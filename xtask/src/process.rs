//! Running other programs, and what is said when one fails.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;

/// Why a command of ours could not do its work, in words for the person who typed it.
#[derive(Debug)]
pub struct Failure(String);

/// What everything here that can fail returns.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Turns the error of a file operation into one that names the file.
pub fn at<E: fmt::Display>(path: &Path) -> impl FnOnce(E) -> Failure {
    move |error| Failure::new(format!("{}: {error}", path.display()))
}

/// A command without what `cargo run` adds for the program it runs: those library paths are for this toolchain's `rustc`
/// and would reach another one's.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_remove("LD_LIBRARY_PATH");
    command
}

fn words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(std::ffi::OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(command: &Command) -> impl FnOnce(std::io::Error) -> Failure {
    let words = words(command);
    move |error| Failure::new(format!("cannot run `{words}`: {error}"))
}

/// Runs it with this process's own input and output; an unsuccessful end is a failure.
pub fn run(mut command: Command) -> Outcome<()> {
    let status = command.status().map_err(not_started(&command))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "`{}` ended with {status}",
            words(&command)
        )))
    }
}

/// Runs it in our place: its exit code is ours.
pub fn forward(mut command: Command) -> Outcome<ExitCode> {
    let status = command.status().map_err(not_started(&command))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Runs it silently and returns what it wrote to its standard output; its errors are shown when it fails.
pub fn read(command: Command) -> Outcome<String> {
    String::from_utf8(read_bytes(command)?).map_err(|error| Failure::new(error.to_string()))
}

/// [`read`] for output that is not text.
pub fn read_bytes(mut command: Command) -> Outcome<Vec<u8>> {
    let output = command.output().map_err(not_started(&command))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!(
        "`{}` ended with {}\n{}",
        words(&command),
        output.status,
        said.trim_end()
    )))
}

/// Runs it silently and returns all that it wrote, whether or not it ended well.
pub fn overhear(mut command: Command) -> Outcome<String> {
    let output = command.output().map_err(not_started(&command))?;
    let said = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// Runs it, shows its output as it comes, and returns all of it with whether it ended well.
pub fn watch(mut command: Command) -> Outcome<(bool, String)> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(not_started(&command))?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Failure::new("the child's output is not piped"));
    };
    let said = Mutex::new(String::new());
    std::thread::scope(|scope| {
        scope.spawn(|| show(stdout, &said));
        scope.spawn(|| show(stderr, &said));
    });
    let status = child.wait().map_err(not_started(&command))?;
    let said = said
        .into_inner()
        .map_err(|_| Failure::new("a reader of the child's output panicked"))?;
    Ok((status.success(), said))
}

fn show(from: impl std::io::Read, said: &Mutex<String>) {
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        let text = String::from_utf8_lossy(&line);
        // Whoever reads us may be gone (`| head`); the run goes on to its end.
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
        if let Ok(mut said) = said.lock() {
            said.push_str(&text);
        }
        line.clear();
    }
}
