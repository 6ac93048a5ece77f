//! A map for the few dozen entries of a phone: a list, searched from the front. It keeps the order in which entries came, and costs a
//! tenth of the code that a tree would for each type it holds.

use std::borrow::Borrow;

/// Keys and values, in the order in which they came.
pub(crate) struct Table<K, V>(Vec<(K, V)>);

impl<K: PartialEq, V> Table<K, V> {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    fn position<Q: PartialEq + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        self.0.iter().position(|(known, _)| known.borrow() == key)
    }

    pub fn get<Q: PartialEq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let at = self.position(key)?;
        Some(&self.0[at].1)
    }

    pub fn get_mut<Q: PartialEq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.position(key)?;
        Some(&mut self.0[at].1)
    }

    pub fn contains_key<Q: PartialEq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.position(key).is_some()
    }

    /// Adds an entry, or replaces the value of one; gives back the value that was replaced.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        if let Some(at) = self.position(&key) {
            return Some(std::mem::replace(&mut self.0[at].1, value));
        }
        self.0.push((key, value));
        None
    }

    /// The value of a key, made if there is none.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = self.position(&key).unwrap_or_else(|| {
            self.0.push((key, V::default()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    pub fn remove<Q: PartialEq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.position(key)?;
        Some(self.0.remove(at).1)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Takes everything out.
    pub fn take_values(&mut self) -> impl Iterator<Item = V> + use<K, V> {
        std::mem::take(&mut self.0)
            .into_iter()
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn entries_keep_the_order_in_which_they_came() {
        let mut table = Table::new();
        for key in ["c", "a", "b"] {
            assert_eq!(table.insert(key.to_owned(), 1), None);
        }
        assert_eq!(table.insert("a".to_owned(), 2), Some(1));
        assert_eq!(table.remove("c"), Some(1));
        *table.get_or_default("c".to_owned()) += 5;
        *table.get_or_default("a".to_owned()) += 5;
        let entries: Vec<_> = table
            .iter()
            .map(|(key, value)| (key.as_str(), *value))
            .collect();
        assert_eq!(entries, [("a", 7), ("b", 1), ("c", 5)]);
        let values: Vec<_> = table.take_values().collect();
        assert_eq!((values, table.len()), (vec![7, 1, 5], 0));
    }

    proptest! {
        #[test]
        fn it_is_a_map(steps in prop::collection::vec((any::<bool>(), 0..12_u8, any::<u8>()), 0..200)) {
            let (mut table, mut map) = (Table::new(), BTreeMap::new());
            for (add, key, value) in steps {
                if add {
                    prop_assert_eq!(table.insert(key, value), map.insert(key, value));
                } else {
                    prop_assert_eq!(table.remove(&key), map.remove(&key));
                }
                prop_assert_eq!(table.len(), map.len());
                prop_assert_eq!(table.get(&key), map.get(&key));
                prop_assert_eq!(table.contains_key(&key), map.contains_key(&key));
                prop_assert_eq!(table.get_mut(&key), map.get_mut(&key));
                let mut entries: Vec<_> = table.iter().map(|(key, value)| (*key, *value)).collect();
                entries.sort_unstable();
                prop_assert_eq!(entries, map.clone().into_iter().collect::<Vec<_>>());
            }
        }
    }
}
