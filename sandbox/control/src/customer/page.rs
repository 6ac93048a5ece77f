//! Reading a page as a customer would: its title, what can be done on it, and how.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::step::Happened;

/// A page as last rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub url: Url,
    pub status: u16,
    pub title: String,
    /// The target of an immediate `<meta http-equiv="refresh">`, letter by letter: a page that only leads on.
    pub leads_to: Option<String>,
    controls: Vec<Control>,
}

/// What the customer does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Submission {
    pub post: bool,
    pub url: Url,
    pub fields: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Control {
    action: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Link(Url),
    Form(Form),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    post: bool,
    url: Url,
    fields: Vec<Field>,
    /// The buttons that a click could mean: the one that was named, or all of the form's.
    buttons: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: String,
    value: Option<String>,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Fixed,
    Text,
    Choice(Vec<String>),
}

/// Why a step can't be done on this page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Nothing on the page has this `data-action`.
    #[error("the page `{title}` has no action `{action}`; it has: {actions}")]
    NoSuchAction {
        /// The page's title.
        title: String,
        /// The action looked for.
        action: String,
        /// The actions that are there.
        actions: String,
    },
    /// The step carries a value for which the page has no field, choice or button.
    #[error("the action `{action}` on the page `{title}` takes no value")]
    TakesNoValue {
        /// The page's title.
        title: String,
        /// The action.
        action: String,
    },
}

impl Page {
    pub fn read(url: Url, status: u16, html: &str) -> Self {
        let document = Html::parse_document(html);
        let base = select("base[href]")
            .and_then(|tag| {
                document
                    .select(&tag)
                    .next()?
                    .attr("href")
                    .map(str::to_owned)
            })
            .and_then(|href| url.join(&href).ok())
            .unwrap_or_else(|| url.clone());
        let title = first_text(&document, "title")
            .or_else(|| first_text(&document, "h1"))
            .unwrap_or_default();
        let leads_to = select("meta[http-equiv]").and_then(|tags| {
            document
                .select(&tags)
                .filter(|tag| {
                    tag.attr("http-equiv")
                        .is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
                })
                .find_map(|tag| immediate(tag.attr("content")?))
        });
        let controls = select("[data-action]").map_or_else(Vec::new, |tags| {
            document
                .select(&tags)
                .filter_map(|tag| control(tag, &base))
                .collect()
        });
        Self {
            url,
            status,
            title,
            leads_to,
            controls,
        }
    }

    pub fn shown(&self) -> Happened {
        Happened::Page {
            url: self.url.to_string(),
            status: self.status,
            title: self.title.clone(),
            actions: self.actions(),
        }
    }

    /// Whether `action` can be done here.
    pub fn offers(&self, action: &str) -> bool {
        self.controls.iter().any(|control| control.action == action)
    }

    /// The `data-action`s, in page order, each once.
    pub fn actions(&self) -> Vec<String> {
        let mut actions: Vec<String> = Vec::new();
        for control in &self.controls {
            if !actions.contains(&control.action) {
                actions.push(control.action.clone());
            }
        }
        actions
    }

    /// What doing `action` sends; `value` is typed into its field, or picks its choice or button.
    pub fn act(&self, action: &str, value: Option<&str>) -> Result<Submission, PageError> {
        let meant: Vec<&Control> = self
            .controls
            .iter()
            .filter(|control| control.action == action)
            .collect();
        if meant.is_empty() {
            return Err(PageError::NoSuchAction {
                title: self.title.clone(),
                action: action.to_owned(),
                actions: self.actions().join(", "),
            });
        }
        meant
            .iter()
            .find_map(|control| control.what.submission(value, Exact::Yes))
            .or_else(|| {
                meant
                    .iter()
                    .find_map(|control| control.what.submission(value, Exact::No))
            })
            .ok_or_else(|| PageError::TakesNoValue {
                title: self.title.clone(),
                action: action.to_owned(),
            })
    }
}

/// Whether a value must name an existing choice or button, or may be typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exact {
    Yes,
    No,
}

impl What {
    fn submission(&self, value: Option<&str>, exact: Exact) -> Option<Submission> {
        match self {
            Self::Link(url) => value.is_none().then(|| Submission {
                post: false,
                url: url.clone(),
                fields: Vec::new(),
            }),
            Self::Form(form) => form.submission(value, exact),
        }
    }
}

impl Form {
    fn submission(&self, value: Option<&str>, exact: Exact) -> Option<Submission> {
        let mut button = self.buttons.first();
        let mut typed: Option<usize> = None;
        if let Some(value) = value {
            let chosen = self.buttons.iter().find(|(_, own)| own == value);
            let choice = self.fields.iter().position(
                |field| matches!(&field.kind, Kind::Choice(all) if all.iter().any(|one| one == value)),
            );
            let text = self
                .fields
                .iter()
                .position(|field| field.kind == Kind::Text);
            match (chosen, choice, text) {
                (Some(chosen), _, _) => button = Some(chosen),
                (None, Some(at), _) => typed = Some(at),
                (None, None, Some(at)) if exact == Exact::No => typed = Some(at),
                _ => return None,
            }
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            let own = if typed == Some(at) {
                value
            } else {
                field.value.as_deref()
            };
            if let Some(own) = own {
                fields.push((field.name.clone(), own.to_owned()));
            }
        }
        fields.extend(button.filter(|(name, _)| !name.is_empty()).cloned());
        Some(Submission {
            post: self.post,
            url: self.url.clone(),
            fields,
        })
    }
}

