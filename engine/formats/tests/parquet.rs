//! What is written is read again, piece by piece, and damage is told rather than suffered.

// Outside of `#[test]` functions clippy has to be told that a test gives up by panicking.
#![allow(clippy::panic, clippy::unwrap_used)]

use sandshift_extension::formats::{
    Bound, Column, Data, Ending, Field, Footer, Kind, MAGIC, Strings, Task, Written,
};
use sandshift_extension::{Progress, Work};

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

fn field(name: &str, kind: Kind, optional: bool) -> Field {
    Field { name: name.to_owned(), kind, optional, printed: String::new() }
}

/// A column of `rows` values, every seventh of them missing where that may be.
fn column(kind: Kind, rows: u32, optional: bool, few: bool) -> Column {
    let missing = |row: u32| optional && row.is_multiple_of(7);
    let value = |row: u32| i64::from(if few { row % 9 } else { row.wrapping_mul(2_654_435_761) }) - 4;
    let mut valid = vec![0_u8; rows.div_ceil(8) as usize];
    let (mut fixed, mut strings) = (Vec::new(), Strings::default());
    for row in 0..rows {
        if !missing(row) {
            valid[row as usize / 8] |= 1 << (row % 8);
        }
        let value = if missing(row) { 0 } else { value(row) };
        match kind.width() {
            Some(1) => fixed.push((value & 1) as u8),
            Some(4) if kind == Kind::Float => fixed.extend((value as f32).to_le_bytes()),
            Some(4) => fixed.extend((value as i32 >> 8).to_le_bytes()),
            Some(8) if kind == Kind::Double => fixed.extend((value as f64).to_le_bytes()),
            Some(8) if matches!(kind, Kind::Integer { signed: false, .. }) => {
                fixed.extend((value & 0xffff_ffff).to_le_bytes())
            }
            Some(8) => fixed.extend(value.wrapping_mul(1_000_003).to_le_bytes()),
            Some(_) => fixed.extend(
                i128::from(match kind {
                    Kind::Decimal { precision: 0..=9, .. } => value >> 8,
                    Kind::Integer { .. } => value.abs(),
                    _ => value,
                })
                .to_le_bytes(),
            ),
            None if missing(row) => strings.push(b""),
            None => strings.push(format!("값 {value}\n\"").as_bytes()),
        }
    }
    let data = if kind.width().is_some() { Data::Fixed(fixed) } else { Data::Strings(strings) };
    Column { rows, valid: (optional && rows > 0).then_some(valid), data }
}

fn write(fields: &[Field], groups: &[Vec<Column>]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    let (mut heads, mut rows) = (Vec::new(), 0);
    for columns in groups {
        let task =
            Task::WriteGroup { at: file.len() as u64, fields: fields.to_vec(), columns: columns.clone() };
        let written = Written::decode(&run(&task).unwrap()).unwrap();
        file.extend(written.bytes);
        heads.push(written.group);
        rows += u64::from(columns[0].rows);
    }
    file.extend(run(&Task::WriteFooter { fields: fields.to_vec(), rows, groups: heads }).unwrap());
    file
}

fn footer(file: &[u8]) -> Footer {
    let size = file.len() as u64;
    let mut tail = 9;
    loop {
        let task =
            Task::Footer { orc: false, pieces: Vec::new(), size, tail: file[file.len() - tail..].to_vec() };
        match Ending::decode(&run(&task).unwrap()).unwrap() {
            Ending::More(bytes) => tail = bytes as usize,
            Ending::Footer(footer) => return footer,
            Ending::Pieces(_) => panic!("a Parquet file has no stripes"),
        }
    }
}

fn read(file: &[u8], footer: &Footer, group: usize, column: usize) -> Result<Column, String> {
    let ranges = &footer.groups[group].chunks[column].ranges;
    let leaves = ranges.iter().map(|(at, length)| file[*at as usize..(at + length) as usize].to_vec());
    let (group, column) = (group as u32, column as u32);
    let task = Task::Chunk { footer: footer.raw.clone(), group, column, leaves: leaves.collect() };
    Ok(Column::decode(&run(&task)?).unwrap())
}

const KINDS: [Kind; 18] = [
    Kind::Boolean,
    Kind::Integer { bits: 8, signed: true },
    Kind::Integer { bits: 16, signed: true },
    Kind::Integer { bits: 32, signed: true },
    Kind::Integer { bits: 64, signed: true },
    Kind::Integer { bits: 32, signed: false },
    Kind::Integer { bits: 64, signed: false },
    Kind::Float,
    Kind::Double,
    Kind::Decimal { precision: 9, scale: 2 },
    Kind::Decimal { precision: 18, scale: 0 },
    Kind::Decimal { precision: 38, scale: 10 },
    Kind::Date,
    Kind::Time,
    Kind::Timestamp { utc: true },
    Kind::Text,
    Kind::Binary,
    Kind::Nested,
];

