//! What acquirer and Klarna have to know of each other.

use stepup_sandbox_acquirer::AcquirerConfig;
use stepup_sandbox_clock::Clock;
use stepup_sandbox_klarna::KlarnaConfig;
use uuid::Uuid;

use crate::config::WorldConfig;
use crate::world::Addresses;

/// The credentials between acquirer and Klarna, new for every world.
pub(crate) struct Keys {
    api: String,
    signing_id: String,
    signing: String,
}

impl Keys {
    pub fn new() -> Self {
        let signing_key = "krn:partner:global:notification:signing-key:";
        Self {
            api: Uuid::new_v4().simple().to_string(),
            signing_id: format!("{signing_key}{}", Uuid::new_v4()),
            signing: Uuid::new_v4().simple().to_string(),
        }
    }

    pub fn klarna_config(
        &self,
        world: &WorldConfig,
        clock: &Clock,
        addresses: &Addresses,
        acquirer: &str,
    ) -> KlarnaConfig {
        use stepup_sandbox_klarna::{Secret, SigningKey};
        let key = SigningKey {
            id: self.signing_id.clone(),
            secret: Secret::new(&self.signing),
        };
        let mut config = KlarnaConfig::new(
            clock.clone(),
            &addresses.klarna,
            Secret::new(self.api.clone()),
        )
        .with_webhooks(format!("{acquirer}/klarna/webhooks"), key);
        if let Some(name) = &world.shop_name {
            config.shop_name.clone_from(name);
        }
        config.request_life_ms = world.request_life_ms.unwrap_or(config.request_life_ms);
        config.token_life_ms = world.token_life_ms.unwrap_or(config.token_life_ms);
        config
    }

    pub fn acquirer_config(
        &self,
        world: &WorldConfig,
        clock: &Clock,
        addresses: &Addresses,
        klarna: &str,
    ) -> AcquirerConfig {
        use stepup_sandbox_acquirer::{
            Database, KlarnaAccount, ReturnLinks, Secret, Session, SigningKey,
        };
        let account = KlarnaAccount {
            base_url: klarna.to_owned(),
            account: "krn:partner:global:account:test:M4CIYH2N".to_owned(),
            api_key: Secret::new(&self.api),
        };
        let mut config = AcquirerConfig::new(clock.clone(), &addresses.acquirer, account);
        if let Some(file) = &world.database {
            config.database = Database::File(file.clone());
        }
        config.signing_keys = vec![SigningKey {
            id: self.signing_id.clone(),
            key: Secret::new(&self.signing),
        }];
        config.reply = world.reply_shape;
        if !world.return_links.is_empty() {
            config.return_links = ReturnLinks::StartingWith(world.return_links.clone());
        }
        config.sessions = world
            .sessions
            .iter()
            .map(|session| Session {
                customer: session.customer.clone(),
                token: Secret::new(&session.token),
            })
            .collect();
        config
    }
}
