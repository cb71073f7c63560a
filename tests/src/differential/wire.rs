//! As much of PostgreSQL's wire protocol (version 3) as asking in text and reading text takes.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Rows of text; `None` is NULL.
pub type Rows = Vec<Vec<Option<String>>>;

pub struct Connection {
    stream: BufReader<TcpStream>,
}

/// The server's refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub state: String,
    pub message: String,
}

impl Connection {
    /// Connects to a server that trusts everybody.
    ///
    /// # Errors
    /// Nobody listens, or it speaks otherwise.
    pub fn open(port: u16, user: &str) -> io::Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(180)))?;
        let mut connection = Connection { stream: BufReader::new(stream) };
        let mut body = 196_608_u32.to_be_bytes().to_vec();
        for word in ["user", user, "database", "postgres", ""] {
            body.extend(word.as_bytes());
            body.push(0);
        }
        let mut message = (body.len() as u32 + 4).to_be_bytes().to_vec();
        message.extend(body);
        connection.stream.get_mut().write_all(&message)?;
        match connection.until_ready()? {
            Ok(_) => Ok(connection),
            Err(refusal) => Err(io::Error::other(refusal.message)),
        }
    }

    /// Runs a script; gives the rows of all its queries.
    ///
    /// # Errors
    /// Outer: the connection broke. Inner: the server refused.
    pub fn ask(&mut self, text: &str) -> io::Result<Result<Rows, Refusal>> {
        let mut message = vec![b'Q'];
        message.extend((text.len() as u32 + 5).to_be_bytes());
        message.extend(text.as_bytes());
        message.push(0);
        self.stream.get_mut().write_all(&message)?;
        self.until_ready()
    }

    fn until_ready(&mut self) -> io::Result<Result<Rows, Refusal>> {
        let mut rows = Vec::new();
        let mut refused = None;
        loop {
            let mut head = [0; 5];
            self.stream.read_exact(&mut head)?;
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
            let mut body = vec![0; length.saturating_sub(4)];
            self.stream.read_exact(&mut body)?;
            match head[0] {
                b'R' if body != [0; 4] => return Err(io::Error::other("the server wants a password")),
                b'D' => rows.push(row(&body)),
                b'E' => refused = Some(refusal(&body)),
                b'Z' => return Ok(refused.map_or(Ok(rows), Err)),
                _ => {}
            }
        }
    }
}

fn row(body: &[u8]) -> Vec<Option<String>> {
    let mut cells = Vec::new();
    let mut rest = body.get(2..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        // NULL has the length -1.
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            cells.push(None);
            rest = after;
            continue;
        };
        let (cell, after) = after.split_at(length.min(after.len()));
        cells.push(Some(String::from_utf8_lossy(cell).into_owned()));
        rest = after;
    }
    cells
}

fn refusal(body: &[u8]) -> Refusal {
    let field = |letter: u8| {
        let found = body.split(|byte| *byte == 0).find(|part| part.first() == Some(&letter));
        String::from_utf8_lossy(found.and_then(|part| part.get(1..)).unwrap_or_default()).into_owned()
    };
    Refusal { state: field(b'C'), message: field(b'M') }
}
