//! LZO1X, and the file that the tool lzop makes of it.
//!
//! Written here because the crates that know it trust their input: a bad file would end the module.

use std::io::{self, Read};

/// Bytes of a block as lzop writes them, unpacked; `most` is how long they are.
pub fn expand(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut from = Source { bytes: packed, at: 0 };
    let mut out: Vec<u8> = Vec::with_capacity(most);
    // How many literals the last instruction copied; 4 stands for four and more.
    let mut literals = 0_usize;
    let first = *packed.first()?;
    if first > 17 {
        from.at = 1;
        let run = usize::from(first) - 17;
        out.extend_from_slice(from.take(run)?);
        literals = run.min(4);
    }
    loop {
        let code = usize::from(from.byte()?);
        let (distance, length, after);
        match code {
            64.. => {
                let high = usize::from(from.byte()?);
                (distance, length, after) = ((high << 3) + (code >> 2 & 7) + 1, (code >> 5) + 1, code & 3);
            }
            32..=63 => {
                length = from.length(code & 31, 31)? + 2;
                let pair = from.pair()?;
                (distance, after) = ((pair >> 2) + 1, pair & 3);
            }
            16..=31 => {
                length = from.length(code & 7, 7)? + 2;
                let pair = from.pair()?;
                let far = ((code & 8) << 11) + (pair >> 2);
                if far == 0 {
                    return Some(out);
                }
                (distance, after) = (far + 16_384, pair & 3);
            }
            _ if literals == 0 => {
                let run = from.length(code, 15)? + 3;
                out.extend_from_slice(from.take(run)?);
                literals = 4;
                continue;
            }
            _ => {
                let high = usize::from(from.byte()?) << 2;
                after = code & 3;
                (distance, length) = match literals {
                    4 => (high + (code >> 2) + 2_049, 3),
                    _ => (high + (code >> 2) + 1, 2),
                };
            }
        }
        let start = out.len().checked_sub(distance)?;
        if out.len() + length + after > most {
            return None;
        }
        for at in start..start + length {
            out.push(out[at]);
        }
        out.extend_from_slice(from.take(after)?);
        literals = after;
    }
}

struct Source<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Source<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn pair(&mut self) -> Option<usize> {
        let pair = self.take(2)?;
        Some(usize::from(u16::from_le_bytes([pair[0], pair[1]])))
    }

    fn word(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A length that did not fit its instruction goes on in the bytes behind it.
    fn length(&mut self, short: usize, full: usize) -> Option<usize> {
        if short != 0 {
            return Some(short);
        }
        let mut length = full;
        loop {
            match self.byte()? {
                0 => length += 255,
                last => return Some(length + usize::from(last)),
            }
        }
    }
}

/// Reads a file of lzop, a block at a time.
pub struct Lzop {
    bytes: Vec<u8>,
    at: usize,
    /// Checksums behind the lengths of a block: of the unpacked bytes, of the packed ones.
    sums: (usize, usize),
    block: io::Cursor<Vec<u8>>,
}

const MAGIC: &[u8] = &[0x89, b'L', b'Z', b'O', 0, 0x0d, 0x0a, 0x1a, 0x0a];

fn bad(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl Lzop {
    pub fn new(bytes: Vec<u8>) -> Self {
        Lzop { bytes, at: 0, sums: (0, 0), block: io::Cursor::default() }
    }

    /// The head of a file: which sums its blocks have.
    fn head(&mut self) -> Option<()> {
        let mut from = Source { bytes: &self.bytes, at: self.at };
        if from.take(MAGIC.len())? != MAGIC {
            return None;
        }
        let version = from.take(2)?;
        let version = u16::from_be_bytes([version[0], version[1]]);
        from.take(2)?;
        if version >= 0x0940 {
            // The version it takes to read it, and the level.
            from.take(2)?;
        }
        from.take(1)?;
        if version >= 0x0940 {
            from.take(1)?;
        }
        let flags = from.word()?;
        const FILTERED: u32 = 0x800;
        if flags & FILTERED != 0 {
            from.take(4)?;
        }
        // Mode and time, of which new files have the high half too.
        from.take(if version >= 0x0940 { 12 } else { 8 })?;
        let name = usize::from(from.byte()?);
        from.take(name + 4)?;
        let both = |one: u32, other: u32| usize::from(flags & one != 0) + usize::from(flags & other != 0);
        self.sums = (both(0x1, 0x100) * 4, both(0x2, 0x200) * 4);
        self.at = from.at;
        Some(())
    }

    /// The next block; `None` behind the last, `Some(None)` for what is none.
    fn next(&mut self) -> Option<Option<Vec<u8>>> {
        let mut from = Source { bytes: &self.bytes, at: self.at };
        let mut read = || {
            let whole = from.word()? as usize;
            if whole == 0 {
                return Some(None);
            }
            let packed = from.word()? as usize;
            from.take(self.sums.0)?;
            // What does not get smaller stands as it is, with one kind of sums.
            if packed < whole {
                from.take(self.sums.1)?;
            }
            let bytes = from.take(packed)?;
            Some(Some(if packed == whole {
                bytes.to_vec()
            } else {
                expand(bytes, whole).filter(|b| b.len() == whole)?
            }))
        };
        let block = match read() {
            None => Some(None),
            Some(None) => None,
            Some(Some(block)) => Some(Some(block)),
        };
        self.at = from.at;
        block
    }
}

impl Read for Lzop {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.block.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            if self.at == 0 {
                self.head().ok_or_else(|| bad("not a file of lzop"))?;
            }
            match self.next() {
                None => return Ok(0),
                Some(None) => return Err(bad("a block of the file is damaged")),
                Some(Some(block)) => self.block = io::Cursor::new(block),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_packs_is_unpacked() {
        let mut text = Vec::new();
        for n in 0_u32..9_000 {
            text.extend_from_slice(format!("{},{:x};", n % 97, n.wrapping_mul(2_654_435_761)).as_bytes());
            if n % 500 == 0 {
                text.resize(text.len() + n as usize, b'-');
            }
        }
        for length in [1, 2, 3, 4, 17, 300, 60_000, text.len()] {
            let packed = lzokay_native::compress(&text[..length]).unwrap();
            assert_eq!(expand(&packed, length).as_deref(), Some(&text[..length]), "{length}");
            for cut in 0..packed.len().min(400) {
                assert_ne!(expand(&packed[..cut], length).as_deref(), Some(&text[..length]));
            }
        }
    }

    #[test]
    fn a_file_of_lzop() {
        let packed = lzokay_native::compress(&[b'a'; 1_000]).unwrap();
        let mut file = MAGIC.to_vec();
        file.extend([0x10, 0x30, 0x20, 0xa0, 0x09, 0x40, 1, 5, 0, 0, 0, 1]);
        file.extend([0; 12]);
        file.extend([1, b'x', 0, 0, 0, 0]);
        file.extend(1_000_u32.to_be_bytes());
        file.extend((packed.len() as u32).to_be_bytes());
        file.extend([0; 4]);
        file.extend(&packed);
        file.extend([0; 4]);
        let mut out = Vec::new();
        Lzop::new(file.clone()).read_to_end(&mut out).unwrap();
        assert_eq!(out, [b'a'; 1_000]);
        file.truncate(file.len() - 9);
        assert!(Lzop::new(file).read_to_end(&mut Vec::new()).is_err());
        assert!(Lzop::new(b"userid,sessionid".to_vec()).read_to_end(&mut Vec::new()).is_err());
    }
}
