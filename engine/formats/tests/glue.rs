//! What a crawler makes of objects, where the transcripts would have to write many files to show it.

// Outside of `#[test]` functions clippy has to be told that a test gives up by panicking.
#![allow(clippy::panic, clippy::unwrap_used)]

use sandshift_extension::formats::{Codec, Sample, Task};
use sandshift_extension::{Progress, Work};
use serde_json::{Value, json};

fn run(task: &Task) -> Result<Vec<u8>, String> {
    let mut work: Box<dyn Work> = sandshift_formats::begin(task.encode());
    loop {
        match work.step(10_000) {
            Progress::Done(answer) => return Ok(answer),
            Progress::Failed(why) | Progress::Lost(why) => return Err(why),
            Progress::Fetching | Progress::Working(_) => {}
        }
    }
}

fn crawl(path: &str, objects: &[(&str, &str)]) -> Vec<Value> {
    let sample = |(key, text): &(&str, &str)| Sample {
        path: format!("s3://b/{key}"),
        size: text.len() as u64,
        head: text.as_bytes().to_vec(),
        tail: Vec::new(),
    };
    let order = json!({"Crawl": [path], "Crawler": "c"}).to_string().into_bytes();
    let answer = run(&Task::Glue { order, samples: objects.iter().map(sample).collect() }).unwrap();
    serde_json::from_slice(&answer).unwrap()
}

/// `name:type` of each column, partition keys behind `|`.
fn columns(table: &Value) -> String {
    let list = |of: &Value| {
        let all = of.as_array().unwrap().iter();
        let all =
            all.map(|one| format!("{}:{}", one["Name"].as_str().unwrap(), one["Type"].as_str().unwrap()));
        all.collect::<Vec<_>>().join(" ")
    };
    format!("{} | {}", list(&table["StorageDescriptor"]["Columns"]), list(&table["PartitionKeys"]))
}

fn names(tables: &[Value]) -> Vec<&str> {
    tables.iter().map(|table| table["Name"].as_str().unwrap()).collect()
}

#[test]
fn a_header_is_one_when_it_differs_from_the_rows() {
    let table = |text: &str| columns(&crawl("s3://b/t/", &[("t/a", text)])[0]);
    assert_eq!(table("Id,Name\n1,x\n2,y\n"), "id:bigint name:string | ");
    assert_eq!(table("id|share|on\n1|0.5|true\n2||false\n"), "id:bigint share:double on:boolean | ");
    // Words above words are a row like any other, and so are numbers above numbers.
    assert_eq!(table("name,city\nkim,seoul\n"), "col0:string col1:string | ");
    assert_eq!(table("1,2\n3,4.5\n"), "col0:bigint col1:double | ");
    // A delimiter in quotes is none.
    assert_eq!(table("id,words\n1,\"a,b\"\n2,\"c\"\n"), "id:bigint words:string | ");
    assert_eq!(crawl("s3://b/t/", &[("t/a", "only words\n")])[0]["Parameters"]["classification"], "UNKNOWN");
}

#[test]
fn json_types_are_widened() {
    let text = "{\"id\": 1, \"o\": {\"a\": 1}}\n{\"id\": 5000000000, \"o\": {\"a\": 1.5, \"b\": [true]}, \"s\": null}\n";
    let tables = crawl("s3://b/j/", &[("j/a.json", text)]);
    assert_eq!(columns(&tables[0]), "id:bigint o:struct<a:double,b:array<boolean>> s:string | ");
    let array = crawl("s3://b/j/", &[("j/a.json", "[{\"x\": 1}, {\"x\": 2}]")]);
    assert_eq!(array[0]["Parameters"]["jsonPath"], "$[*]");
    assert_eq!(array[0]["Parameters"]["recordCount"], "2");
}

#[test]
fn folders_that_are_alike_are_partitions() {
    let rows = "id,x\n1,2\n3,4\n";
    let both = [("t/year=2022/month=1/a.csv", rows), ("t/year=2023/month=12/b.csv", rows)];
    let tables = crawl("s3://b/t", &both);
    assert_eq!(names(&tables), ["t"]);
    assert_eq!(columns(&tables[0]), "id:bigint x:bigint | year:string month:string");
    assert_eq!(tables[0]["Partitions"][1]["Values"], json!(["2023", "12"]));
    assert_eq!(tables[0]["Partitions"][1]["StorageDescriptor"]["Location"], "s3://b/t/year=2023/month=12/");
    // Folders without keys get some.
    let plain = crawl("s3://b/t/", &[("t/2022/a", rows), ("t/2023/b", rows)]);
    assert_eq!(columns(&plain[0]), "id:bigint x:bigint | partition_0:string");
}

#[test]
fn folders_that_differ_are_tables() {
    let objects = [
        ("all/orders/a.csv", "id,amount\n1,2\n"),
        ("all/people/a.json", "{\"name\": \"kim\"}"),
        ("all/readme.csv", "k,v\n1,x\n"),
    ];
    let tables = crawl("s3://b/all/", &objects);
    assert_eq!(names(&tables), ["readme_csv", "orders", "people"]);
    assert_eq!(tables[0]["StorageDescriptor"]["Location"], "s3://b/all/readme.csv");
    // A bucket with one folder is that folder's table.
    assert_eq!(names(&crawl("s3://b/", &[("usc/a.csv", "id,x\n1,2\n3,4\n")])), ["usc"]);
}

#[test]
fn hadoops_snappy_is_read() {
    let text = "이름,channel\n".repeat(40_000).into_bytes();
    let mut bytes = Vec::new();
    for block in text.chunks(300_000) {
        bytes.extend((block.len() as u32).to_be_bytes());
        for piece in block.chunks(100_000) {
            let packed = snap::raw::Encoder::new().compress_vec(piece).unwrap();
            bytes.extend((packed.len() as u32).to_be_bytes());
            bytes.extend(packed);
        }
    }
    let expand = |bytes: Vec<u8>| run(&Task::Expand { codec: Codec::Snappy, most: 1 << 30, bytes });
    assert!(expand(bytes.clone()).unwrap() == text);
    for cut in [2, 7, 200, bytes.len() - 1] {
        assert!(expand(bytes[..cut].to_vec()).is_err(), "{cut}");
    }
}
