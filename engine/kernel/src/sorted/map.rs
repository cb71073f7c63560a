//! A map as two lists, so that looking a key up is the same code whatever it leads to.

use std::borrow::Borrow;
use std::fmt;
use std::iter::Zip;
use std::marker::PhantomData;
use std::ops::{Bound, Index, Range, RangeBounds};
use std::{slice, vec};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::apart::apart;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortedMap<K, V> {
    /// Ascending, each once.
    keys: Vec<K>,
    /// In the order of their keys.
    values: Vec<V>,
}

/// A key's place in a map, taken or free.
pub struct Entry<'a, K, V> {
    map: &'a mut SortedMap<K, V>,
    key: K,
    place: Result<usize, usize>,
}

/// Where `key` is, or would be.
pub(super) fn find<K: Borrow<Q>, Q: Ord + ?Sized>(keys: &[K], key: &Q) -> Result<usize, usize> {
    // What comes in order, and what was made last, stands at the end.
    match keys.last() {
        Some(last) if last.borrow() < key => Err(keys.len()),
        _ => keys.binary_search_by(|known| known.borrow().cmp(key)),
    }
}

/// The places whose keys lie in `range`.
pub(super) fn places<K: Borrow<Q>, Q: Ord + ?Sized>(keys: &[K], range: &impl RangeBounds<Q>) -> Range<usize> {
    let start = match range.start_bound() {
        Bound::Unbounded => 0,
        Bound::Included(key) => find(keys, key).unwrap_or_else(|place| place),
        Bound::Excluded(key) => find(keys, key).map_or_else(|place| place, |place| place + 1),
    };
    let end = match range.end_bound() {
        Bound::Unbounded => keys.len(),
        Bound::Included(key) => find(keys, key).map_or_else(|place| place, |place| place + 1),
        Bound::Excluded(key) => find(keys, key).unwrap_or_else(|place| place),
    };
    start..end.max(start)
}

impl<K, V> SortedMap<K, V> {
    pub const fn new() -> Self {
        SortedMap { keys: Vec::new(), values: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
    }

    pub fn keys(&self) -> slice::Iter<'_, K> {
        self.keys.iter()
    }

    pub fn values(&self) -> slice::Iter<'_, V> {
        self.values.iter()
    }

    pub fn values_mut(&mut self) -> slice::IterMut<'_, V> {
        self.values.iter_mut()
    }

    pub fn into_keys(self) -> vec::IntoIter<K> {
        self.keys.into_iter()
    }

    pub fn into_values(self) -> vec::IntoIter<V> {
        self.values.into_iter()
    }

    pub fn iter(&self) -> Zip<slice::Iter<'_, K>, slice::Iter<'_, V>> {
        self.keys.iter().zip(&self.values)
    }

    pub fn iter_mut(&mut self) -> Zip<slice::Iter<'_, K>, slice::IterMut<'_, V>> {
        self.keys.iter().zip(&mut self.values)
    }

    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.keys.last().zip(self.values.last())
    }

    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.keys.first().zip(self.values.first())
    }

    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.is_empty()).then(|| (self.keys.remove(0), self.values.remove(0)))
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        let kept: Vec<bool> = self.iter_mut().map(|(key, value)| keep(key, value)).collect();
        let (mut of_keys, mut of_values) = (kept.iter(), kept.iter());
        self.keys.retain(|_| of_keys.next().is_some_and(|kept| *kept));
        self.values.retain(|_| of_values.next().is_some_and(|kept| *kept));
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.values.get(find(&self.keys, key).ok()?)
    }

    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.values.get_mut(find(&self.keys, key).ok()?)
    }

    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        find(&self.keys, key).is_ok()
    }

    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match find(&self.keys, &key) {
            Ok(place) => Some(std::mem::replace(&mut self.values[place], value)),
            Err(place) => {
                self.keys.insert(place, key);
                self.values.insert(place, value);
                None
            }
        }
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    pub fn remove_entry<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let place = find(&self.keys, key).ok()?;
        Some((self.keys.remove(place), self.values.remove(place)))
    }

    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let place = find(&self.keys, &key);
        Entry { map: self, key, place }
    }

    /// The pairs whose keys lie in `range`.
    pub fn range<Q: Ord + ?Sized>(
        &self,
        range: impl RangeBounds<Q>,
    ) -> Zip<slice::Iter<'_, K>, slice::Iter<'_, V>>
    where
        K: Borrow<Q>,
    {
        let places = places(&self.keys, &range);
        self.keys[places.clone()].iter().zip(&self.values[places])
    }
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        let place = match self.place {
            Ok(place) => place,
            Err(place) => {
                self.map.keys.insert(place, self.key);
                self.map.values.insert(place, make());
                place
            }
        };
        &mut self.map.values[place]
    }

    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    pub fn and_modify(self, change: impl FnOnce(&mut V)) -> Self {
        if let Ok(place) = self.place {
            change(&mut self.map.values[place]);
        }
        self
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V> Index<&Q> for SortedMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        // As of the standard library's: whoever indexes knows that the key is there.
        let place = find(&self.keys, key).unwrap_or(usize::MAX);
        &self.values[place]
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = SortedMap::new();
        map.extend(pairs);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = Zip<vec::IntoIter<K>, vec::IntoIter<V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_iter().zip(self.values)
    }
}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Zip<slice::Iter<'a, K>, slice::Iter<'a, V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut SortedMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = Zip<slice::Iter<'a, K>, slice::IterMut<'a, V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<K: Serialize, V: Serialize> Serialize for SortedMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

