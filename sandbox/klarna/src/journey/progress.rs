//! How far a customer has come. It belongs to the payment request, not to a browser: whoever opens the address goes on there.

use crate::customers::{self, CustomerKind};
use crate::payment_request::PaymentRequest;

/// A way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PayOption {
    Now,
    Later,
    Instalments,
}

impl PayOption {
    pub(crate) const ALL: [Self; 3] = [Self::Now, Self::Later, Self::Instalments];

    /// The form's value.
    pub(crate) fn value(self) -> &'static str {
        match self {
            Self::Now => "pay-now",
            Self::Later => "pay-later",
            Self::Instalments => "instalments",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Now => "Pay now",
            Self::Later => "Pay in 30 days",
            Self::Instalments => "3 instalments",
        }
    }

    pub(crate) fn detail(self) -> &'static str {
        match self {
            Self::Now => "From your bank account, today",
            Self::Later => "Nothing to pay today, no interest",
            Self::Instalments => "One part today, two more by month, no interest",
        }
    }

    pub(crate) fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|option| option.value() == value)
    }
}

/// Another app that the customer can hop to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherApp {
    Klarna,
    Bank,
}

impl OtherApp {
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Klarna => "klarna",
            Self::Bank => "bank",
        }
    }

    pub(crate) fn parse(slug: &str) -> Option<Self> {
        [Self::Klarna, Self::Bank]
            .into_iter()
            .find(|app| app.slug() == slug)
    }
}

/// The pages of the journey in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Phone,
    Otp,
    SignUp,
    Option,
    Review,
}

impl Step {
    /// Where the customer has to go on.
    pub(crate) fn of(request: &PaymentRequest) -> Self {
        let progress = &request.progress;
        let new_user = progress.kind() == CustomerKind::NewUser
            || customers::new_user_in_journey(request.purchase.email.as_deref());
        if !progress.verified {
            if progress.phone.is_none() {
                Self::Phone
            } else {
                Self::Otp
            }
        } else if new_user && !progress.signed_up {
            Self::SignUp
        } else if progress.option.is_none() {
            Self::Option
        } else {
            Self::Review
        }
    }

    pub(crate) fn page(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Otp => "otp",
            Self::SignUp => "sign-up",
            Self::Option => "option",
            Self::Review => "review",
        }
    }

    /// Position on the progress bar, of three.
    pub(crate) fn stage(self) -> usize {
        match self {
            Self::Phone | Self::Otp | Self::SignUp => 1,
            Self::Option => 2,
            Self::Review => 3,
        }
    }
}

/// What the customer has done so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    pub phone: Option<String>,
    pub verified: bool,
    pub signed_up: bool,
    pub option: Option<PayOption>,
    pub confirmed_in: Vec<OtherApp>,
}

impl Progress {
    pub(crate) fn kind(&self) -> CustomerKind {
        self.phone
            .as_deref()
            .map(customers::by_phone)
            .unwrap_or_default()
    }

    /// What is done in another app is done here too.
    pub(crate) fn confirm_in(&mut self, app: OtherApp) {
        let option = match app {
            OtherApp::Klarna => PayOption::Later,
            OtherApp::Bank => PayOption::Now,
        };
        self.verified = true;
        self.signed_up = true;
        self.option.get_or_insert(option);
        if !self.confirmed_in.contains(&app) {
            self.confirmed_in.push(app);
        }
    }
}
