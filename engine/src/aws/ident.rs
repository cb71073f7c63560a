//! Identifiers that AWS draws at random, drawn here from the account's seed: the same account on every
//! machine, and yet ids that look like the real ones.

use serde::{Deserialize, Serialize};

/// A well of identifiers; each drawing moves it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifiers {
    state: u64,
}

impl Identifiers {
    pub fn seeded(seed: u64) -> Self {
        Identifiers { state: seed }
    }

    /// `prefix` and `length` characters of `alphabet`.
    fn draw(&mut self, prefix: &str, length: usize, alphabet: &[u8]) -> String {
        let mut text = String::with_capacity(prefix.len() + length);
        text.push_str(prefix);
        for _ in 0..length {
            text.push(char::from(alphabet[(self.next() % alphabet.len() as u64) as usize]));
        }
        text
    }

    /// A unique id of 21 characters: `AROA...`, `AIDA...`, `AGPA...`, `ANPA...`.
    pub fn unique_id(&mut self, prefix: &str) -> String {
        self.draw(prefix, 17, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    }

    /// An access key id of 20 characters: `AKIA...`, `ASIA...`.
    pub fn access_key(&mut self, prefix: &str) -> String {
        self.draw(prefix, 16, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    }

    pub fn secret(&mut self, length: usize) -> String {
        self.draw("", length, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    }

    /// An S3 object version's id.
    pub fn version_id(&mut self) -> String {
        self.draw("", 32, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._")
    }

    /// Upper-case letters and digits: S3's request id.
    pub fn request_id(&mut self) -> String {
        self.draw("", 16, b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    }

    /// A version-4 UUID.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let (high, low) = (high & !0xf000 | 0x4000, low & !(3 << 62) | 1 << 63);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
