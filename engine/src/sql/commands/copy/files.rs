//! Where a load's bytes come from: the objects of a prefix or of a manifest, expanded and in UTF-8.

use super::encoding::Encoding;
use super::failure::Failure;
use super::settings::{Content, Settings, location};
use crate::extension::Extensions;
use crate::extension::formats::Codec;
use crate::load::asked::{Asked, Trouble, expand};
use crate::pieces::Pieces;
use crate::sql::error::SqlResult;
use crate::sql::outside::{Credentials, Outside, OutsideError};

/// What a step of a load may use.
pub struct Surroundings<'a> {
    pub outside: &'a mut dyn Outside,
    pub extensions: Extensions,
    /// Bytes that there is memory for.
    pub room: u64,
}

/// The files of a load.
pub struct Files {
    pub bucket: String,
    pub prefix: String,
    pub credentials: Credentials,
    pub failure: Failure,
    region: Option<String>,
    codec: Option<Codec>,
    encoding: Encoding,
    manifest: bool,
    columnar: bool,
    wanted: std::vec::IntoIter<Wanted>,
    /// An object that is being expanded.
    expanding: Option<(File, Asked<Vec<u8>>)>,
    found: bool,
    /// Bytes of all files as far as they are known.
    pub total: u64,
}

struct Wanted {
    bucket: String,
    key: String,
    mandatory: bool,
}

/// A file to read.
pub struct File {
    /// `s3://bucket/key`.
    pub name: String,
    pub bytes: Pieces,
    /// Bytes of the object, which compression makes fewer.
    pub size: u64,
}

pub enum Next {
    Pending,
    File(File),
    End,
}

impl Files {
    pub fn new(
        (bucket, prefix): (String, String),
        credentials: Credentials,
        settings: &Settings,
        failure: Failure,
    ) -> Files {
        Files {
            bucket,
            prefix,
            credentials,
            failure,
            region: settings.region.clone(),
            codec: settings.codec,
            encoding: settings.encoding,
            manifest: settings.manifest,
            columnar: matches!(settings.content, Content::Columns { .. }),
            wanted: Vec::new().into_iter(),
            expanding: None,
            found: false,
            total: 0,
        }
    }

    /// How many are still to be read.
    pub fn left(&self) -> usize {
        self.wanted.len()
    }

    pub fn is_compressed(&self) -> bool {
        self.codec.is_some()
    }

    /// Bytes that are held beside the object itself.
    pub fn held(&self, file: Option<&File>) -> u64 {
        let own = self.codec.is_some() || self.encoding != Encoding::Utf8;
        file.filter(|_| own).map_or(0, |file| file.bytes.len() as u64)
    }

    /// Finds out which files there are.
    pub fn open(&mut self, outside: &mut dyn Outside) -> SqlResult<()> {
        outside.region(self.region.as_deref());
        let listed = outside.list(&self.credentials, &self.bucket, &self.prefix);
        let listed = listed.map_err(|error| self.failure.refused(&error))?;
        let mut wanted = Vec::new();
        if self.manifest {
            if !listed.iter().any(|object| object.key == self.prefix) {
                let text = "COPY with MANIFEST parameter requires full path of an S3 object.";
                return Err(self.failure.s3(text, ""));
            }
            let text = self.fetch(outside, &self.bucket, &self.prefix)?;
            let odd = |why: &str| {
                let place = format!("Manifest file location = s3://{}/{}", self.bucket, self.prefix);
                self.failure.s3(why, &place)
            };
            let form = || odd("Manifest file is not in correct json format");
            let manifest: serde_json::Value = serde_json::from_slice(&text.whole()).map_err(|_| form())?;
            for entry in manifest["entries"].as_array().ok_or_else(form)? {
                let (bucket, key) =
                    entry["url"].as_str().and_then(|url| location(url).ok()).ok_or_else(form)?;
                let length = entry["meta"]["content_length"].as_u64();
                if self.columnar && length.is_none() {
                    // unconfirmed: the sentence.
                    return Err(odd("Manifest file is missing the content_length of its entries"));
                }
                self.total += length.unwrap_or(0);
                wanted.push(Wanted { bucket, key, mandatory: entry["mandatory"].as_bool().unwrap_or(false) });
            }
        } else {
            for object in listed {
                self.total += object.size;
                wanted.push(Wanted { bucket: self.bucket.clone(), key: object.key, mandatory: true });
            }
        }
        self.wanted = wanted.into_iter();
        Ok(())
    }