fn filled<'de, K, V, A>(mut pairs: A) -> Result<SortedMap<K, V>, A::Error>
where
    K: Ord + Deserialize<'de>,
    V: Deserialize<'de>,
    A: MapAccess<'de>,
{
    let mut map = SortedMap::new();
    while let Some((key, value)) = pairs.next_entry()? {
        map.insert(key, value);
    }
    Ok(map)
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for SortedMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Pairs<K, V> {
            type Value = SortedMap<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, pairs: A) -> Result<Self::Value, A::Error> {
                match pairs.size_hint() {
                    Some(0) => Ok(SortedMap::new()),
                    // Most maps of a young account are empty.
                    _ => apart(|| filled(pairs)),
                }
            }
        }
        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::SortedMap;

    /// Whatever is done to it, it says what the standard library's map says.
    #[test]
    fn it_is_a_map() {
        let (mut map, mut model) = (SortedMap::new(), BTreeMap::new());
        let mut state = 1_u64;
        for step in 0..4_000_u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = (state >> 33) % 60;
            match (state >> 60) % 6 {
                0 | 1 => assert_eq!(map.insert(key, step), model.insert(key, step)),
                2 => assert_eq!(map.remove(&key), model.remove(&key)),
                3 => {
                    *map.entry(key).and_modify(|value| *value += 1).or_default() += 2;
                    *model.entry(key).and_modify(|value| *value += 1).or_default() += 2;
                }
                4 => {
                    map.retain(|kept, value| *kept != key && *value % 7 != 0);
                    model.retain(|kept, value| *kept != key && *value % 7 != 0);
                }
                _ => {
                    assert!(map.range(key..key + 9).eq(model.range(key..key + 9)));
                    assert!(map.range(..=key).rev().eq(model.range(..=key).rev()));
                }
            }
            assert_eq!(map.get(&key), model.get(&key));
            assert!(map.iter().eq(model.iter()));
            assert_eq!((map.len(), map.last_key_value()), (model.len(), model.last_key_value()));
        }
        let text = serde_json::to_string(&map).unwrap();
        assert_eq!(text, serde_json::to_string(&model).unwrap());
        assert_eq!(serde_json::from_str::<SortedMap<u64, u64>>(&text).unwrap(), map);
    }
}
