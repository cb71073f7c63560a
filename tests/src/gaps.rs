//! `engine/GAPS.md`: everything that is known of the product and not simulated, printed from the engine's own lists.

use std::fmt::Write;
use std::fs;

use sandshift_engine::aws::Service;
use sandshift_engine::gap::Feature;
use sandshift_engine::sql::{functions, system};

use crate::files;

/// Where the page lies, from the root.
pub const PATH: &str = "engine/GAPS.md";

/// Writes the page.
///
/// # Errors
/// The file cannot be written.
pub fn write() -> Result<(), String> {
    fs::write(files::root().join(PATH), page()).map_err(|error| format!("{PATH}: {error}"))
}

/// The page as it ought to be.
pub fn page() -> String {
    let mut out = String::from(HEAD);
    let features = Feature::all().filter(|feature| !listed_below(*feature));
    let features = features.map(|feature| format!("{}. {}", feature.name(), feature.way_on()));
    section(&mut out, "Statements, clauses and types", features);
    section(&mut out, "Functions", functions::gaps::NAMES.iter().map(|name| name.to_uppercase()));
    section(
        &mut out,
        "Families of functions",
        functions::gaps::PREFIXES.iter().map(|prefix| format!("{}...", prefix.to_uppercase())),
    );
    section(&mut out, "System tables and views", system::GAPS);
    out.push_str(
        "- every other name that begins with `stl_`, `stv_`, `svl_`, `svcs_` or `sys_`: what tells of data sharing, zero-ETL\n  \
         integrations, streams, COPY jobs, compiled segments, spatial functions, failures inside the engine, and of materialized\n  \
         views' states one by one\n",
    );
    section(&mut out, "AWS operations", Service::ALL.iter().map(|service| operations(*service)));
    out
}

/// A service's line: the things of which it knows too little, then what is an operation of its own.
fn operations(service: Service) -> String {
    let things = service.not_simulated().filter_map(|word| word.split_once(':'));
    let family = |(verbs, thing): (&str, &str)| {
        let mut verbs: Vec<String> =
            verbs.split('|').map(|verb| verb.replace('+', "").to_lowercase()).collect();
        verbs.dedup();
        format!("{thing} ({})", verbs.join(", "))
    };
    let mut things: Vec<String> = things.map(family).collect();
    things.sort_unstable();
    let mut alone: Vec<&str> = service.not_simulated().filter(|word| !word.contains(':')).collect();
    alone.sort_unstable();
    things.extend(alone.into_iter().map(str::to_owned));
    format!("{}: {}", service.command(), things.join(", "))
}

const HEAD: &str = "\
# What is not simulated

This page is written by `cargo xtask gaps` from the engine's own lists; a test fails when it is stale. Each of these is understood and
refused by name (`not simulated yet: ...`, SQLSTATE 0A000; `aws` says the same in its own words). A name that stands neither here nor in
the product's reference does not exist. What stands behind a name is the way on, which the refusal's hint says, too. Of AWS's operations
those that do something with one thing stand together.
";

/// Features that stand for a list of names of their own.
fn listed_below(feature: Feature) -> bool {
    matches!(feature, Feature::Function | Feature::SystemRelation | Feature::AwsOperation)
}

fn section(out: &mut String, title: &str, names: impl IntoIterator<Item = impl std::fmt::Display>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\n## {title}\n");
    for name in names {
        let _ = writeln!(out, "- {name}");
    }
}
