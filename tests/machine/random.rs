//! Any inputs in any order: no panic, one final outcome, the same effects for the same inputs, bounded evidence.

use klarna_step_up::machine::{
    CloseHint, Effect, Input, LinkSignal, Machine, Now, PresentProblem, Surface,
};
use klarna_step_up::policy::ConfirmationPolicy;
use klarna_step_up::reply::{
    KlarnaState, StartAnswer, StatusAnswer, StatusFailure, StatusReply, Unclear, Word,
};
use proptest::prelude::*;

use crate::phone::{BOOT, EPOCH, journey, new_record};

fn any_surface() -> impl Strategy<Value = Surface> {
    prop::sample::select(vec![
        Surface::KlarnaApp,
        Surface::AuthSession,
        Surface::AuthTab,
        Surface::CustomTab,
        Surface::Browser,
        Surface::Custom,
    ])
}

fn any_surfaces() -> impl Strategy<Value = Vec<Surface>> {
    prop::collection::vec(any_surface(), 0..4)
}

fn any_word() -> impl Strategy<Value = Option<Word>> {
    prop::sample::select(vec![
        Some(Word::Pending),
        Some(Word::Pending),
        Some(Word::Pending),
        None,
        Some(Word::Approved),
        Some(Word::Declined),
        Some(Word::Canceled),
        Some(Word::Expired),
        Some(Word::Failed),
    ])
}

prop_compose! {
    fn any_reply()(
        word in any_word(),
        version in prop::option::of(0..4_u64),
        ends in prop::option::of(prop_oneof![Just(i64::MIN), Just(i64::MAX), EPOCH - 100_000..EPOCH + 100_000]),
        lasts in prop::option::of(prop_oneof![Just(i64::MAX), 0..100_000_i64]),
        shown in any::<bool>(),
        state in prop::option::of(prop::sample::select(vec![
            KlarnaState::Submitted, KlarnaState::InProgress, KlarnaState::Completed, KlarnaState::Other,
        ])),
    ) -> StatusReply {
        StatusReply {
            word,
            version,
            expires_at_ms: ends,
            expires_in_ms: lasts,
            journey: shown.then(journey),
            klarna_state: state,
            ..StatusReply::default()
        }
    }
}

fn any_failure() -> impl Strategy<Value = StatusFailure> {
    prop::sample::select(vec![
        StatusFailure::NotSent,
        StatusFailure::MaybeSent,
        StatusFailure::Server,
        StatusFailure::NotFound,
        StatusFailure::Rejected,
    ])
}

fn any_date() -> impl Strategy<Value = Option<i64>> {
    prop::option::of(prop_oneof![
        Just(i64::MIN),
        Just(i64::MAX),
        Just(EPOCH),
        Just(EPOCH + 900 * 86_400_000)
    ])
}

fn any_rest() -> impl Strategy<Value = Option<u64>> {
    prop::option::of(prop_oneof![Just(u64::MAX), 0..60_000_u64])
}

fn any_input() -> impl Strategy<Value = Input> {
    let start = prop_oneof![
        any_reply().prop_map(StartAnswer::Reply),
        Just(StartAnswer::Refused { reason: None }),
        Just(StartAnswer::Unknown(Unclear::Server)),
    ];
    let status = prop_oneof![
        any_reply().prop_map(StatusAnswer::Reply),
        any_failure().prop_map(StatusAnswer::Failed),
    ];
    prop_oneof![
        any_surfaces().prop_map(|surfaces| Input::Start { surfaces }),
        Just(Input::Prepare),
        any_surfaces().prop_map(|surfaces| Input::Continue { surfaces }),
        any_surfaces().prop_map(|surfaces| Input::Join { surfaces }),
        any_surfaces().prop_map(|surfaces| Input::Reopen { surfaces }),
        (start, any::<bool>(), any_date(), any_rest()).prop_map(
            |(answer, forbidden, date, retry_after)| Input::Reply {
                answer,
                forbidden,
                date,
                retry_after
            }
        ),
        any::<bool>().prop_map(|sent| Input::ReplyFailed { sent }),
        (0..9_u64).prop_map(|revision| Input::Persisted { revision }),
        (0..9_u64).prop_map(|revision| Input::PersistFailed { revision }),
        (0..4_u32).prop_map(|number| Input::Presented { number }),
        (0..4_u32, any::<bool>()).prop_map(|(number, host)| Input::PresentFailed {
            number,
            problem: if host {
                PresentProblem::NoHost
            } else {
                PresentProblem::Unavailable
            },
        }),
        (
            0..4_u32,
            prop::sample::select(vec![
                CloseHint::Closed,
                CloseHint::ByHandover,
                CloseHint::ByCompletion
            ])
        )
            .prop_map(|(number, hint)| Input::SurfaceClosed { number, hint }),
        prop::sample::select(vec![
            LinkSignal::Handover,
            LinkSignal::Completion,
            LinkSignal::Unproven
        ])
        .prop_map(Input::Link),
        prop::sample::select(vec![
            Input::Foregrounded,
            Input::Backgrounded,
            Input::NetworkChanged,
            Input::CredentialsChanged,
            Input::Tick,
            Input::CheckAgain,
            Input::Abandon,
            Input::HostAttached(true),
            Input::HostAttached(false),
            Input::Observed(true),
            Input::Observed(false),
            Input::OwnerChanged { visible: true },
            Input::OwnerChanged { visible: false },
            Input::Restored { visible: true },
            Input::Restored { visible: false },
        ]),
        (0..9_u32, status, any::<bool>(), any_date(), any_rest()).prop_map(
            |(number, answer, forbidden, date, retry_after)| Input::Status {
                number,
                answer,
                forbidden,
                date,
                retry_after
            }
        ),
        (any_failure(), any_rest()).prop_map(|(failure, retry_after)| Input::CancelFailed {
            failure,
            retry_after
        }),
        (0..3_u32).prop_map(|number| Input::Acknowledged { number }),
        (0..3_u32).prop_map(|number| Input::Delivered { number }),
    ]
}

fn any_pause() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => Just(0_u64),
        4 => 0..3_000_u64,
        2 => 0..120_000_u64,
        1 => 0..90_000_000_u64,
    ]
}

fn run(inputs: &[(u64, Input)]) -> Vec<Vec<Effect>> {
    let mut machine = Machine::new(
        std::sync::Arc::new(ConfirmationPolicy::default()),
        new_record("any"),
        klarna_step_up::machine::Around {
            foreground: true,
            host: true,
        },
    );
    let mut mono = BOOT;
    let mut settled: Option<(u32, klarna_step_up::machine::Verdict)> = None;
    let mut all = Vec::new();
    for (pause, input) in inputs {
        mono += pause;
        let wall = EPOCH.saturating_add(i64::try_from(mono - BOOT).expect("short"));
        let effects = machine.step(input.clone(), Now { wall, mono });
        if machine.record().is_settled() {
            let outcome = machine.record().outcome.as_ref().expect("settled by one");
            let this = (outcome.number, outcome.verdict.clone());
            assert!(outcome.verdict.is_final());
            assert_eq!(settled.get_or_insert_with(|| this.clone()), &this);
            assert!(machine.record().journey.is_none());
        }
        assert!(machine.record().evidence.len() <= 12);
        assert!(effects.len() < 20);
        all.push(effects);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_inputs_in_any_order(
        inputs in prop::collection::vec((any_pause(), any_input()), 1..120),
    ) {
        prop_assert_eq!(run(&inputs), run(&inputs));
    }
}
