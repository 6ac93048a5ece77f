//! Two payments for people to look at: the real core, real servers, real time.

mod shop;
mod timeline;

use std::sync::Arc;

use klarna_step_up::StepUpClient;
use klarna_step_up::error::StepUpError;
use klarna_step_up::machine::Surface;
use klarna_step_up::model::{
    DeliveredOutcome, LinkDisposition, Order, Outcome, PayOptions, Presentation,
};
use serde_json::{Value, json};
use stepup_sandbox_control::{
    CustomerError, Happened, NotAStep, OpenedIn, Step, World, WorldConfig, WorldError,
};
use tokio::sync::mpsc;

use timeline::{Timeline, Who};

/// The scripted customer, who needs a moment for each page, and confirms in the bank's app: it brings the shop's app forward by
/// `app_return_url` while the journey goes on.
const BY_BANK: [&str; 11] = [
    "pause:120",
    "phone:+4306762600456",
    "pause:120",
    "otp:123456",
    "pause:120",
    "open-bank",
    "pause:120",
    "confirm-in-app",
    "continue",
    "pause:120",
    "approve",
];

/// The same customer, without the bank's app.
const IN_THE_TAB: [&str; 8] = [
    "pause:120",
    "phone:+4306762600456",
    "pause:120",
    "otp:123456",
    "pause:120",
    "option",
    "pause:120",
    "approve",
];

