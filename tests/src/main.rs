//! The program behind `cargo xtask slt`, `transcript`, `sql`, `gaps` and `labs`: the engine without a browser.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use sandshift_tests::{
    bench_data, differential, files, formats, fuzz, gaps, grade, kept, lab, learners, parallel, scale,
    script, slt, sql, takeout, tight,
};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match words.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", &[][..]),
    };
    let done = match command {
        "slt" => run_slt(rest),
        "transcript" => run_transcripts(rest),
        "sql" => run_sql(rest),
        "labs" => run_labs(rest),
        "differential" => run_differential(rest),
        "tpch" => differential::run_tpch(),
        "fuzz" => run_fuzz(rest),
        "ml" => learners::run(&files::root()),
        "formats" => formats::run(&files::root(), ROUND_TRIPS),
        "tight" => run_tight(rest),
        "scale" => scale::print(scale::LONGEST),
        "bench-data" => write_bench_data(rest),
        "gaps" => gaps::write(),
        "kept" => kept::write(),
        _ => Err("gaps | slt PATH... | transcript [--bless] PATH... | sql [--user NAME] [--setup FILE]... | labs check [DIR] | labs new NAME".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            if !reason.is_empty() {
                eprintln!("{reason}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Tables that are unloaded and loaded again.
const ROUND_TRIPS: u64 = 300;

fn run_slt(paths: &[String]) -> Result<(), String> {
    let found = files::find(paths, "slt").map_err(|error| format!("slt PATH...: {error}"))?;
    parallel::run(&found, |path| slt::run(path).map(|count| format!("({count} records)")))
}

fn run_transcripts(words: &[String]) -> Result<(), String> {
    let (switches, paths): (Vec<String>, Vec<String>) =
        words.iter().cloned().partition(|word| word.starts_with("--"));
    let bless = match switches.as_slice() {
        [] => false,
        [switch] if switch == "--bless" => true,
        other => return Err(format!("`{}` is not known here; there is --bless", other.join(" "))),
    };
    let found = files::find(&paths, "transcript").map_err(|error| format!("transcript PATH...: {error}"))?;
    parallel::run(&found, |path| {
        let ran = if bless { script::bless(path) } else { script::run(path) };
        ran.map(|count| format!("({count} prompts)"))
    })
}

fn run_sql(words: &[String]) -> Result<(), String> {
    let mut options = sql::Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words.next().cloned().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--user" => options.user = Some(value),
            "--setup" => options.setup.push(value),
            _ => return Err(format!("`{word}` is not known here; there are --user NAME and --setup FILE")),
        }
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
    let mut out = std::io::stdout().lock();
    sql::run(&options, &text, &mut out)?;
    out.flush().map_err(|error| format!("standard output: {error}"))
}

fn run_labs(words: &[String]) -> Result<(), String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let path = |given: Option<&&str>| given.map_or_else(lab::course, PathBuf::from);
    match words.as_slice() {
        ["check", rest @ ..] if rest.len() <= 1 => {
            let labs = path(rest.first());
            let folders = lab::folders(&labs)?;
            parallel::run(&folders, |folder| lab::check(folder).map(|steps| format!("({steps} steps)")))?;
            // Only what is proved is listed.
            if let Some((file, changed)) = lab::list(&labs)? {
                println!("{} lists them ({changed} new or changed)", file.display());
            }
            Ok(())
        }
        ["new", name, rest @ ..] if rest.len() <= 1 => {
            let folder = lab::scaffold(&path(rest.first()), name)?;
            println!("{} is there; prove it: cargo xtask labs check {0}", folder.display());
            Ok(())
        }
        ["takeout", "--archive", file] => takeout::archive(&lab::course(), file.as_ref()),
        ["takeout", lab, folder] => {
            takeout::write(&lab::read(lab.as_ref())?, folder.as_ref())?;
            println!("{folder}/run.sh does the lab in AWS, {folder}/cleanup.sh removes what it made");
            Ok(())
        }
        ["grade", rest @ ..] if !rest.is_empty() => grade_all(rest),
        ["describe", rest @ ..] if rest.len() <= 1 => {
            println!("{}", lab::describe(&path(rest.first()))?);
            Ok(())
        }
        _ => Err("labs check [DIR] | labs new NAME [DIR] | labs grade [--labs DIR] [--json] FILE... | labs describe [DIR] | labs takeout LAB DIR".to_owned()),
    }
}

/// Marks of files, and of all in folders, on standard output; files that are refused on standard error, too.
fn grade_all(words: &[&str]) -> Result<(), String> {
    let (mut course, mut as_json, mut named) = (lab::course(), false, Vec::new());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--json" => as_json = true,
            "--labs" => course = words.next().map(PathBuf::from).ok_or("--labs DIR")?,
            file => named.push(file.to_owned()),
        }
    }
    let files = files::find(&named, "json")?;
    let (marks, refused) = grade::all(&files, &course);
    for each in marks.iter().filter(|each| !each.remark.is_empty()) {
        eprintln!("{}: {}", each.file, each.remark);
    }
    if as_json {
        println!("{}", grade::json(&marks))
    } else {
        print!("{}", grade::csv(&marks))
    }
    if refused == 0 { Ok(()) } else { Err(format!("{refused} of {} files are refused", files.len())) }
}

