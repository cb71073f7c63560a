//! A text as it is written in a digest: words are a string, an element is a list that begins with its name, behind
//! which, after a space, its argument may stand: `["p", "See ", ["a https://…", "there"], "."]`. `static/boot.js` reads
//! it too.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::{Node, Tag, leads_somewhere};

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Words(words) => serializer.serialize_str(words),
            Node::Element { tag, argument, inside } => {
                let mut list = serializer.serialize_seq(Some(inside.len() + 1))?;
                let name = tag.name();
                match argument.as_str() {
                    "" => list.serialize_element(name)?,
                    argument => list.serialize_element(&format!("{name} {argument}"))?,
                }
                for node in inside {
                    list.serialize_element(node)?;
                }
                list.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Node;

    fn expecting(&self, form: &mut fmt::Formatter<'_>) -> fmt::Result {
        form.write_str("text, or a list that begins with an element's name")
    }

    fn visit_str<E: Error>(self, words: &str) -> Result<Node, E> {
        Ok(Node::Words(words.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let named: String = list.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let (name, argument) = named.split_once(' ').unwrap_or((&named, ""));
        let tag = Tag::ALL.iter().find(|(_, known)| *known == name).map(|(tag, _)| *tag);
        // A digest may be somebody else's, too.
        let tag = tag
            .filter(|tag| *tag != Tag::Link || leads_somewhere(argument))
            .ok_or_else(|| A::Error::custom(format_args!("`{named}` may not stand in a lab's text")))?;
        let (argument, mut inside) = (argument.to_owned(), Vec::new());
        while let Some(node) = list.next_element()? {
            inside.push(node);
        }
        Ok(Node::Element { tag, argument, inside })
    }
}
