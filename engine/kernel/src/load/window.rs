//! Where a file in pieces is read: one piece as it lies, or a short copy of what straddles two.
//!
//! A reader parses within the window as if the file ended there. What came to the window's end may have been cut off,
//! so it is taken back and read once more from a window that reaches further.

use crate::pieces::{Piece, Pieces};

/// Bytes beyond a line that are copied with it at first.
const AHEAD: usize = if cfg!(test) { 8 } else { 65_536 };

pub struct Window {
    pieces: Pieces,
    piece: Piece,
    /// Where it begins in the file.
    base: usize,
    /// Where in the file the next piece is to be read as it lies.
    seam: usize,
}

impl Window {
    pub fn new(pieces: Pieces) -> Self {
        let piece = pieces.iter().next().cloned().unwrap_or_default();
        Window { base: 0, seam: piece.len(), piece, pieces }
    }

    /// The bytes to read.
    pub fn piece(&self) -> Piece {
        self.piece.clone()
    }

    pub fn pieces(&self) -> &Pieces {
        &self.pieces
    }

    /// Where a place in the window is in the file.
    pub fn position(&self, at: usize) -> usize {
        self.base + at
    }

    /// Whether the file ends where the window does.
    pub fn is_last(&self) -> bool {
        self.base + self.piece.len() >= self.pieces.len()
    }

    /// Whether what was read up to `at` may have been cut off by the window's end.
    #[inline]
    pub fn cuts(&self, at: usize) -> bool {
        at >= self.piece.len() && !self.is_last()
    }

    /// Reaches further, and begins at `at`: that place is 0 from now on.
    pub fn widen(&mut self, at: usize) {
        let from = self.base + at;
        let rest = self.piece.len() - at.min(self.piece.len());
        let to = (from + rest + rest.max(AHEAD)).min(self.pieces.len());
        let bytes = self.pieces.copied(from..to).unwrap_or_default();
        self.piece = Piece::from(std::sync::Arc::<[u8]>::from(bytes));
        self.base = from;
    }

    /// Steps into the piece that `at` lies in, once what straddled is read; the new place of `at`, if it has one.
    #[inline]
    pub fn settle(&mut self, at: usize) -> Option<usize> {
        if self.base + at < self.seam { None } else { self.step(at) }
    }

    fn step(&mut self, at: usize) -> Option<usize> {
        let place = self.base + at;
        let (piece, begins) = self.pieces.piece_at(place)?;
        self.piece = piece.clone();
        (self.base, self.seam) = (begins, begins + self.piece.len());
        Some(place - begins)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Array, ArrayRef};

    use super::*;
    use crate::load::column::LoadColumn;
    use crate::load::lines::{LineFile, LineReader};
    use crate::load::options::{Document, Format, Options};
    use crate::load::reader::{File, Reader};
    use crate::warehouse::data_type::DataType;
    use crate::warehouse::external::{
        Action, ExternalColumn, ExternalSchema, ExternalTable, FileForm, Handling, Writing,
    };
    use crate::warehouse::storage::dictionary::plain;

