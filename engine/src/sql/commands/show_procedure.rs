//! SHOW PROCEDURE (Developer Guide, "SHOW PROCEDURE"): the statement that would make it again.

use super::CommandContext;
use super::show::Answer;
use crate::sql::error::SqlResult;
use crate::sql::plan::Field;
use crate::sql::statement::RoutineSignature;
use crate::warehouse::data_type::DataType;
use crate::warehouse::routine::{ArgumentMode, Routine, RoutineKind};

pub fn answer(signature: &RoutineSignature, context: &CommandContext<'_>) -> SqlResult<Answer> {
    let routine = context.routine(signature, true)?;
    let field = Field {
        qualifier: None,
        name: "Stored Procedure Definition".to_owned(),
        data_type: DataType::Varchar(DataType::VARCHAR_MAX),
    };
    Ok(Answer { fields: vec![field], columns: vec![vec![definition(&routine)]] })
}

fn definition(routine: &Routine) -> String {
    let arguments: Vec<String> = routine
        .arguments
        .iter()
        .map(|argument| {
            let mode = match argument.mode {
                ArgumentMode::In => "",
                ArgumentMode::Out => "OUT ",
                ArgumentMode::InOut => "INOUT ",
            };
            let name = argument.name.as_ref().map_or(String::new(), |name| format!("{name} "));
            format!("{mode}{name}{}", argument.type_name())
        })
        .collect();
    let mut text = format!(
        "CREATE OR REPLACE PROCEDURE {}.{}({})\n",
        routine.schema,
        routine.name,
        arguments.join(", ")
    );
    if let RoutineKind::Procedure { definer, nonatomic, settings } = &routine.kind {
        if *nonatomic {
            text.push_str("NONATOMIC\n");
        }
        text.push_str("LANGUAGE plpgsql\n");
        if *definer {
            text.push_str("SECURITY DEFINER\n");
        }
        for (name, value) in settings {
            text.push_str(&format!("SET {name} TO '{value}'\n"));
        }
    }
    format!("{text}AS $_$\n{}\n$_$", routine.body.trim_matches('\n'))
}
