//! Named accounts in which labs begin.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, StringArray};
use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_engine::sql::error::{SqlError, SqlResult};
use sandshift_engine::warehouse::storage::generated::Generated;

use crate::extensions::linked;
use crate::generator::calendar::MONTHS;
use crate::generator::calendar::SESSIONS;
use crate::generator::columns::{AMOUNT, BOUGHT_IN, CHANNEL, INSTANT, REFUNDED, SESSION, USER};
use crate::generator::people::{Person, people};
use crate::generator::sessions::{CHANNELS, MONTHLY_USERS, transactions};
use crate::generator::{
    csv_orange_telecom, csv_session_timestamp, csv_session_transaction, csv_user_session_channel,
};
use crate::lab::run_script;
use sandshift_prose::course;

/// Every account of the course begins from the same seed, so that figures in the lessons hold for everybody.
pub const SEED: u64 = 20_230_525;

/// Every named state.
pub const NAMES: [&str; 2] = ["empty", "course-warehouse"];

/// Makes a named state from the account's seed.
pub type Make = fn(u64) -> SqlResult<Sandbox>;

/// The state of that name.
pub fn named(name: &str) -> Option<Make> {
    match name {
        "empty" => Some(empty),
        "course-warehouse" => Some(course_warehouse),
        _ => None,
    }
}

/// The account before anything was done in it, with the course's files on the learner's disk.
pub fn empty(seed: u64) -> SqlResult<Sandbox> {
    let mut sandbox = Sandbox::new(seed);
    sandbox.extensions = linked();
    register_files(&mut sandbox);
    Ok(sandbox)
}

/// Puts the course's files on the learner's disk; also after an account was read back, because what can be
/// made again is not stored.
pub fn register_files(sandbox: &mut Sandbox) {
    sandbox.disk.register("/data/user_session_channel.csv", csv_user_session_channel);
    sandbox.disk.register("/data/session_timestamp.csv", csv_session_timestamp);
    sandbox.disk.register("/data/session_transaction.csv", csv_session_transaction);
    sandbox.disk.register("/data/train.csv", csv_orange_telecom);
}

/// People in `pii.user_profile`.
pub const PEOPLE: usize = 100;

/// The warehouse of the course as its second day finds it: the loaded `raw_data`, a few tables made from it
/// in `analytics` and `adhoc`, personal data in `pii`, nobody but `admin` and `seoyeon`, no group, no grant;
/// outside, a bucket and a role that may read it.
pub fn course_warehouse(seed: u64) -> SqlResult<Sandbox> {
    let mut sandbox = empty(seed)?;
    run_as_admin(
        &mut sandbox,
        "CREATE SCHEMA raw_data; CREATE SCHEMA analytics; CREATE SCHEMA adhoc; CREATE SCHEMA pii;
         CREATE USER seoyeon PASSWORD 'Seoyeon2023';",
    )?;
    fill_raw_data(&mut sandbox, seed)?;
    fill_analytics(&mut sandbox)?;
    fill_pii(&mut sandbox, &people(seed, PEOPLE))?;
    if let Err(problem) = run_script(&mut sandbox, course::OUTSIDE, "course-warehouse", 0, &mut |_| {}) {
        return Err(SqlError::bug(problem.to_string()));
    }
    Ok(sandbox)
}

/// The great tables are made when they are read: a lab opens in the time that its names take.
fn fill_raw_data(sandbox: &mut Sandbox, seed: u64) -> SqlResult<()> {
    let later = |maker| Arc::new(Generated::new(maker, seed));
    let ids = later(&SESSION);
    sandbox.fill_later(
        "CREATE TABLE raw_data.user_session_channel (userid integer, sessionid varchar(32) primary key, channel varchar(32))",
        SESSIONS,
        &[later(&USER), ids.clone(), later(&CHANNEL)],
    )?;
    sandbox.fill_later(
        "CREATE TABLE raw_data.session_timestamp (sessionid varchar(32) primary key, ts timestamp)",
        SESSIONS,
        &[ids, later(&INSTANT)],
    )?;
    sandbox.fill_later(
        "CREATE TABLE raw_data.session_transaction (sessionid varchar(32) primary key, refunded boolean, amount integer)",
        transactions(seed).len() as u32,
        &[later(&BOUGHT_IN), later(&REFUNDED), later(&AMOUNT)],
    )?;
    sandbox.fill_table(
        "CREATE TABLE raw_data.channel (channelname varchar(32))",
        vec![texts(CHANNELS.iter().map(|(name, _)| *name))],
    )
}

/// Summaries as an analyst would have made them: their figures are the generator's own.
fn fill_analytics(sandbox: &mut Sandbox) -> SqlResult<()> {
    let months = (0..MONTHS.len()).map(|month| format!("2019-{:02}", month + 5));
    sandbox.fill_table(
        "CREATE TABLE analytics.mau_summary (month varchar(7), mau integer)",
        vec![texts(months), numbers(MONTHLY_USERS.iter().map(|users| *users as i32))],
    )?;
    sandbox.fill_table(
        "CREATE TABLE analytics.channel_summary (channel varchar(32), sessions integer)",
        vec![
            texts(CHANNELS.iter().map(|(name, _)| *name)),
            numbers(CHANNELS.iter().map(|(_, sessions)| *sessions as i32)),
        ],
    )?;
    sandbox.fill_table(
        "CREATE TABLE adhoc.campaign_memo (campaign varchar(64), channel varchar(32), budget integer)",
        vec![
            texts(["2019 봄 신규 가입", "여름 재방문", "11월 할인전"]),
            texts(["Instagram", "Youtube", "Naver"]),
            numbers([1_200_000, 800_000, 2_500_000]),
        ],
    )
}

fn fill_pii(sandbox: &mut Sandbox, people: &[Person]) -> SqlResult<()> {
    sandbox.fill_table(
        "CREATE TABLE pii.user_profile (userid integer, name varchar(64), gender varchar(8), age integer, phone varchar(20), email varchar(64))",
        vec![
            numbers(people.iter().map(|person| person.user)),
            texts(people.iter().map(|person| person.name.as_str())),
            texts(people.iter().map(|person| person.gender)),
            numbers(people.iter().map(|person| person.age)),
            texts(people.iter().map(|person| person.phone.as_str())),
            texts(people.iter().map(|person| person.email.as_str())),
        ],
    )
}

fn texts<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<StringArray>())
}

fn numbers(values: impl IntoIterator<Item = i32>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<Int32Array>())
}

fn run_as_admin(sandbox: &mut Sandbox, script: &str) -> SqlResult<()> {
    let session = sandbox.connect(ADMIN, None)?;
    let executed = sandbox.execute(session, script);
    sandbox.disconnect(session);
    executed.into_iter().try_for_each(|each| each.result.map(|_| ()))
}
