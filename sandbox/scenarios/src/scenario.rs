//! A scenario as data: `tests/scenarios/*.json`, described by `schema.json` there.

mod step;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use stepup_sandbox_control::{ReplyShape, SessionConfig};

use crate::protocol::{CredentialsAnswer, PolicyChanges, PresenterManner, SurfaceName};

pub use step::{Altered, Damage, ExpectedState, OwnReply, Recipient, Step};

/// One scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Where its schema is.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// The file's name without `.json`.
    pub name: String,
    /// What is shown by it, in a sentence.
    pub about: String,
    /// The sandbox.
    #[serde(default)]
    pub world: WorldPart,
    /// The app and its phone.
    #[serde(default)]
    pub app: AppPart,
    /// What is paid.
    #[serde(default)]
    pub order: OrderPart,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// What must have come of it. Read by the checker only.
    pub expect: Value,
}

/// The sandbox.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorldPart {
    /// Whether the backend holds a question until something changes.
    pub long_poll: bool,
    /// How the backend names the journey.
    pub reply_shape: ReplyShape,
    /// Milliseconds that a payment request lives.
    pub request_life_ms: Option<i64>,
    /// Sessions that the backend knows; none: it asks for no `Authorization`.
    pub sessions: Vec<SessionConfig>,
    /// The backend keeps its state on disk, so that it can be killed and started again.
    pub database: bool,
}

impl Default for WorldPart {
    fn default() -> Self {
        Self {
            long_poll: true,
            reply_shape: ReplyShape::Klarna,
            request_life_ms: None,
            sessions: Vec::new(),
            database: false,
        }
    }
}

/// The app and its phone.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppPart {
    /// The handover link.
    pub handover: String,
    /// The completion link.
    pub completion: String,
    /// What can show a journey.
    pub surfaces: Vec<SurfaceName>,
    /// Whether the browser brings https links to the app.
    pub https_links: bool,
    /// Replaces https where it does not.
    pub fallback_scheme: Option<String>,
    /// Whether links carry the attempt's nonce.
    pub nonce: bool,
    /// What the presenter does.
    pub presenter: PresenterManner,
    /// Changes to the policy.
    pub policy: PolicyChanges,
    /// The app acknowledges each outcome as soon as it is told.
    pub acknowledges: bool,
    /// The account that is signed in when the app starts.
    pub owner: Option<String>,
    /// What the app answers when it is asked for credentials.
    pub credentials: Vec<CredentialsAnswer>,
}

impl Default for AppPart {
    fn default() -> Self {
        Self {
            handover: "shop://klarna-back".to_owned(),
            completion: "shopdone://klarna".to_owned(),
            surfaces: vec![SurfaceName::AuthTab],
            https_links: false,
            fallback_scheme: None,
            nonce: true,
            presenter: PresenterManner::Confirm,
            policy: PolicyChanges::default(),
            acknowledges: true,
            owner: None,
            credentials: Vec::new(),
        }
    }
}

/// What is paid.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderPart {
    /// The Partner's name for it.
    pub reference: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Decides how Klarna answers; see the sandbox's README.
    pub email: String,
}

impl Default for OrderPart {
    fn default() -> Self {
        Self {
            reference: "42".to_owned(),
            amount: 11_800,
            currency: "USD".to_owned(),
            email: "customer@email.us".to_owned(),
        }
    }
}

/// Why the scenarios could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file system.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] std::io::Error),
    /// Not JSON, or not of the shape.
    #[error("{0}: {1}")]
    Json(PathBuf, #[source] serde_json::Error),
    /// Not what the schema says.
    #[error("{0}: {1}")]
    Schema(PathBuf, String),
    /// The file is called differently.
    #[error("{0}: its name is `{1}`")]
    Name(PathBuf, String),
}

/// All scenarios of the folder, by name, each checked against the folder's `schema.json`.
pub fn read_all(folder: &Path) -> Result<Vec<Scenario>, ScenarioError> {
    let schema_file = folder.join("schema.json");
    let schema = read_json(&schema_file)?;
    let validator = jsonschema::validator_for(&schema)
        .map_err(|error| ScenarioError::Schema(schema_file.clone(), error.to_string()))?;
    let entries =
        std::fs::read_dir(folder).map_err(|error| ScenarioError::Io(folder.to_owned(), error))?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry
            .map_err(|error| ScenarioError::Io(folder.to_owned(), error))?
            .path();
        if file
            .extension()
            .is_some_and(|extension| extension == "json")
            && file != schema_file
        {
            files.push(file);
        }
    }
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let json = read_json(&file)?;
            if let Some(error) = validator.iter_errors(&json).next() {
                let at = error.instance_path().to_string();
                return Err(ScenarioError::Schema(file, format!("{at}: {error}")));
            }
            let scenario: Scenario = serde_json::from_value(json)
                .map_err(|error| ScenarioError::Json(file.clone(), error))?;
            if file.file_stem().and_then(|stem| stem.to_str()) != Some(&scenario.name) {
                return Err(ScenarioError::Name(file, scenario.name));
            }
            Ok(scenario)
        })
        .collect()
}

fn read_json(file: &Path) -> Result<Value, ScenarioError> {
    let text =
        std::fs::read_to_string(file).map_err(|error| ScenarioError::Io(file.to_owned(), error))?;
    serde_json::from_str(&text).map_err(|error| ScenarioError::Json(file.to_owned(), error))
}