/// `bench-data DIR ROWS`: for `cargo xtask bench`.
fn write_bench_data(words: &[String]) -> Result<(), String> {
    let [folder, rows] = words else { return Err("bench-data DIR ROWS".to_owned()) };
    let rows = rows.parse().map_err(|_| format!("`{rows}` is no number of rows"))?;
    bench_data::write(folder.as_ref(), rows)
}

/// `differential [--seed N] [--queries N] [--only N] | --list`.
fn run_differential(words: &[String]) -> Result<(), String> {
    if words == ["--list"] {
        differential::list();
        return Ok(());
    }
    let mut options =
        differential::Options { seed: differential::SEED, queries: differential::QUERIES, only: None };
    numbers(words, |name, value| {
        match name {
            "--seed" => options.seed = value,
            "--queries" => options.queries = value,
            "--only" => options.only = Some(value),
            _ => return Err("there are --seed, --queries, --only, --list"),
        }
        Ok(())
    })?;
    differential::run(options)
}

/// `fuzz [--seed N] [--cases N] [--inputs N] [--seconds N]`.
fn run_fuzz(words: &[String]) -> Result<(), String> {
    let mut options = fuzz::Options { seed: fuzz::SEED, cases: fuzz::CASES, inputs: None, seconds: None };
    numbers(words, |name, value| {
        match name {
            "--seed" => options.seed = value,
            "--cases" => options.cases = value,
            "--inputs" => options.inputs = Some(value),
            "--seconds" => options.seconds = Some(value),
            _ => return Err("there are --seed, --cases, --inputs, --seconds"),
        }
        Ok(())
    })?;
    fuzz::run(options)
}

/// `tight [--seed N] [--statements N] [--only N]`.
fn run_tight(words: &[String]) -> Result<(), String> {
    let mut options = tight::Options { seed: tight::SEED, statements: tight::STATEMENTS, only: None };
    numbers(words, |name, value| {
        match name {
            "--seed" => options.seed = value,
            "--statements" => options.statements = value,
            "--only" => options.only = Some(value),
            _ => return Err("there are --seed, --statements, --only"),
        }
        Ok(())
    })?;
    tight::run(options)
}

/// Options that all have numbers.
fn numbers(
    words: &[String],
    mut take: impl FnMut(&str, u64) -> Result<(), &'static str>,
) -> Result<(), String> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words.next().and_then(|value| value.parse().ok());
        let value = value.ok_or_else(|| format!("{word} needs a number"))?;
        take(word, value).map_err(|known| format!("`{word}` is not known here; {known}"))?;
    }
    Ok(())
}
