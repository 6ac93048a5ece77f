//! Test customers: by phone number inside the journey, by e-mail address in the API.
//!
//! Source of the numbers and of `+denied`: Klarna's sample customer data. The tags that decide call 1 and call 2 are ours,
//! because no triggers of Klarna's for them are known.

/// What a test customer's journey is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CustomerKind {
    /// Known to Klarna, and can pay. Also every number that is not in the table.
    #[default]
    Approved,
    /// Known to Klarna, and is refused when approving.
    Denied,
    /// Has to sign up first.
    NewUser,
}

/// A number from Klarna's table.
#[derive(Clone, Copy, Debug)]
pub struct TestPhone {
    /// ISO 3166 country.
    pub market: &'static str,
    /// E.164.
    pub number: &'static str,
    /// What it does.
    pub kind: CustomerKind,
}

const fn phone(market: &'static str, number: &'static str, kind: CustomerKind) -> TestPhone {
    TestPhone {
        market,
        number,
        kind,
    }
}

/// Klarna's sample numbers.
pub const TEST_PHONES: &[TestPhone] = &[
    phone("AT", "+4306762600456", CustomerKind::Approved),
    phone("AT", "+4306762600745", CustomerKind::Denied),
    phone("AT", "+4306762600721", CustomerKind::NewUser),
    phone("BE", "+32485121291", CustomerKind::Approved),
    phone("BE", "+32485212123", CustomerKind::Denied),
    phone("BE", "+32485212101", CustomerKind::NewUser),
    phone("CZ", "+420771613715", CustomerKind::Approved),
    phone("CZ", "+420771623691", CustomerKind::Denied),
    phone("CZ", "+420771623765", CustomerKind::NewUser),
    phone("DK", "+4542555628", CustomerKind::Approved),
    phone("DK", "+4552555348", CustomerKind::Denied),
    phone("DK", "+4561555920", CustomerKind::NewUser),
    phone("AU", "+61473752244", CustomerKind::Approved),
    phone("AU", "+61473763254", CustomerKind::Denied),
];

/// The number without spaces and punctuation, if it is a phone number at all.
pub(crate) fn normalised_phone(text: &str) -> Option<String> {
    let text = text.trim();
    let plus = text.starts_with('+');
    let rest = text.strip_prefix('+').unwrap_or(text);
    if !rest
        .chars()
        .all(|c| c.is_ascii_digit() || " -()./".contains(c))
    {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    (6..=15)
        .contains(&digits.len())
        .then(|| format!("{}{digits}", if plus { "+" } else { "" }))
}

pub(crate) fn by_phone(number: &str) -> CustomerKind {
    let known = TEST_PHONES.iter().find(|phone| phone.number == number);
    known.map(|phone| phone.kind).unwrap_or_default()
}

/// What call 1 answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstAnswer {
    Approve,
    Decline,
    StepUp,
}

/// The tags of an address, the parts between `+` and `@`: `customer+denied@email.dk` has `denied`.
fn has_tag(email: Option<&str>, tag: &str) -> bool {
    let local = email
        .and_then(|email| email.split('@').next())
        .unwrap_or_default();
    local.split('+').skip(1).any(|part| part == tag)
}

pub(crate) fn first_answer(email: Option<&str>) -> FirstAnswer {
    if has_tag(email, "approved-at-once") {
        FirstAnswer::Approve
    } else if has_tag(email, "declined-at-once") {
        FirstAnswer::Decline
    } else {
        FirstAnswer::StepUp
    }
}

pub(crate) fn denied_in_journey(email: Option<&str>) -> bool {
    has_tag(email, "denied")
}

pub(crate) fn new_user_in_journey(email: Option<&str>) -> bool {
    has_tag(email, "new_user")
}

pub(crate) fn declined_at_finalisation(email: Option<&str>) -> bool {
    has_tag(email, "declined-at-finalisation")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_whole_parts_before_the_at() {
        assert_eq!(
            first_answer(Some("customer+approved-at-once@email.us")),
            FirstAnswer::Approve
        );
        assert_eq!(
            first_answer(Some("customer+declined-at-once+x@email.us")),
            FirstAnswer::Decline
        );
        assert_eq!(
            first_answer(Some("approved-at-once@email.us")),
            FirstAnswer::StepUp
        );
        assert_eq!(
            first_answer(Some("a@b+approved-at-once")),
            FirstAnswer::StepUp
        );
        assert_eq!(first_answer(None), FirstAnswer::StepUp);
        assert!(denied_in_journey(Some("customer+denied@email.dk")));
    }

    #[test]
    fn phones_are_read_as_people_write_them() {
        assert_eq!(
            normalised_phone(" +45 42 55 56 28 ").as_deref(),
            Some("+4542555628")
        );
        assert_eq!(
            normalised_phone("(555) 010-0199").as_deref(),
            Some("5550100199")
        );
        for wrong in [
            "",
            "12345",
            "+",
            "abc1234567",
            "+1+2345678",
            "1234567890123456",
        ] {
            assert_eq!(normalised_phone(wrong), None, "{wrong}");
        }
        assert_eq!(by_phone("+4552555348"), CustomerKind::Denied);
        assert_eq!(by_phone("+10000000"), CustomerKind::Approved);
    }
}
