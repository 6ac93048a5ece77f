//! What an app waits for: `handle_link`, a journal write, a client made over 32 attempts. Budgets of the design, section 6, beside
//! the figures; each as a ratio to a baseline of the same run, because machines are shared and noisy.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use criterion::Criterion;
use klarna_step_up::StepUpClient;
use klarna_step_up::host_error::HostError;
use klarna_step_up::journal::format::encode;
use klarna_step_up::journal::store::{RecordName, Store};
use klarna_step_up::model::Configuration;
use klarna_step_up::seams::HostParts;
use klarna_step_up::transport::host::{HostHttpRequest, HttpCompletion, HttpTransport};

#[path = "../tests/client/phone.rs"]
#[expect(dead_code, reason = "the client's own tests use the rest")]
mod phone;

/// Never answers.
struct Nowhere;

impl HttpTransport for Nowhere {
    fn start(
        &self,
        _request: HostHttpRequest,
        _completion: Arc<HttpCompletion>,
    ) -> Result<(), HostError> {
        Ok(())
    }

    fn cancel(&self, _id: u64) -> Result<(), HostError> {
        Ok(())
    }
}

fn client(configuration: Configuration) -> Arc<StepUpClient> {
    let parts = HostParts {
        transport: Some(Arc::new(Nowhere)),
        ..HostParts::default()
    };
    StepUpClient::new(configuration, parts).expect("a good configuration")
}

fn unfinished(directory: &Path, count: usize) {
    let phone = phone::Phone::new(directory);
    phone.backend.otherwise(|_| phone::pending_with_journey());
    let paying: Vec<_> = (0..count)
        .map(|number| phone.pay(&format!("order-{number}")))
        .collect();
    phone.client.shutdown();
    for paying in paying {
        paying.outcome();
    }
}

fn links(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a directory");
    let phone = phone::Phone::new(directory.path());
    phone.backend.otherwise(|_| phone::pending_with_journey());
    let _paying = phone.pay("order-1");
    let (link, foreign) = (phone.link("return_url"), "shop://elsewhere/page?query=1");
    let mut group = criterion.benchmark_group("handle_link, budget 5 us");
    group.bench_function("baseline: url::Url::parse", |bench| {
        bench.iter(|| url::Url::parse(black_box(&link)));
    });
    group.bench_function("not ours", |bench| {
        bench.iter(|| phone.client.handle_link(black_box(foreign)));
    });
    group.bench_function("ours, seen before", |bench| {
        bench.iter(|| phone.client.handle_link(black_box(&link)));
    });
    group.finish();
}

fn journal(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Store::open(&directory.path().join("journal")).expect("a store");
    let bytes = encode(&"r".repeat(900)).expect("it fits");
    let name = RecordName {
        attempt: "attempt".to_owned(),
        order_hash: "order".to_owned(),
    };
    let mut group = criterion.benchmark_group("journal write");
    let plain = directory.path().join("plain");
    group.bench_function("baseline: write and fsync of one file", |bench| {
        bench.iter(|| {
            let mut file = std::fs::File::create(&plain).expect("made");
            std::io::Write::write_all(&mut file, &bytes).expect("written");
            file.sync_all().expect("on the disk");
        });
    });
    group.bench_function("a record", |bench| {
        bench.iter(|| store.write(&name, black_box(&bytes)).expect("written"));
    });
    group.finish();
}

/// The app's thread pays for the constructor alone: what the journal holds is read on the loop's thread.
fn construct(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("construct, budget 5 ms with 32 attempts");
    for count in [0, 32] {
        let directory = tempfile::tempdir().expect("a directory");
        unfinished(directory.path(), count);
        group.bench_function(format!("{count} attempts"), |bench| {
            bench.iter_custom(|times| {
                (0..times)
                    .map(|_| {
                        let started = Instant::now();
                        let client = client(phone::configuration(directory.path()));
                        let constructed = started.elapsed();
                        client.shutdown();
                        constructed
                    })
                    .sum()
            });
        });
        group.bench_function(
            format!("{count} attempts, until all are asked about"),
            |bench| {
                bench.iter_with_large_drop(|| {
                    let client = client(phone::configuration(directory.path()));
                    client.shutdown();
                    client
                });
            },
        );
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    links(&mut criterion);
    journal(&mut criterion);
    construct(&mut criterion);
    criterion.final_summary();
}
