//! Transitions of the machine per second, on one core. Budget of the design: one million.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use criterion::{Criterion, Throughput};
use klarna_step_up::machine::{CloseHint, Input, LinkSignal, Machine, Now, Surface};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::reply::{StartAnswer, Word};

#[path = "../tests/phone/mod.rs"]
mod phone;

/// Design, section 6.
const BUDGET: f64 = 1_000_000.0;

/// A whole payment as inputs: a lost start, the journey, a handover, a hundred unchanged answers, the completion link, the word.
fn payment() -> Vec<(u64, Input)> {
    let reply = |answer| Input::Reply {
        answer,
        forbidden: false,
        date: None,
        retry_after: None,
    };
    let mut inputs = vec![
        (
            0,
            Input::Start {
                surfaces: vec![Surface::CustomTab],
            },
        ),
        (1, Input::Persisted { revision: 1 }),
        (30, phone::lost()),
        (1_500, Input::Tick),
        (40, reply(StartAnswer::Reply(phone::pending_with_journey()))),
        (1, Input::Persisted { revision: 2 }),
        (1, Input::Persisted { revision: 3 }),
        (200, Input::Presented { number: 1 }),
        (9_000, Input::Link(LinkSignal::Handover)),
    ];
    for number in 1..=100 {
        inputs.push((2_000, phone::status(number, phone::pending())));
        inputs.push((6_000, Input::Tick));
    }
    inputs.extend([
        (1, Input::Link(LinkSignal::Completion)),
        (
            1,
            Input::SurfaceClosed {
                number: 1,
                hint: CloseHint::ByCompletion,
            },
        ),
        (50, phone::status(102, phone::word(Word::Approved))),
        (1, Input::Persisted { revision: 99 }),
        (1, Input::Delivered { number: 1 }),
        (1, Input::Acknowledged { number: 1 }),
    ]);
    inputs
}

fn run(policy: &Arc<ConfirmationPolicy>, inputs: &[(u64, Input)]) -> usize {
    let record = phone::new_record("attempt-1");
    let around = klarna_step_up::machine::Around {
        foreground: true,
        host: true,
    };
    let mut machine = Machine::new(Arc::clone(policy), record, around);
    let mut now = Now {
        wall: phone::EPOCH,
        mono: phone::BOOT,
    };
    let mut effects = 0;
    for (pause, input) in inputs {
        now.mono += pause;
        effects += machine.step(input.clone(), now).len();
    }
    assert!(machine.record().is_settled(), "the payment ends");
    effects
}

fn transitions(criterion: &mut Criterion) {
    let policy = Arc::new(phone::without_long_poll());
    let inputs = payment();
    let mut group = criterion.benchmark_group("machine");
    group.throughput(Throughput::Elements(
        u64::try_from(inputs.len()).expect("few"),
    ));
    group.bench_function("a payment", |bench| {
        bench.iter(|| black_box(run(&policy, black_box(&inputs))));
    });
    group.finish();
    print_beside_the_budget(&policy, &inputs);
}

/// Cloning the inputs is no part of a transition; it is the baseline of the same run.
fn print_beside_the_budget(policy: &Arc<ConfirmationPolicy>, inputs: &[(u64, Input)]) {
    const ROUNDS: u32 = 2_000;
    let begin = Instant::now();
    for _ in 0..ROUNDS {
        black_box(run(policy, black_box(inputs)));
    }
    let whole = begin.elapsed();
    let begin = Instant::now();
    for _ in 0..ROUNDS {
        black_box(black_box(inputs).to_vec());
    }
    let baseline = begin.elapsed();
    let steps = f64::from(ROUNDS) * f64::from(u32::try_from(inputs.len()).expect("few"));
    let rate = steps / whole.saturating_sub(baseline).as_secs_f64();
    println!(
        "machine: {rate:.0} transitions/s, budget {BUDGET:.0} ({:.1} times), cloning the inputs takes {:.0} % beside it",
        rate / BUDGET,
        100.0 * baseline.as_secs_f64() / whole.as_secs_f64()
    );
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    transitions(&mut criterion);
    criterion.final_summary();
}