    /// Numbers that look drawn, the same on every machine.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % bound as u64) as usize
        }
    }

    /// What can stand in a file and be cut in two.
    const SCRAPS: [&[u8]; 22] = [
        b"1",
        b"22",
        b"abc",
        b",",
        b",",
        b"|",
        b"\n",
        b"\n",
        b"\r\n",
        b"\"",
        b"\"",
        b"\"\"",
        b"\\",
        b"\\N",
        b" ",
        "\u{ac00}".as_bytes(),
        "\u{1f600}".as_bytes(),
        b"\xff",
        b"{\"a\":1}",
        b"{\"a\": [1, \"}\"],\n \"b\" : \"x\"}",
        b"{",
        b"'",
    ];

    fn text(dice: &mut Dice) -> Vec<u8> {
        let mark: &[u8] = if dice.below(8) == 0 { b"\xef\xbb\xbf" } else { b"" };
        let mut text = mark.to_vec();
        for _ in 0..dice.below(60) {
            text.extend_from_slice(SCRAPS[dice.below(SCRAPS.len())]);
        }
        text
    }

    fn cut(text: &[u8], dice: &mut Dice) -> Pieces {
        let longest = 1 + dice.below(20);
        let mut pieces: Vec<Piece> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at((1 + dice.below(longest)).min(rest.len()));
            pieces.push(Arc::<[u8]>::from(piece).into());
            rest = behind;
        }
        Pieces::of(pieces)
    }

    fn printed((arrays, rows): (Vec<ArrayRef>, usize)) -> String {
        let columns = arrays.iter().map(|array| format!("{:?}", plain(array).slice(0, rows)));
        columns.collect::<Vec<_>>().join("; ")
    }

    /// Everything that a load tells of a file.
    fn load(bytes: Pieces, options: &Options) -> String {
        let column = |name: &str, data_type| LoadColumn {
            name: name.to_owned(),
            data_type,
            nullable: true,
            has_default: false,
        };
        let columns = match options.document {
            Document::NoShred => vec![column("a", DataType::Super)],
            _ => vec![column("a", DataType::Integer), column("b", DataType::Varchar(9))],
        };
        let Ok(mut reader) = Reader::new(options.clone(), columns) else { return String::new() };
        let (mut file, mut errors, mut told) = (File::new(bytes, options), Vec::new(), String::new());
        while !file.at_end() {
            reader.read(&mut file, 5, 3, &mut errors, 1_000);
            if reader.rows() >= 5 {
                told.push_str(&printed(reader.take().unwrap()));
            }
        }
        told.push_str(&printed(reader.take().unwrap()));
        let replaced: Vec<_> =
            reader.replaced.iter().map(|one| (one.line_number, one.column, &one.raw_line)).collect();
        format!(
            "{told} {errors:?} {replaced:?} {} lines, {} of {}",
            file.lines(),
            file.position(),
            file.size()
        )
    }

    #[test]
    fn a_load_does_not_see_where_a_file_was_cut() {
        let delimited = |escape, remove_quotes| Format::Delimited { delimiter: b'|', escape, remove_quotes };
        let csv = Format::Csv { delimiter: b',', quote: b'"' };
        let mut dice = Dice(0x5eed);
        for number in 0..3_000 {
            let format = [
                csv,
                csv,
                delimited(false, false),
                delimited(true, false),
                delimited(true, true),
                Format::FixedWidth,
                Format::Json,
                Format::Json,
            ][number % 8];
            let options = Options {
                format,
                widths: vec![1, 3],
                document: if number % 16 == 6 {
                    Document::NoShred
                } else {
                    Document::Auto { ignore_case: false }
                },
                ignore_header: dice.below(3) as u64,
                ignore_blank_lines: dice.below(2) == 0,
                fill_record: dice.below(2) == 0,
                replace_invalid: (dice.below(3) == 0 && format == csv).then_some(b'?'),
                truncate_columns: dice.below(2) == 0,
                ..Options::default()
            };
            let text = text(&mut dice);
            let whole = load(text.as_slice().into(), &options);
            let apart = load(cut(&text, &mut dice), &options);
            assert_eq!(apart, whole, "{:?} {options:?}", String::from_utf8_lossy(&text));
        }
    }

    fn scan(bytes: Pieces, table: &ExternalTable) -> String {
        let mut reader = LineReader::new(table, &[0, 1]).unwrap();
        let (mut file, mut told) = (LineFile::new(bytes, table.header), String::new());
        while !file.at_end() {
            if let Err(why) = reader.read(&mut file, 4) {
                return format!("{told} {why:?}");
            }
            told.push_str(&printed(reader.take().unwrap()));
        }
        told
    }

    #[test]
    fn nor_does_an_external_scan() {
        let column = |name: &str, data_type| ExternalColumn::plain(name.into(), data_type);
        let handling = Handling {
            characters: Action::Null,
            replacement: b'?',
            numbers: Action::Null,
            surplus: Action::Mend,
            bytes: Action::Mend,
            columns: Action::Drop,
        };
        let mut dice = Dice(0x5ca9);
        for number in 0..2_000 {
            let form = match number % 4 {
                0 => FileForm::Delimited {
                    delimiter: b',',
                    escape: dice.below(2) == 0,
                    line: if dice.below(2) == 0 { b'\n' } else { b'|' },
                },
                1 => FileForm::Csv { delimiter: b',', quote: b'"', escape: b'\\' },
                2 => FileForm::Json { strip: dice.below(2) == 0 },
                _ => FileForm::Regex("(\\d+).(.*)".to_owned()),
            };
            let table = ExternalTable {
                schema: "s".into(),
                name: "t".into(),
                source: ExternalSchema {
                    database: "d".to_owned(),
                    roles: Vec::new(),
                    catalog_roles: Vec::new(),
                    region: None,
                },
                columns: vec![column("a", DataType::Integer), column("b", DataType::Varchar(4))],
                stored: 2,
                location: String::new(),
                form,
                header: dice.below(3) as u64,
                null: b"\\N".to_vec(),
                rows: None,
                compression: None,
                handling: (dice.below(2) == 0).then_some(handling),
                parse_strings: true,
                writing: Writing::default(),
            };
            let text = text(&mut dice);
            let whole = scan(text.as_slice().into(), &table);
            assert_eq!(
                scan(cut(&text, &mut dice), &table),
                whole,
                "{:?} {table:?}",
                String::from_utf8_lossy(&text)
            );
        }
    }
}
