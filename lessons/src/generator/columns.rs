//! The sessions as Arrow columns, for a table filled at once, and as CSV, for COPY.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, DictionaryArray, Int32Array, StringArray, TimestampMicrosecondArray,
};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::Int32Type;
use sandshift_engine::warehouse::storage::generated::Maker;

use super::random::Random;
use super::sessions::{CHANNELS, Sessions, channels, ids, instants, transactions, users};

/// The columns of the course's tables, each made when it is first read.
pub static USER: Maker =
    Maker { number: 1, make: |seed| Arc::new(Int32Array::from(users(seed))), bytes: |rows| 2 * rows };
/// Printed once for every table that has it.
pub static SESSION: Maker = Maker { number: 2, make: session_ids, bytes: text_bytes };
pub static CHANNEL: Maker =
    Maker { number: 3, make: |seed| channel_column(&channels(seed)), bytes: |rows| 4 * rows };
pub static INSTANT: Maker = Maker { number: 4, make: session_instants, bytes: |rows| 8 * rows };
pub static BOUGHT_IN: Maker = Maker { number: 5, make: transaction_sessions, bytes: text_bytes };
pub static REFUNDED: Maker = Maker { number: 6, make: refunds, bytes: |rows| rows.div_ceil(8) };
pub static AMOUNT: Maker = Maker { number: 7, make: amounts, bytes: |rows| rows };

/// The maker of a number, for accounts that are read back.
pub fn maker(number: u16) -> Option<&'static Maker> {
    [&USER, &SESSION, &CHANNEL, &INSTANT, &BOUGHT_IN, &REFUNDED, &AMOUNT]
        .into_iter()
        .find(|maker| maker.number == number)
}

fn session_ids(seed: u64) -> ArrayRef {
    let ids = ids(seed);
    hexadecimal(ids.iter().copied(), ids.len())
}

fn session_instants(seed: u64) -> ArrayRef {
    Arc::new(instants(seed).iter().map(|millis| Some(millis * 1_000)).collect::<TimestampMicrosecondArray>())
}

fn transaction_sessions(seed: u64) -> ArrayRef {
    let (ids, bought) = (ids(seed), transactions(seed));
    hexadecimal(bought.iter().map(|one| ids[one.session as usize]), bought.len())
}

fn refunds(seed: u64) -> ArrayRef {
    Arc::new(transactions(seed).iter().map(|one| Some(one.refunded)).collect::<BooleanArray>())
}

fn amounts(seed: u64) -> ArrayRef {
    Arc::new(transactions(seed).iter().map(|one| one.amount).collect::<Int32Array>())
}

/// Identities lie as they are: 32 bytes and an offset each, and one offset more.
fn text_bytes(rows: u32) -> u32 {
    36 * rows + 4
}

/// `rows` rows of user_session_channel's shape, for benches. Only the shape is kept, not the exact counts.
pub fn bench_sessions(seed: u64, rows: usize) -> Vec<ArrayRef> {
    let mut random = Random::new(seed, 8);
    let users: Vec<i32> = (0..rows).map(|_| 1 + random.below(3_000) as i32).collect();
    let channels: Vec<u8> = (0..rows).map(|_| random.below(CHANNELS.len() as u32) as u8).collect();
    let ids = (0..rows).map(|_| (u128::from(random.bits()) << 64) | u128::from(random.bits()));
    vec![Arc::new(Int32Array::from(users)), hexadecimal(ids, rows), channel_column(&channels)]
}

/// The file `user_session_channel.csv`, header line included.
pub fn csv_user_session_channel(seed: u64) -> Vec<u8> {
    let sessions = Sessions::generate(seed);
    let mut csv = Csv::with_header("userid,sessionid,channel", sessions.ids.len() * 48);
    for row in 0..sessions.ids.len() {
        csv.number(i64::from(sessions.users[row]));
        csv.comma();
        csv.text.extend_from_slice(&digits(sessions.ids[row]));
        csv.comma();
        csv.text.extend_from_slice(CHANNELS[usize::from(sessions.channels[row])].0.as_bytes());
        csv.end();
    }
    csv.text
}

/// The file `session_timestamp.csv`: `2019-05-01 00:35:59.897`.
pub fn csv_session_timestamp(seed: u64) -> Vec<u8> {
    let sessions = Sessions::generate(seed);
    let mut csv = Csv::with_header("sessionid,ts", sessions.ids.len() * 58);
    for (id, millis) in sessions.ids.iter().zip(&sessions.millis) {
        csv.text.extend_from_slice(&digits(*id));
        csv.comma();
        csv.timestamp(*millis);
        csv.end();
    }
    csv.text
}

