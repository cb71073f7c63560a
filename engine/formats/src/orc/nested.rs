//! Structures, lists and maps: each a column of its own, whose values are as many as its parents are there.

use super::column::ColumnReader;
use super::footer::Type;
use super::runs::Numbers;
use crate::Result;
use crate::json::string;

/// What a nested column is read from.
pub struct Nest {
    form: Form,
    /// Of lists and maps: how many entries each has.
    lengths: Numbers,
    parts: Vec<(String, ColumnReader)>,
}

#[derive(Clone, Copy)]
enum Form {
    Structure,
    List,
    Map,
}

impl Nest {
    pub fn new(of: &Type, lengths: Numbers, parts: Vec<(String, ColumnReader)>) -> Result<Self> {
        let form = match (of.code, parts.len()) {
            (10, 1) => Form::List,
            (11, 2) => Form::Map,
            (12, _) => Form::Structure,
            _ => return Err("union columns of ORC files are not read".to_owned()),
        };
        Ok(Nest { form, lengths, parts })
    }

    /// The next value that is there, as JSON.
    pub fn value(&mut self, out: &mut String) -> Option<()> {
        let (open, close) = if let Form::List = self.form { ('[', ']') } else { ('{', '}') };
        out.push(open);
        match self.form {
            Form::Structure => {
                for (number, (name, part)) in self.parts.iter_mut().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    string(name, out);
                    out.push(':');
                    part.told(out)?;
                }
            }
            Form::List | Form::Map => {
                for number in 0..self.lengths.next()? {
                    if number > 0 {
                        out.push(',');
                    }
                    let [(_, first), rest @ ..] = &mut self.parts[..] else { return None };
                    let start = out.len();
                    first.told(out)?;
                    let [(_, held)] = rest else { continue };
                    // A key is a string in JSON, whatever it is.
                    if !out[start..].starts_with('"') {
                        let bare = out.split_off(start);
                        string(&bare, out);
                    }
                    out.push(':');
                    held.told(out)?;
                }
            }
        }
        out.push(close);
        Some(())
    }
}