#[test]
fn what_is_written_is_read_again() {
    for rows in [0, 1, 7, 3_000, 45_000] {
        let shapes =
            KINDS.iter().flat_map(|kind| [(*kind, true, true), (*kind, true, false), (*kind, false, false)]);
        let shapes: Vec<_> = shapes.collect();
        let fields: Vec<Field> = shapes
            .iter()
            .enumerate()
            .map(|(n, (kind, optional, _))| field(&format!("c{n}"), *kind, *optional))
            .collect();
        let columns = |rows| -> Vec<Column> {
            shapes.iter().map(|(kind, optional, few)| column(*kind, rows, *optional, *few)).collect()
        };
        let groups = [columns(rows), columns(5)];
        let file = write(&fields, &groups);
        let footer = footer(&file);
        assert_eq!(footer.rows, u64::from(rows) + 5);
        for (at, wanted) in fields.iter().enumerate() {
            assert_eq!((&footer.fields[at].name, footer.fields[at].kind), (&wanted.name, wanted.kind));
            for (group, columns) in groups.iter().enumerate() {
                let mut found = read(&file, &footer, group, at).unwrap();
                if let Data::Coded { codes, strings } = &found.data {
                    let mut plain = Strings::default();
                    for (row, code) in codes.as_chunks::<4>().0.iter().enumerate() {
                        let there =
                            found.valid.as_ref().is_none_or(|valid| valid[row / 8] >> (row % 8) & 1 == 1);
                        plain.push(if there {
                            strings.get(u32::from_le_bytes(*code) as usize).unwrap()
                        } else {
                            b""
                        });
                    }
                    found.data = Data::Strings(plain);
                }
                let mut wanted = columns[at].clone();
                if found.valid.is_none() {
                    wanted.valid = None;
                }
                assert_eq!(found, wanted, "{:?} {rows} {group}", fields[at]);
            }
        }
    }
}

#[test]
fn bounds_are_told() {
    let fields =
        [field("id", Kind::Integer { bits: 64, signed: true }, true), field("name", Kind::Text, false)];
    let mut strings = Strings::default();
    ["나", "b", "a"].iter().for_each(|text| strings.push(text.as_bytes()));
    let ids: Vec<u8> = [-5_i64, 0, 40].iter().flat_map(|id| id.to_le_bytes()).collect();
    let columns = vec![
        Column { rows: 3, valid: Some(vec![0b101]), data: Data::Fixed(ids) },
        Column { rows: 3, valid: None, data: Data::Strings(strings) },
    ];
    let footer = footer(&write(&fields, &[columns]));
    let [id, name] = &footer.groups[0].chunks[..] else { panic!() };
    assert_eq!((id.least.clone(), id.greatest.clone()), (Some(Bound::Integer(-5)), Some(Bound::Integer(40))));
    assert_eq!(id.nulls, Some(1));
    assert_eq!(name.greatest, Some(Bound::Text("나".into())));
    assert_eq!(footer.fields[0].printed, "optional int64 id [i:0 d:1 r:0]");
    assert_eq!(footer.fields[1].printed, "required byte_array name [i:1 d:0 r:0]");
}

#[test]
fn damage_is_told() {
    let kinds = [
        Kind::Integer { bits: 32, signed: true },
        Kind::Text,
        Kind::Boolean,
        Kind::Decimal { precision: 30, scale: 1 },
    ];
    let fields: Vec<Field> = kinds.iter().map(|kind| field("c", *kind, true)).collect();
    let columns = kinds.iter().map(|kind| column(*kind, 300, true, true)).collect();
    let file = write(&fields, &[columns]);
    let whole = footer(&file);
    // Every byte in turn becomes another; whatever comes of it, it is an answer.
    for at in 0..file.len() {
        for flip in [1, 0x80, 0xff] {
            let mut bad = file.clone();
            bad[at] ^= flip;
            for column in 0..kinds.len() {
                let _ = read(&bad, &whole, 0, column);
            }
            let _ = run(&Task::Footer {
                orc: false,
                pieces: Vec::new(),
                size: bad.len() as u64,
                tail: bad.clone(),
            });
        }
    }
    let said = |bytes: &[u8]| {
        run(&Task::Footer { orc: false, pieces: Vec::new(), size: bytes.len() as u64, tail: bytes.to_vec() })
    };
    assert_eq!(
        said(b"userid,sessionid"),
        Err("not a Parquet file: expected magic number PAR1 at its end".to_owned())
    );
    assert!(said(b"").is_err());
}
