//! The benchmark's data: the course's three session tables at any size, the same bytes for every engine.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const CHANNELS: [&str; 6] = ["Facebook", "Google", "Instagram", "Naver", "Organic", "Youtube"];
const USERS: u64 = 3_000;
/// 2019-05-01, and the days to 2019-11-30.
const MONTHS: [(u32, u64); 7] = [(5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30)];

/// Writes `user_session_channel.csv`, `session_timestamp.csv` and `session_transaction.csv` (one session in ten buys
/// something) with header lines.
///
/// # Errors
/// A folder that cannot be written.
pub fn write(folder: &Path, rows: usize) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(told)?;
    let mut sessions = String::from("userid,sessionid,channel\n");
    let mut times = String::from("sessionid,ts\n");
    let mut bought = String::from("sessionid,refunded,amount\n");
    let mut state = 20_230_525;
    for _ in 0..rows {
        let id = (u128::from(bits(&mut state)) << 64) | u128::from(bits(&mut state));
        let user = 1 + bits(&mut state) % USERS;
        // Squared, so that channels are not equally busy.
        let draw = bits(&mut state) % 36;
        let channel = CHANNELS[(draw as f64).sqrt() as usize];
        // Writing to a String does not fail.
        let _ = writeln!(sessions, "{user},{id:032x},{channel}");
        let (month, days) = MONTHS[(bits(&mut state) % 7) as usize];
        let (day, second) = (1 + bits(&mut state) % days, bits(&mut state) % 86_400);
        let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
        let millis = bits(&mut state) % 1_000;
        let _ = writeln!(
            times,
            "{id:032x},2019-{month:02}-{day:02} {hours:02}:{minutes:02}:{seconds:02}.{millis:03}"
        );
        if bits(&mut state).is_multiple_of(10) {
            let (refunded, amount) = (bits(&mut state).is_multiple_of(20), 1 + bits(&mut state) % 200);
            let _ = writeln!(bought, "{id:032x},{refunded},{amount}");
        }
    }
    for (file, text) in [
        ("user_session_channel.csv", sessions),
        ("session_timestamp.csv", times),
        ("session_transaction.csv", bought),
    ] {
        fs::write(folder.join(file), text).map_err(told)?;
    }
    Ok(())
}

/// SplitMix64.
fn bits(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
