//! What an operation takes: the part of AWS's service models that a call is checked against.
//!
//! One line of data an operation: member names in model order, `!` behind a required one, `:kind` behind one
//! that is not a string: `int`, `number`, `bool`, `time`, `strings`, `structures`, `structure`, `map`, `blob`.

use serde_json::{Map, Value};

use super::api_error::Fault;
use super::timestamp;

/// The operations of a service as an enum, each with its members: see the module's text for the notation.
macro_rules! operations {
    ($($operation:ident $members:literal,)+) => {
        /// The operations of this service that are simulated, by their AWS names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation { $($operation),+ }

        impl Operation {
            pub const ALL: &[Operation] = &[$(Operation::$operation),+];

            pub fn name(self) -> &'static str {
                match self { $(Operation::$operation => stringify!($operation)),+ }
            }

            /// The members of its input, in the notation of `aws::shape`.
            pub fn members(self) -> &'static str {
                match self { $(Operation::$operation => $members),+ }
            }

            pub fn parse(name: &str) -> Option<Self> {
                Operation::ALL.iter().copied().find(|operation| operation.name() == name)
            }
        }
    };
}
pub(super) use operations;

/// One member of an operation's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    String,
    Integer,
    /// Whole or broken.
    Number,
    Boolean,
    /// ISO 8601, or seconds since 1970.
    Time,
    /// A list of strings.
    Strings,
    /// A list of structures.
    Structures,
    Structure,
    /// Names that the caller chooses, with strings.
    Map,
    /// Bytes, handed over beside the parameters.
    Blob,
}

/// Reads the notation.
pub fn members(notation: &'static str) -> Vec<Member> {
    notation
        .split_whitespace()
        .map(|word| {
            let (word, kind) = match word.split_once(':') {
                Some((word, "int")) => (word, Kind::Integer),
                Some((word, "number")) => (word, Kind::Number),
                Some((word, "time")) => (word, Kind::Time),
                Some((word, "map")) => (word, Kind::Map),
                Some((word, "bool")) => (word, Kind::Boolean),
                Some((word, "strings")) => (word, Kind::Strings),
                Some((word, "structures")) => (word, Kind::Structures),
                Some((word, "structure")) => (word, Kind::Structure),
                Some((word, _)) => (word, Kind::Blob),
                None => (word, Kind::String),
            };
            let name = word.trim_end_matches('!');
            Member { name, kind, required: name.len() < word.len() }
        })
        .collect()
}

/// What lies inside of structures, a line each: `service structure members`, or `service outer.structure members`
/// where the name alone does not tell. What has no line here is its service's to check.
const STRUCTURES: &str = include_str!("structures.txt");

/// The members of the structure called `name` that lies in `outer`.
pub fn structure(service: &str, outer: &str, name: &str) -> Option<Vec<Member>> {
    let lines = STRUCTURES.lines().filter_map(|line| line.strip_prefix(service)?.strip_prefix(' '));
    let mut lines = lines.filter_map(|line| line.split_once(' '));
    let whole = format!("{outer}.{name}");
    lines.find(|(key, _)| *key == name || *key == whole).map(|(_, notation)| members(notation))
}

/// The shortest text and the least number that botocore lets through. Redshift and its kin have none.
const LEAST: [(usize, &str); 7] = [
    (
        1,
        "logGroupName logStreamName logGroupNamePrefix logStreamNamePrefix limit UserName RoleName GroupName PolicyName InstanceProfileName PolicyDocument AssumeRolePolicyDocument Password NewUserName NewGroupName Key Name DatabaseName TableName JobName CrawlerName QueryString Database Timeout",
    ),
    (2, "RoleSessionName ExternalId"),
    (3, "namespaceName workgroupName"),
    (5, "ContextKeyName"),
    (20, "PolicyArn PolicySourceArn RoleArn PermissionsBoundary"),
    (900, "DurationSeconds"),
    (3_600, "MaxSessionDuration"),
];

/// Checks parameters as botocore does before it sends them. All findings are told at once.
pub fn check(
    parameters: &Value,
    service: &'static str,
    operation: &str,
    members: &[Member],
    has_body: bool,
) -> Result<(), Fault> {
    let Value::Object(given) = parameters else {
        return Err(Fault::Parameters(
            "Invalid type for parameter input, valid types: <class 'dict'>".to_owned(),
        ));
    };
    let mut check = Check { service, has_body, findings: Vec::new() };
    check.members(given, members, operation, "");
    if check.findings.is_empty() { Ok(()) } else { Err(Fault::Parameters(check.findings.join("\n"))) }
}