    /// An object by itself: the manifest, the JSONPaths.
    pub fn fetch(&self, outside: &mut dyn Outside, bucket: &str, key: &str) -> SqlResult<Pieces> {
        outside.region(self.region.as_deref());
        outside.get(&self.credentials, bucket, key).map_err(|error| self.failure.refused(&error))
    }

    /// The next file, when it is there.
    pub fn next(&mut self, around: &mut Surroundings<'_>) -> SqlResult<Next> {
        if let Some((mut file, mut asked)) = self.expanding.take() {
            return match asked.step() {
                Ok(None) => {
                    self.expanding = Some((file, asked));
                    Ok(Next::Pending)
                }
                Ok(Some(bytes)) => {
                    file.bytes = bytes.into();
                    self.decoded(file)
                }
                Err(trouble @ Trouble::Lost(_)) => Err(self.failure.lost(&trouble)),
                Err(Trouble::Failed(why)) => Err(self.damaged(&file.name, &why)),
            };
        }
        let Some(wanted) = self.wanted.next() else {
            return if self.found { Ok(Next::End) } else { Err(self.nothing()) };
        };
        around.outside.region(self.region.as_deref());
        let bytes = match around.outside.get(&self.credentials, &wanted.bucket, &wanted.key) {
            Ok(bytes) => bytes,
            Err(error) if self.manifest && is_missing(&error) => {
                return if wanted.mandatory { Err(self.nothing()) } else { Ok(Next::Pending) };
            }
            Err(error) => return Err(self.failure.refused(&error)),
        };
        self.found = true;
        let name = format!("s3://{}/{}", wanted.bucket, wanted.key);
        let size = bytes.len() as u64;
        let file = File { name, bytes, size };
        // An object without bytes is a folder's mark, whatever the others are.
        match self.codec.filter(|_| size > 0) {
            Some(codec) => {
                let asked = expand(around.extensions, codec, around.room, &file.bytes);
                self.expanding = Some((file, asked));
                Ok(Next::Pending)
            }
            None => self.decoded(file),
        }
    }

    fn decoded(&self, mut file: File) -> SqlResult<Next> {
        if self.encoding != Encoding::Utf8 {
            let Some(bytes) = self.encoding.decoded(&file.bytes.whole()) else {
                // unconfirmed: the sentence; the number is the load error reference's for another encoding.
                let text = "The file is not in the encoding that the ENCODING parameter names";
                let context = format!("S3 key being read : {}", file.name);
                return Err(self.failure.error(text, 1221, &context, "s3_utility.cpp:539", None));
            };
            file.bytes = bytes.into();
        }
        Ok(Next::File(file))
    }

    fn nothing(&self) -> crate::sql::error::SqlError {
        let context = "The specified key does not exist";
        self.failure.error("No such file or directory", 2, context, "s3_utility.cpp:539", None)
    }

    /// zlib's sentence is what users report; those of the other formats are unconfirmed.
    fn damaged(&self, name: &str, why: &str) -> crate::sql::error::SqlError {
        let message = match self.codec {
            Some(Codec::Gzip) => {
                "failed to inflate: invalid or incomplete deflate data. zlib error code: -3".to_owned()
            }
            Some(Codec::Bzip2) => format!("failed to decompress with bzip2: {why}"),
            Some(Codec::Zstd) => format!("failed to decompress with zstd: {why}"),
            // As users report it of a file that is none.
            Some(Codec::Avro) => format!("Cannot init avro reader from s3 file: {why}"),
            Some(Codec::Lzop | Codec::Snappy | Codec::Deflate) | None => {
                format!("failed to decompress with lzop: {why}")
            }
        };
        let hint = format!("The object is not what the statement says it is compressed with ({why}).");
        let context = format!("S3 key being read : {name}");
        self.failure.error(&message, 9, &context, "s3_utility.cpp:539", Some(hint))
    }
}

/// Whether there is no such object, by the error's name in S3.
fn is_missing(error: &OutsideError) -> bool {
    error.message.contains("NoSuchKey")
}
