//! What acquirer and Klarna have to know of each other.

use stepup_sandbox_acquirer::AcquirerConfig;
use stepup_sandbox_clock::Clock;
use stepup_sandbox_klarna::KlarnaConfig;
use uuid::Uuid;

use crate::config::WorldConfig;
use crate::world::Addresses;

const ACCOUNT: &str = "krn:partner:global:account:test:M4CIYH2N";

/// What a backend that is no part of the world needs to call its Klarna. The keys are made for this world, and open nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct KlarnaAccess {
    /// Klarna's API.
    pub base_url: String,
    /// The Partner's account.
    pub account: String,
    /// What stands behind `Basic ` in `Authorization`.
    pub api_key: String,
    /// The id of the key that webhooks are signed with.
    pub signing_key_id: String,
    /// That key.
    pub signing_key: String,
}

impl std::fmt::Debug for KlarnaAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KlarnaAccess")
            .field("base_url", &self.base_url)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

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

    pub fn access(&self, klarna: &str) -> KlarnaAccess {
        KlarnaAccess {
            base_url: klarna.to_owned(),
            account: ACCOUNT.to_owned(),
            api_key: self.api.clone(),
            signing_key_id: self.signing_id.clone(),
            signing_key: self.signing.clone(),
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
        let own = || format!("{acquirer}/klarna/webhooks");
        let webhooks = world.webhook_url.clone().unwrap_or_else(own);
        let mut config = KlarnaConfig::new(
            clock.clone(),
            &addresses.klarna,
            Secret::new(self.api.clone()),
        )
        .with_webhooks(webhooks, key);
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
            account: ACCOUNT.to_owned(),
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