/// The file `session_transaction.csv`.
pub fn csv_session_transaction(seed: u64) -> Vec<u8> {
    let sessions = Sessions::generate(seed);
    let mut csv = Csv::with_header("sessionid,refunded,amount", sessions.transactions.len() * 46);
    for bought in &sessions.transactions {
        csv.text.extend_from_slice(&digits(sessions.ids[bought.session as usize]));
        csv.text.extend_from_slice(if bought.refunded { b",true," } else { b",false," });
        csv.number(i64::from(bought.amount));
        csv.end();
    }
    csv.text
}

fn channel_column(codes: &[u8]) -> ArrayRef {
    let names: StringArray = CHANNELS.iter().map(|(name, _)| Some(*name)).collect();
    let keys: Int32Array = codes.iter().map(|code| i32::from(*code)).collect();
    // Every code is below CHANNELS.len(), so the checked constructor cannot refuse; plain strings otherwise.
    match DictionaryArray::<Int32Type>::try_new(keys, Arc::new(names)) {
        Ok(column) => Arc::new(column),
        Err(_) => Arc::new(
            codes.iter().map(|code| CHANNELS.get(usize::from(*code)).map(|c| c.0)).collect::<StringArray>(),
        ),
    }
}

fn hexadecimal(ids: impl Iterator<Item = u128>, rows: usize) -> ArrayRef {
    let mut text = Vec::with_capacity(rows * 32);
    for id in ids {
        text.extend_from_slice(&digits(id));
    }
    let offsets: Vec<i32> = (0..=rows as i32).map(|row| row * 32).collect();
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    match StringArray::try_new(offsets, Buffer::from_vec(text), None) {
        Ok(column) => Arc::new(column),
        Err(_) => Arc::new(StringArray::from(Vec::<&str>::new())),
    }
}

fn digits(id: u128) -> [u8; 32] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 32];
    for (byte, pair) in id.to_be_bytes().into_iter().zip(text.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

/// Writes the few kinds of cell there are, without a library.
struct Csv {
    text: Vec<u8>,
}

impl Csv {
    fn with_header(header: &str, capacity: usize) -> Self {
        let mut csv = Csv { text: Vec::with_capacity(capacity) };
        csv.text.extend_from_slice(header.as_bytes());
        csv.end();
        csv
    }

    fn comma(&mut self) {
        self.text.push(b',');
    }

    fn end(&mut self) {
        self.text.push(b'\n');
    }

    fn number(&mut self, number: i64) {
        self.text.extend_from_slice(number.to_string().as_bytes());
    }

    fn timestamp(&mut self, millis: i64) {
        let (year, month, day) = civil(millis.div_euclid(86_400_000));
        let of_day = millis.rem_euclid(86_400_000);
        let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60);
        let text =
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:03}", of_day % 1_000);
        self.text.extend_from_slice(text.as_bytes());
    }
}

/// Year, month and day of a day counted from 1970-01-01 (Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use arrow::array::Array;

    use super::super::sessions::SEEN;
    use super::*;

    #[test]
    fn columns_and_csv_say_the_same() {
        let [users, ids, channels] = [&USER, &SESSION, &CHANNEL].map(|maker| (maker.make)(1));
        assert!([&users, &ids, &channels].iter().all(|column| column.len() == 101_520));
        let ids = ids.as_any().downcast_ref::<StringArray>().unwrap();
        assert_eq!(ids.value(0), format!("{:032x}", SEEN[0].1));
        let csv = String::from_utf8(csv_user_session_channel(1)).unwrap();
        let mut lines = csv.lines();
        assert_eq!(lines.next(), Some("userid,sessionid,channel"));
        assert_eq!(lines.next(), Some("779,7cdace91c487558e27ce54df7cdb299c,Instagram"));
        assert_eq!(csv.lines().count(), 101_521);
        assert!((4_500_000..5_000_000).contains(&csv.len()), "{}", csv.len());
    }

    #[test]
    fn instants_are_printed_to_the_millisecond() {
        let csv = String::from_utf8(csv_session_timestamp(1)).unwrap();
        assert_eq!(csv.lines().nth(1), Some("7cdace91c487558e27ce54df7cdb299c,2019-05-01 00:35:59.897"));
        assert!(csv.lines().last().is_some_and(|line| line.contains(",2019-11-30 ")));
        let csv = String::from_utf8(csv_session_transaction(1)).unwrap();
        assert_eq!(csv.lines().nth(1), Some("7ed2d3454c5eea71148b11d0c25104ff,false,61"));
    }

    #[test]
    fn benches_get_as_many_rows_as_they_ask_for() {
        let columns = bench_sessions(1, 10_000);
        assert!(columns.iter().all(|column| column.len() == 10_000));
    }
}
