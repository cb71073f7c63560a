//! Postcard's bytes without types: what a value is, the book says.

type Result<T> = std::result::Result<T, String>;

/// What is left to read.
#[derive(Clone, Copy)]
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    pub fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("it is cut short")?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    pub fn flag(&mut self) -> Result<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("{other} is neither yes nor no")),
        }
    }

    pub fn unsigned(&mut self, bits: u8) -> Result<u128> {
        if bits == 8 {
            return Ok(u128::from(self.byte()?));
        }
        let mut number = 0;
        for shift in (0..u32::from(bits)).step_by(7) {
            let byte = self.byte()?;
            number |= u128::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(number);
            }
        }
        Err("a number is too long".to_owned())
    }

    /// Eight bits are a byte; others go to and fro about zero.
    pub fn signed(&mut self, bits: u8) -> Result<i128> {
        let number = self.unsigned(bits)?;
        Ok(match bits {
            8 => i128::from(number as u8 as i8),
            _ => (number >> 1) as i128 ^ -((number & 1) as i128),
        })
    }

    /// How many items follow: none is shorter than a byte.
    pub fn length(&mut self) -> Result<usize> {
        let length = usize::try_from(self.unsigned(64)?).ok().filter(|length| *length <= self.0.len());
        length.ok_or_else(|| "it is cut short".to_owned())
    }

    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }
}

pub fn write_unsigned(mut number: u128, bits: u8, out: &mut Vec<u8>) {
    if bits > 8 {
        while number >= 128 {
            out.push(number as u8 | 128);
            number >>= 7;
        }
    }
    out.push(number as u8);
}

pub fn write_signed(number: i128, bits: u8, out: &mut Vec<u8>) {
    match bits {
        8 => out.push(number as u8),
        _ => write_unsigned(((number << 1) ^ (number >> 127)) as u128, bits, out),
    }
}
