//! Every reply of every test is held against `docs/backend-api.yaml`.

use std::sync::LazyLock;

use serde_json::{Value, json};
use stepup_sandbox_acquirer::OPENAPI;

use crate::world::World;

static CONTRACT: LazyLock<Value> =
    LazyLock::new(|| serde_saphyr::from_str(OPENAPI).expect("docs/backend-api.yaml is YAML"));

/// Fails if the contract does not foresee this answer.
pub fn check(method: &str, path: &str, status: u16, reply: &Value) {
    if path == "page" {
        return;
    }
    let mut response = &CONTRACT["paths"][path][method]["responses"][status.to_string()];
    assert!(
        !response.is_null(),
        "{method} {path} answers {status}, which is not in the contract"
    );
    if let Some(name) = response["$ref"].as_str() {
        response = CONTRACT
            .pointer(name.trim_start_matches('#'))
            .expect("the reference leads somewhere");
    }
    let Some(schema) = response.pointer("/content/application~1json/schema") else {
        return;
    };
    let errors = violations(schema, reply);
    assert!(
        errors.is_empty(),
        "{method} {path} {status}: {errors:?} in {reply}"
    );
}

fn violations(schema: &Value, instance: &Value) -> Vec<String> {
    let root = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema], "components": CONTRACT["components"] });
    let validator = jsonschema::validator_for(&root).expect("a JSON Schema");
    validator
        .iter_errors(instance)
        .map(|error| error.to_string())
        .collect()
}

#[tokio::test]
async fn the_contract_is_served() {
    let world = World::new().await;
    let reply = world.visit("/openapi.yaml").await;
    assert_eq!(reply.text, OPENAPI);
    assert_eq!(CONTRACT["openapi"], "3.1.0");
}

#[test]
fn every_example_keeps_to_its_own_schema() {
    let mut seen = 0;
    let mut open = vec![&*CONTRACT];
    while let Some(value) = open.pop() {
        if let Some(schema) = value.get("schema") {
            let one = value.get("example");
            let several = value.get("examples").and_then(Value::as_object);
            let several = several.into_iter().flat_map(|examples| examples.values());
            for example in several.map(|example| &example["value"]).chain(one) {
                assert_eq!(violations(schema, example), Vec::<String>::new());
                seen += 1;
            }
        }
        match value {
            Value::Object(fields) => open.extend(fields.values()),
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    assert!(seen >= 8, "only {seen} examples were found");
}

#[test]
fn the_check_is_not_blind() {
    let schema = json!({ "$ref": "#/components/schemas/Payment" });
    assert!(violations(&schema, &json!({ "status": "pending", "version": 1 })).is_empty());
    assert!(!violations(&schema, &json!({ "status": "paid", "version": 1 })).is_empty());
    assert!(!violations(&schema, &json!({ "status": "pending" })).is_empty());
}