fn select(selector: &str) -> Option<Selector> {
    Selector::parse(selector).ok()
}

fn first_text(document: &Html, selector: &str) -> Option<String> {
    let tag = select(selector)?;
    let text: String = document.select(&tag).next()?.text().collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// The target of `0;url=…`. A page that refreshes later is a page to look at.
fn immediate(content: &str) -> Option<String> {
    let (delay, rest) = content.split_once([';', ','])?;
    if delay.trim().parse::<f64>().ok()? > 0.0 {
        return None;
    }
    let (name, target) = rest.split_once('=')?;
    name.trim().eq_ignore_ascii_case("url").then_some(())?;
    Some(target.trim().trim_matches(['\'', '"']).to_owned())
}

fn control(tag: ElementRef<'_>, base: &Url) -> Option<Control> {
    let action = tag.attr("data-action")?.to_owned();
    let what = match tag.value().name() {
        "a" => What::Link(base.join(tag.attr("href")?).ok()?),
        "form" => What::Form(form(tag, None, base)?),
        "button" | "input" => {
            let owner = tag
                .ancestors()
                .filter_map(ElementRef::wrap)
                .find(|parent| parent.value().name() == "form")?;
            What::Form(form(owner, Some(tag), base)?)
        }
        _ => return None,
    };
    Some(Control { action, what })
}

fn form(form: ElementRef<'_>, clicked: Option<ElementRef<'_>>, base: &Url) -> Option<Form> {
    let attribute = |own: &str, instead: &str| {
        clicked
            .and_then(|button| button.attr(instead))
            .or_else(|| form.attr(own))
            .unwrap_or("")
            .to_owned()
    };
    let mut fields: Vec<Field> = Vec::new();
    let mut buttons: Vec<(String, String)> = Vec::new();
    for tag in form.select(&select("input, select, textarea, button")?) {
        let name = tag.attr("name").unwrap_or("").to_owned();
        let value = tag.attr("value").unwrap_or("").to_owned();
        let kind = tag
            .attr("type")
            .unwrap_or(if tag.value().name() == "button" {
                "submit"
            } else {
                "text"
            });
        match (tag.value().name(), kind) {
            ("button" | "input", "submit" | "image") => buttons.push((name, value)),
            ("button", _) | ("input", "reset" | "button" | "file") => {}
            _ if name.is_empty() || tag.attr("disabled").is_some() => {}
            ("input", "radio") => radio(&mut fields, name, value, tag.attr("checked").is_some()),
            ("input", "checkbox") => {
                let value = if value.is_empty() {
                    "on".to_owned()
                } else {
                    value
                };
                // A customer who goes on has ticked what must be ticked.
                let ticked = tag.attr("checked").or(tag.attr("required"));
                fields.push(Field {
                    name,
                    value: ticked.map(|_| value),
                    kind: Kind::Fixed,
                });
            }
            ("select", _) => fields.push(drop_down(name, tag)?),
            ("textarea", _) => fields.push(Field {
                name,
                value: Some(tag.text().collect()),
                kind: Kind::Text,
            }),
            (_, kind) => fields.push(Field {
                name,
                value: Some(value),
                kind: if kind == "hidden" {
                    Kind::Fixed
                } else {
                    Kind::Text
                },
            }),
        }
    }
    if let Some(clicked) = clicked {
        let value = |name| clicked.attr(name).unwrap_or("").to_owned();
        buttons = vec![(value("name"), value("value"))];
    }
    let target = attribute("action", "formaction");
    Some(Form {
        post: attribute("method", "formmethod").eq_ignore_ascii_case("post"),
        url: base.join(&target).ok()?,
        fields,
        buttons,
    })
}

/// Radio buttons of one name are one field. A customer who picks none takes the first.
fn radio(fields: &mut Vec<Field>, name: String, value: String, checked: bool) {
    let known = fields
        .iter_mut()
        .find(|field| field.name == name && matches!(field.kind, Kind::Choice(_)));
    if let Some(field) = known {
        if let Kind::Choice(all) = &mut field.kind {
            all.push(value.clone());
        }
        if checked {
            field.value = Some(value);
        }
    } else {
        fields.push(Field {
            name,
            value: Some(value.clone()),
            kind: Kind::Choice(vec![value]),
        });
    }
}

fn drop_down(name: String, tag: ElementRef<'_>) -> Option<Field> {
    let mut all: Vec<String> = Vec::new();
    let mut value = None;
    for option in tag.select(&select("option")?) {
        let own = option
            .attr("value")
            .map_or_else(|| option.text().collect(), str::to_owned);
        if option.attr("selected").is_some() {
            value = Some(own.clone());
        }
        all.push(own);
    }
    Some(Field {
        name,
        value: value.or_else(|| all.first().cloned()),
        kind: Kind::Choice(all),
    })
}

#[cfg(test)]
mod tests;
