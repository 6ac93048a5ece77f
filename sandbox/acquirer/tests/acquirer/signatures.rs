//! Webhook signatures against vectors that openssl made (`tests/vectors/webhook-signatures.json`).

use axum::http::StatusCode;
use serde::Deserialize;
use stepup_sandbox_acquirer::SigningKey;

use crate::world::{World, signing_key};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    key: String,
    body: String,
    signature: String,
}

fn vectors() -> Vec<Vector> {
    let text = include_str!("../vectors/webhook-signatures.json");
    let file: File = serde_json::from_str(text).expect("the vectors");
    file.vectors
}

fn key_id(number: usize) -> String {
    format!("key-{number}")
}

async fn world() -> World {
    World::with(|config| {
        let key = |(number, vector): (usize, &Vector)| signing_key(&key_id(number), &vector.key);
        let keys: Vec<SigningKey> = vectors().iter().enumerate().map(key).collect();
        config.signing_keys = keys;
    })
    .await
}

#[tokio::test]
async fn what_openssl_signed_is_accepted() {
    let world = world().await;
    assert_eq!(vectors().len(), 9);
    for (number, vector) in vectors().into_iter().enumerate() {
        let Vector {
            name,
            body,
            signature,
            ..
        } = vector;
        let reply = world.raw_webhook(&key_id(number), &signature, body).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT, "{name}");
    }
}

#[tokio::test]
async fn one_other_bit_of_body_or_signature_or_another_key_is_not() {
    let world = world().await;
    let all = vectors();
    for (number, vector) in all.iter().enumerate() {
        let (body, signature) = (&vector.body, &vector.signature);
        let last = if signature.ends_with('0') { "1" } else { "0" };
        let other_signature = format!("{}{last}", &signature[..signature.len() - 1]);
        let other_body = body.replacen("\"event_id\": \"v", "\"event_id\": \"w", 1);
        let other_body = other_body.replacen("\"event_id\":\"v", "\"event_id\":\"w", 1);
        assert_ne!(&other_body, body, "{}", vector.name);
        // Vector 6 has a key of its own.
        let other_key = key_id(if number == 6 { 7 } else { 6 });
        for (key, signature, body) in [
            (key_id(number), &other_signature, body),
            (key_id(number), signature, &other_body),
            (other_key, signature, body),
        ] {
            let reply = world.raw_webhook(&key, signature, body.clone()).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", vector.name);
        }
    }
}