/// Why there was no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The sandbox.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The core's configuration.
    #[error(transparent)]
    Client(#[from] StepUpError),
    /// The customer.
    #[error(transparent)]
    Customer(#[from] CustomerError),
    /// The customer's script.
    #[error(transparent)]
    Script(#[from] NotAStep),
    /// A folder for the journal.
    #[error("no folder for the journal: {0}")]
    Folder(#[from] std::io::Error),
}

/// One of the demo's payments.
struct Payment {
    title: &'static str,
    reference: &'static str,
    reply: &'static str,
    customer: &'static [&'static str],
}

const PAYMENTS: [Payment; 2] = [
    Payment {
        title: "by payment_request_url: the backend answers with Klarna's own address",
        reference: "demo-1",
        reply: "klarna",
        customer: &BY_BANK,
    },
    Payment {
        title: "by redirect_url: the backend answers with a page of its own that leads to Klarna",
        reference: "demo-2",
        reply: "redirect",
        customer: &IN_THE_TAB,
    },
];

/// Who walks through the journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walks {
    /// The scripted customer.
    Script,
    /// A person with a browser.
    Person,
}

/// Pays twice and prints what happened. True if both were approved and everybody's books agree.
pub async fn run(walks: Walks) -> Result<bool, DemoError> {
    let world = World::start(WorldConfig {
        shop_name: Some("Demo Shop".to_owned()),
        ..WorldConfig::default()
    })
    .await?;
    let mut approved = 0;
    for payment in &PAYMENTS {
        println!("\nPayment {}", payment.title);
        let outcome = pay(&world, payment, walks).await?;
        let right = matches!(outcome.outcome, Outcome::Approved { .. });
        let agree = books_agree(&world, payment)?;
        println!(
            "  outcome: {:?} (expected: Approved); the books {}",
            outcome.outcome,
            if agree {
                "agree: one approved payment, one transaction"
            } else {
                "DISAGREE"
            }
        );
        approved += usize::from(right && agree);
    }
    world.stop().await;
    println!("\n{approved} of {} as expected", PAYMENTS.len());
    Ok(approved == PAYMENTS.len())
}

async fn pay(
    world: &World,
    payment: &Payment,
    walks: Walks,
) -> Result<DeliveredOutcome, DemoError> {
    let timeline = Timeline::new(world.clock().clone());
    let folder = tempfile::tempdir()?;
    let surface = match walks {
        Walks::Script => Surface::AuthTab,
        Walks::Person => Surface::Browser,
    };
    let journal = folder.path().to_string_lossy().into_owned();
    let backend = &world.addresses().backend;
    let (client, shown) = shop::open(backend, &journal, surface, &timeline)?;
    let order = order(payment);
    timeline.note(
        Who::App,
        format!("calls pay for order {}: 118.00 USD", payment.reference),
    );
    let walk = async {
        match walks {
            Walks::Script => follow(world, &client, payment, shown, &timeline).await,
            Walks::Person => {
                invite(shown).await;
                Ok(())
            }
        }
    };
    let paid = client.pay(order, PayOptions::default());
    tokio::pin!(paid);
    let outcome = tokio::select! {
        outcome = &mut paid => outcome,
        walked = walk => {
            walked?;
            paid.await
        }
    };
    timeline.note(Who::Outcome, format!("is told {:?}", outcome.outcome));
    client.acknowledge(outcome.id.clone());
    client.shutdown();
    timeline.add_books(&own_books(world, payment)?);
    timeline.print();
    Ok(outcome)
}

fn order(payment: &Payment) -> Order {
    let json = json!({
        "reference": payment.reference, "amount": 11_800, "currency": "USD", "reply": payment.reply,
        "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5_900, "total_amount": 11_800}],
        "customer": {"email": "customer@email.us"},
    });
    Order {
        reference: payment.reference.to_owned(),
        json: json.to_string(),
        revision: None,
    }
}

/// The scripted customer walks. The handover link on the way brings the app forward and leaves the surface; the completion link at
/// the end closes it, as an Auth Tab does.
async fn follow(
    world: &World,
    client: &Arc<StepUpClient>,
    payment: &Payment,
    mut shown: mpsc::UnboundedReceiver<Presentation>,
    timeline: &Timeline,
) -> Result<(), DemoError> {
    let steps: Vec<Step> = payment
        .customer
        .iter()
        .map(|step| step.parse())
        .collect::<Result<_, _>>()?;
    while let Some(journey) = shown.recv().await {
        let (customer, _) = world
            .customers()
            .open(&journey.url, OpenedIn::Browser)
            .await?;
        let mut done = 0;
        while done < steps.len() {
            let walked = world.customers().walk(customer, &steps[done..]).await?;
            done += walked.len();
            let Some(Happened::AppLink { uri }) = walked.last().map(|report| &report.happened)
            else {
                break;
            };
            if done < steps.len() {
                let disposition = client.handle_link(uri);
                let kind = match disposition {
                    LinkDisposition::Handover { .. } => "the handover link: the surface stays",
                    _ => "no link that it expected",
                };
                timeline.note(
                    Who::Front,
                    format!("comes to the front, and hands the core {kind}"),
                );
            } else {
                timeline.note(
                    Who::Surface,
                    "ends on the app's link, and hands it to the core",
                );
                let attempt = journey.attempt.clone();
                client.surface_closed(attempt, journey.number, Some(uri.clone()));
            }
        }
    }
    Ok(())
}

/// Shows a person where to go, and opens their browser if there is one.
async fn invite(mut shown: mpsc::UnboundedReceiver<Presentation>) {
    while let Some(journey) = shown.recv().await {
        println!("  Open this page and pay (any phone number, any code of six digits but 999999):");
        println!("  {}", journey.url);
        println!(
            "  At the end the page leads to an app's link, which a desktop browser cannot open. As on a phone that"
        );
        println!("  lost the link, the outcome arrives all the same. Waiting …");
        let opener = if cfg!(target_os = "macos") {
            "open"
        } else {
            "xdg-open"
        };
        // Without one the address above is enough.
        let _ = tokio::process::Command::new(opener)
            .arg(&journey.url)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn();
    }
}

/// The books of one payment only.
fn own_books(
    world: &World,
    payment: &Payment,
) -> Result<stepup_sandbox_control::Books, WorldError> {
    let mut books = world.books()?;
    let own = Some(payment.reference);
    books
        .klarna
        .retain(|record| record.purchase_reference.as_deref() == own);
    books
        .acquirer
        .retain(|record| record.reference.as_deref() == own);
    Ok(books)
}

fn books_agree(world: &World, payment: &Payment) -> Result<bool, WorldError> {
    let books = serde_json::to_value(own_books(world, payment)?).unwrap_or_default();
    let count = |value: &Value| value.as_array().map_or(0, Vec::len);
    Ok(count(&books["acquirer"]) == 1
        && count(&books["klarna"]) == 1
        && books["acquirer"][0]["status"] == "approved"
        && count(&books["klarna"][0]["transactions"]) == 1
        && books["acquirer"][0]["second_authorizes"] == 1)
}
