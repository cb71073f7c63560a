//! ORC files that are damaged: no panic, no endless work, and what is said of them.

use sandshift_extension::Progress;
use sandshift_extension::formats::{Ending, Footer, Task};

const SAMPLE: &[u8] = include_bytes!("../../../tests/formats/sample.orc");

fn run(task: &Task) -> Result<Vec<u8>, String> {
    let mut work = sandshift_formats::begin(task.encode());
    for _ in 0..10_000 {
        match work.step(1_000) {
            Progress::Done(answer) => return Ok(answer),
            Progress::Failed(why) | Progress::Lost(why) => return Err(why),
            _ => {}
        }
    }
    Err("it never ends".to_owned())
}

fn footer(file: &[u8]) -> Result<Footer, String> {
    let (mut tail, mut pieces) = (file.len().min(300), Vec::new());
    for _ in 0..3 {
        let from = file.len() - tail;
        let task = Task::Footer {
            orc: true,
            size: file.len() as u64,
            tail: file[from..].to_vec(),
            pieces: pieces.clone(),
        };
        match Ending::decode(&run(&task)?).ok_or("no answer")? {
            Ending::More(bytes) => tail = (bytes as usize).min(file.len()),
            Ending::Pieces(ranges) => {
                let cut = |(at, length): (u64, u64)| file.get(at as usize..(at + length) as usize);
                pieces = ranges.into_iter().map(|range| cut(range).unwrap_or_default().to_vec()).collect();
            }
            Ending::Footer(footer) => return Ok(footer),
        }
    }
    Err("it asks on and on".to_owned())
}

fn read_all(file: &[u8]) -> Result<(), String> {
    let footer = footer(file)?;
    for (group, about) in footer.groups.iter().enumerate() {
        for (column, chunk) in about.chunks.iter().enumerate() {
            let cut = |(at, length): &(u64, u64)| file.get(*at as usize..at.saturating_add(*length) as usize);
            let leaves = chunk.ranges.iter().map(|range| cut(range).unwrap_or_default().to_vec()).collect();
            let (group, column) = (group as u32, column as u32);
            run(&Task::Chunk { footer: footer.raw.clone(), group, column, leaves })?;
        }
    }
    Ok(())
}

#[test]
fn the_end_tells_columns_stripes_and_bounds() {
    let footer = footer(SAMPLE).unwrap();
    let names: Vec<&str> = footer.fields.iter().map(|field| field.printed.as_str()).collect();
    let wanted = [
        "optional int id",
        "optional string channel",
        "optional decimal(10,2) amount",
        "optional date day",
        "optional boolean paid",
        "optional timestamp at",
        "optional array<string> tags",
    ];
    assert_eq!(names, wanted);
    assert_eq!((footer.rows, footer.groups.len()), (2_000, 2));
    use sandshift_extension::formats::Bound::Integer;
    let chunk = &footer.groups[1].chunks[0];
    assert_eq!((&chunk.least, &chunk.greatest), (&Some(Integer(1_000)), &Some(Integer(1_999))));
    assert_eq!(footer.groups[0].chunks[1].nulls, Some(20));
    assert_eq!(read_all(SAMPLE), Err("nested columns of ORC files are not read".to_owned()));
}

#[test]
fn damage_is_told() {
    assert!(read_all(b"PAR1").unwrap_err().starts_with("not an ORC file"));
    let mut seed = 1_u64;
    for _ in 0..400 {
        let mut bad = SAMPLE.to_vec();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // Half of the damage where descriptions are.
        let range = if seed & 1 == 0 { bad.len() } else { bad.len().min(900) };
        let at = bad.len() - 1 - (seed >> 33) as usize % range;
        bad[at] ^= 1 << (seed >> 20 & 7);
        if seed >> 30 & 7 == 0 {
            bad.truncate(at);
        }
        let _ = read_all(&bad);
    }
}
