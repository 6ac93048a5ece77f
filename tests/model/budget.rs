//! How much may go wrong, and how much may happen at all: what makes a search finite.

/// Something that is drawn from a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Crash,
    Write,
    Loss,
    Late,
    Wake,
    Jump,
    Age,
    Link,
    Close,
    Presenter,
    Customer,
    Device,
    Owner,
    Move,
    Ack,
}

/// How many disturbances of each kind are left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// The process ends and starts again.
    pub crashes: u8,
    /// A write fails.
    pub write_failures: u8,
    /// A request or reply is lost, or says nothing.
    pub losses: u8,
    /// A reply comes twice, or after its question was aborted.
    pub late: u8,
    /// Time passes to the next wake-up.
    pub wakes: u8,
    /// An hour passes at once.
    pub jumps: u8,
    /// Forty days pass at once.
    pub ages: u8,
    /// Links.
    pub links: u8,
    /// The surface closes.
    pub closes: u8,
    /// The presenter fails.
    pub presenter: u8,
    /// Abandon, reopen, join, check again, waiting screen.
    pub customer: u8,
    /// Background, foreground, network, credentials, host.
    pub device: u8,
    /// Another owner signs in, or this one comes back.
    pub owners: u8,
    /// The payment moves on without the phone.
    pub moves: u8,
    /// The app acknowledges.
    pub acks: u8,
    /// Losses and late replies that are neither of the above.
    pub replies: u8,
    /// Anything but crashes, losses and late replies, in whatever mixture.
    pub any: u8,
}

impl Budget {
    fn own(&mut self, kind: Kind) -> &mut u8 {
        match kind {
            Kind::Crash => &mut self.crashes,
            Kind::Write => &mut self.write_failures,
            Kind::Loss => &mut self.losses,
            Kind::Late => &mut self.late,
            Kind::Wake => &mut self.wakes,
            Kind::Jump => &mut self.jumps,
            Kind::Age => &mut self.ages,
            Kind::Link => &mut self.links,
            Kind::Close => &mut self.closes,
            Kind::Presenter => &mut self.presenter,
            Kind::Customer => &mut self.customer,
            Kind::Device => &mut self.device,
            Kind::Owner => &mut self.owners,
            Kind::Move => &mut self.moves,
            Kind::Ack => &mut self.acks,
        }
    }

    /// What is drawn from once the kind's own budget is used up.
    fn shared(&mut self, kind: Kind) -> Option<&mut u8> {
        match kind {
            Kind::Crash => None,
            Kind::Loss | Kind::Late => Some(&mut self.replies),
            _ => Some(&mut self.any),
        }
    }

    pub fn allows(mut self, kind: Kind) -> bool {
        *self.own(kind) > 0 || self.shared(kind).is_some_and(|left| *left > 0)
    }

    pub fn spend(&mut self, kind: Kind) {
        if *self.own(kind) > 0 {
            *self.own(kind) -= 1;
        } else if let Some(left) = self.shared(kind) {
            // What a world without faults does costs nothing.
            *left = left.saturating_sub(1);
        }
    }
}