/// Members that take one of some words: whose they are, the words, and the code and sentence of another one. Without a
/// sentence it is the common one. unconfirmed: the order in which it lists the words.
const WORDS: [(&str, &str, &str, &str, &str); 12] = [
    ("logs", "orderBy", "LogStreamName LastEventTime", "InvalidParameterException", ""),
    ("iam", "Scope", "All AWS Local", "ValidationError", ""),
    ("iam", "PolicyUsageFilter", "PermissionsPolicy PermissionsBoundary", "ValidationError", ""),
    ("iam", "EntityFilter", "User Role Group LocalManagedPolicy AWSManagedPolicy", "ValidationError", ""),
    ("glue", "WorkerType", "Standard G.1X G.2X G.025X G.4X G.8X Z.2X", "InvalidInputException", ""),
    ("glue", "ExecutionClass", "FLEX STANDARD", "InvalidInputException", ""),
    ("athena", "State", "ENABLED DISABLED", "InvalidRequestException", ""),
    ("s3api", "MetadataDirective", "COPY REPLACE", "InvalidArgument", "Unknown metadata directive."),
    ("s3api", "TaggingDirective", "COPY REPLACE", "InvalidArgument", "Unknown tagging directive."),
    ("s3api", "EncodingType", "url", "InvalidArgument", "Invalid Encoding Method specified in Request"),
    (
        "s3api",
        "ObjectAttributes",
        "ETag Checksum ObjectParts StorageClass ObjectSize",
        "InvalidArgument",
        "Invalid attribute name specified.",
    ),
    // unconfirmed: the sentence.
    (
        "s3api",
        "ObjectOwnership",
        "BucketOwnerPreferred ObjectWriter BucketOwnerEnforced",
        "InvalidArgument",
        "Invalid x-amz-object-ownership header",
    ),
];

/// What a service says to a word that it does not know. The CLI lets it through.
pub fn words(parameters: &Value, service: &str) -> Result<(), Fault> {
    for (_, member, words, code, sentence) in WORDS.iter().filter(|(of, ..)| *of == service) {
        let given = match &parameters[*member] {
            Value::Array(list) => list.as_slice(),
            Value::Null => &[],
            one => std::slice::from_ref(one),
        };
        let odd =
            given.iter().filter_map(Value::as_str).find(|one| !words.split(' ').any(|word| word == *one));
        if let Some(odd) = odd {
            let field = format!("{}{}", member[..1].to_lowercase(), &member[1..]);
            let sentence = if sentence.is_empty() {
                format!(
                    "1 validation error detected: Value '{odd}' at '{field}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
                    words.replace(' ', ", ")
                )
            } else {
                (*sentence).to_owned()
            };
            return Err(Fault::refused(code, 400, sentence));
        }
    }
    Ok(())
}

struct Check {
    service: &'static str,
    has_body: bool,
    findings: Vec<String>,
}

