//! SHOW of parameters (Developer Guide, "SHOW").

use super::CommandContext;
use crate::sql::error::SqlResult;
use crate::sql::parameter;
use crate::sql::plan::Field;
use crate::warehouse::data_type::DataType;

/// The answer as text columns of equal length, with their headers.
pub struct Answer {
    pub fields: Vec<Field>,
    pub columns: Vec<Vec<String>>,
}

/// One parameter's value, or all of them by name.
pub fn answer(name: &str, context: &CommandContext<'_>) -> SqlResult<Answer> {
    let name = name.to_ascii_lowercase();
    if name == "all" {
        let settings = &context.session.settings;
        let mut rows: Vec<(String, String)> = parameter::defaults()
            .filter(|(name, _)| !settings.contains_key(*name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .chain(settings.iter().map(|(name, value)| (name.clone(), value.clone())))
            .collect();
        crate::sorted::sort(&mut rows);
        let (names, values) = rows.into_iter().unzip();
        return Ok(Answer { fields: vec![field("name"), field("setting")], columns: vec![names, values] });
    }
    let value = match context.session.settings.get(&name) {
        Some(value) => value.clone(),
        None if name == "session_authorization" => {
            context.principals().user(context.user()).map_or_else(String::new, |user| user.name.to_string())
        }
        None => parameter::default_of(&name).ok_or_else(|| parameter::unknown(&name))?.to_owned(),
    };
    Ok(Answer { fields: vec![field(&name)], columns: vec![vec![value]] })
}

pub fn field(name: &str) -> Field {
    Field { qualifier: None, name: name.to_owned(), data_type: DataType::Varchar(DataType::VARCHAR_MAX) }
}
