use super::*;

fn page(body: &str) -> Page {
    let url = Url::parse("http://127.0.0.1:1/eu/requests/abc/option").expect("a url");
    Page::read(url, 200, body)
}

fn fields(submission: &Submission) -> String {
    let pairs = submission.fields.iter();
    pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

#[test]
fn types_the_value_into_the_forms_own_field_and_keeps_hidden_ones() {
    let page = page(
        "<title> Your  phone </title><form method=post action=phone data-action=phone>
         <input type=hidden name=csrf value=t1><input type=tel name=phone value=''>
         <button>Continue</button></form>",
    );
    assert_eq!(page.title, "Your phone");
    let sent = page
        .act("phone", Some("+4306762600456"))
        .expect("a phone field");
    assert!(sent.post);
    assert_eq!(sent.url.path(), "/eu/requests/abc/phone");
    assert_eq!(fields(&sent), "csrf=t1&phone=+4306762600456");
}

#[test]
fn picks_radio_select_and_button_by_value_and_the_first_by_default() {
    let page = page(
        "<form method=post data-action=option><input type=radio name=plan value=now><input type=radio name=plan value=later checked>
         <select name=bank><option value=a>A<option value=b selected>B</select><button name=go value=1>Go</button></form>
         <form method=post action='../x'><button name=do value=yes data-action=approve>Pay</button>
         <button name=do value=no data-action=deny formaction='/elsewhere'>No</button></form>",
    );
    assert_eq!(page.actions(), ["option", "approve", "deny"]);
    let sent = page.act("option", None).expect("there");
    assert_eq!(fields(&sent), "plan=later&bank=b&go=1");
    assert_eq!(sent.url.path(), "/eu/requests/abc/option");
    let sent = page.act("option", Some("now")).expect("there");
    assert_eq!(fields(&sent), "plan=now&bank=b&go=1");
    let sent = page.act("deny", None).expect("there");
    assert_eq!(
        (sent.url.path(), fields(&sent).as_str()),
        ("/elsewhere", "do=no")
    );
}

#[test]
fn a_value_picks_among_several_controls_of_one_action() {
    let page = page(
        "<form method=post><button name=o value=pay_now data-action=option>1</button></form>
         <form method=post><button name=o value=pay_later data-action=option>2</button></form>",
    );
    assert_eq!(
        fields(&page.act("option", Some("pay_later")).expect("there")),
        "o=pay_later"
    );
    assert_eq!(
        fields(&page.act("option", None).expect("there")),
        "o=pay_now"
    );
}

#[test]
fn ticks_what_must_be_ticked_and_nothing_else() {
    let page = page(
        "<form method=post data-action=sign-up><input name=name><input type=checkbox name=terms value=accepted required>
         <input type=checkbox name=ads></form>",
    );
    let sent = page.act("sign-up", Some("Kim")).expect("there");
    assert_eq!(fields(&sent), "name=Kim&terms=accepted");
}

#[test]
fn says_what_is_there_when_the_action_is_not() {
    let page = page("<title>Review</title><a data-action=return href='done'>Back</a>");
    let error = page.act("approve", None).expect_err("not there");
    assert_eq!(
        error.to_string(),
        "the page `Review` has no action `approve`; it has: return"
    );
    assert!(matches!(
        page.act("return", Some("x")),
        Err(PageError::TakesNoValue { .. })
    ));
    let link = page.act("return", None).expect("a link");
    assert_eq!(
        (link.post, link.url.path()),
        (false, "/eu/requests/abc/done")
    );
}

#[test]
fn only_an_immediate_refresh_leads_on() {
    let at_once = page("<meta http-equiv=refresh content=\"0; url='/eu/requests/x/start'\">");
    assert_eq!(at_once.leads_to.as_deref(), Some("/eu/requests/x/start"));
    let scheme = page("<meta http-equiv=Refresh content=\"0;URL=shop://klarna?stepup=a\">");
    assert_eq!(scheme.leads_to.as_deref(), Some("shop://klarna?stepup=a"));
    let later = page("<meta http-equiv=refresh content='2;url=/again'>");
    assert_eq!(later.leads_to, None);
    assert_eq!(
        page("<meta http-equiv=refresh content='garbage'>").leads_to,
        None
    );
}