impl Check {
    /// `path`: where in the input they lie, nothing for the input itself.
    fn members(&mut self, given: &Map<String, Value>, members: &[Member], outer: &str, path: &str) {
        let place = if path.is_empty() { "input" } else { path };
        for member in members.iter().filter(|member| member.required) {
            if !(given.contains_key(member.name) || member.kind == Kind::Blob && self.has_body) {
                self.findings.push(format!("Missing required parameter in {place}: \"{}\"", member.name));
            }
        }
        let known = |name: &str| members.iter().find(|member| member.name == name);
        for name in given.keys().filter(|name| known(name).is_none()) {
            let names: Vec<&str> = members.iter().map(|member| member.name).collect();
            self.findings.push(format!(
                "Unknown parameter in {place}: \"{name}\", must be one of: {}",
                names.join(", ")
            ));
        }
        for (name, value) in given {
            if let Some(member) = known(name) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                self.value(value, member, outer, &path);
            }
        }
    }

    fn value(&mut self, value: &Value, member: &Member, outer: &str, path: &str) {
        if let Some(wanted) = mismatch(value, member.kind) {
            return self.wrong_type(value, wanted, path);
        }
        match (member.kind, value) {
            (Kind::String, Value::String(text)) => {
                let length = text.chars().count();
                if let Some(least) = self.least(member.name).filter(|least| length < *least) {
                    self.findings.push(format!(
                        "Invalid length for parameter {path}, value: {length}, valid min length: {least}"
                    ));
                }
            }
            (Kind::Integer, Value::Number(number)) => {
                let least = self.least(member.name);
                if let Some(least) = least.filter(|least| number.as_i64() < i64::try_from(*least).ok()) {
                    self.findings.push(format!(
                        "Invalid value for parameter {path}, value: {number}, valid min value: {least}"
                    ));
                }
            }
            (Kind::Strings, Value::Array(list)) => {
                for (at, item) in list.iter().enumerate().filter(|(_, item)| !item.is_string()) {
                    self.wrong_type(item, "<class 'str'>", &format!("{path}[{at}]"));
                }
            }
            (Kind::Structures, Value::Array(list)) => {
                for (at, item) in list.iter().enumerate() {
                    self.inside(item, member.name, outer, &format!("{path}[{at}]"));
                }
            }
            (Kind::Structure, value) => self.inside(value, member.name, outer, path),
            (Kind::Map, Value::Object(map)) => {
                for (key, item) in map.iter().filter(|(_, item)| !item.is_string() && !item.is_object()) {
                    self.wrong_type(item, "<class 'str'>", &format!("{path}.{key}"));
                }
            }
            _ => {}
        }
    }

    fn inside(&mut self, value: &Value, name: &str, outer: &str, path: &str) {
        match (value, structure(self.service, outer, name)) {
            (Value::Object(given), Some(members)) => self.members(given, &members, name, path),
            (Value::Object(_), None) => {}
            (other, _) => self.wrong_type(other, "<class 'dict'>", path),
        }
    }

    fn wrong_type(&mut self, value: &Value, wanted: &str, path: &str) {
        let (shown, class) = described(value);
        self.findings.push(format!(
            "Invalid type for parameter {path}, value: {shown}, type: <class '{class}'>, valid types: {wanted}"
        ));
    }

    fn least(&self, name: &str) -> Option<usize> {
        let bounded = matches!(
            self.service,
            "iam" | "sts" | "s3api" | "glue" | "athena" | "sagemaker" | "logs" | "redshift-serverless"
        );
        let named = |(_, names): &&(usize, &str)| names.split(' ').any(|one| one == name);
        LEAST.iter().find(named).map(|(least, _)| *least).filter(|_| bounded)
    }
}

/// The Python classes that botocore would have taken, when `value` is of none of them.
fn mismatch(value: &Value, kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::String => (!value.is_string()).then_some("<class 'str'>"),
        Kind::Integer => (!value.is_i64()).then_some("<class 'int'>"),
        Kind::Number => {
            (!value.is_number()).then_some("<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>")
        }
        Kind::Time => {
            let told = value.as_str().map_or(value.is_number(), |text| timestamp::parse(text).is_some());
            (!told).then_some("<class 'datetime.datetime'>, timestamp-string")
        }
        Kind::Boolean => (!value.is_boolean()).then_some("<class 'bool'>"),
        Kind::Strings | Kind::Structures => (!value.is_array()).then_some("<class 'list'>, <class 'tuple'>"),
        Kind::Structure | Kind::Map => (!value.is_object()).then_some("<class 'dict'>"),
        Kind::Blob => {
            (!value.is_string()).then_some("<class 'bytes'>, <class 'bytearray'>, file-like object")
        }
    }
}

fn described(value: &Value) -> (String, &'static str) {
    match value {
        Value::Null => (python(value), "NoneType"),
        Value::Bool(_) => (python(value), "bool"),
        Value::Number(number) => (python(value), if number.is_f64() { "float" } else { "int" }),
        Value::String(text) => (text.clone(), "str"),
        Value::Array(_) => (python(value), "list"),
        Value::Object(_) => (python(value), "collections.OrderedDict"),
    }
}

/// A value as Python writes it. Structures are read from JSON, in order; those of shorthand are plain, which no longer shows.
fn python(value: &Value) -> String {
    let several = |each: &mut dyn Iterator<Item = String>| each.collect::<Vec<_>>().join(", ");
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(flag) => (if *flag { "True" } else { "False" }).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(list) => format!("[{}]", several(&mut list.iter().map(python))),
        Value::Object(map) if map.is_empty() => "OrderedDict()".to_owned(),
        Value::Object(map) => {
            let pair = |(key, value): (&String, &Value)| format!("({}, {})", quoted(key), python(value));
            format!("OrderedDict([{}])", several(&mut map.iter().map(pair)))
        }
    }
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    match text.contains('\'') {
        true if !text.contains('"') => format!("\"{text}\""),
        _ => format!("'{}'", text.replace('\'', "\\'")),
    }
}
