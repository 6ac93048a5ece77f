//! Who is right.

/// What backend and Klarna know about the order in the basket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Truth {
    pub backend: String,
    pub klarna: String,
    pub transactions: usize,
}

impl Truth {
    /// As these books (of the control API) have it.
    pub fn read(books: &serde_json::Value, reference: &str) -> Self {
        let find = |part: &str, field: &str| {
            let mut all = books[part].as_array().into_iter().flatten();
            all.rfind(|record| record[field] == reference).cloned()
        };
        let text = |record: &Option<serde_json::Value>, field: &str| {
            let text = record.as_ref().and_then(|record| record[field].as_str());
            text.unwrap_or_default().to_owned()
        };
        let all = books["klarna"].as_array().into_iter().flatten();
        let money = all
            .filter(|record| record["purchase_reference"] == reference)
            .filter_map(|record| record["transactions"].as_array())
            .map(Vec::len);
        Self {
            backend: text(&find("acquirer", "reference"), "status"),
            klarna: text(&find("klarna", "purchase_reference"), "state"),
            transactions: money.sum(),
        }
    }
}
