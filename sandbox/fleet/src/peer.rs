//! Fixed schedules, as other SDKs ask by: from the end of the journey on, whatever the answers are like.

use rand::Rng;

use crate::backend::{self, Answer};
use crate::customer::{Customer, End};
use crate::load::Load;
use crate::{MINUTE, Millis, SECOND};

/// A schedule: when the `n`th question is asked, counted from the end of the journey, if it is.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// As it is named in reports.
    pub name: &'static str,
    schedule: fn(u64) -> Option<Millis>,
}

/// The schedules beside which ours stands. The second and the third are what Stripe's and Adyen's Android SDKs do after their redirects.
pub const PEERS: [Peer; 3] = [
    Peer {
        name: "every second, 15 min",
        schedule: |n| Some(n * SECOND).filter(|at| *at <= 15 * MINUTE),
    },
    Peer {
        name: "2, 4, 8 s",
        schedule: |n| {
            [0, 2, 6, 14]
                .get(usize::try_from(n).ok()?)
                .map(|s| s * SECOND)
        },
    },
    Peer {
        name: "2 s, after 60 s 10 s, 15 min",
        schedule: |n| {
            let at = if n <= 30 { n * 2 } else { 60 + (n - 30) * 10 };
            Some(at * SECOND).filter(|at| *at <= 15 * MINUTE)
        },
    },
];

/// Whoever lost the link closes the tab after this long; only then does such an SDK begin to ask.
const CLOSES_AFTER: Millis = 30 * SECOND;

impl Peer {
    /// One phone by this schedule.
    pub fn live(self, customer: Customer, dice: &mut impl Rng, load: &mut Load) {
        let begins = match customer.end {
            End::Link | End::Left => customer.ends,
            End::LinkLost => customer.ends + CLOSES_AFTER,
        };
        let mut known = None;
        let mut free = begins;
        for after in (0..).map_while(self.schedule) {
            // One at a time: a question that is not answered yet takes the place of the next.
            let at = begins + after;
            if at < free {
                continue;
            }
            load.request(at);
            let (answered, answer) = backend::ask(at, 0, customer.approved, dice);
            free = answered;
            if answer == Answer::Approved {
                known = Some(answered);
                break;
            }
        }
        load.done(customer.approved, known);
    }
}
