//! Every DROP.

use super::policy;
use super::reader::Reader;
use super::routine::signature;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

pub(super) fn drop(reader: &mut Reader) -> SqlResult<Statement> {
    const KINDS: [&str; 15] = [
        "TABLE",
        "VIEW",
        "SCHEMA",
        "DATABASE",
        "USER",
        "GROUP",
        "ROLE",
        "MATERIALIZED VIEW",
        "MODEL",
        "RLS POLICY",
        "MASKING POLICY",
        "PROCEDURE",
        "FUNCTION",
        "DATASHARE",
        "LIBRARY",
    ];
    let kind = reader.expect_one_of(&KINDS)?;
    // Not of these three: there IF is the name.
    let if_exists = !matches!(kind, "DATABASE" | "GROUP" | "ROLE") && reader.words("IF EXISTS");
    Ok(match kind {
        "TABLE" => Statement::DropTable { names: reader.names()?, if_exists, cascade: cascade(reader) },
        "VIEW" => Statement::DropView { names: reader.names()?, if_exists, cascade: cascade(reader) },
        "SCHEMA" => schema(reader, if_exists)?,
        "DATABASE" => Statement::DropDatabase { name: reader.identifier()? },
        "USER" => Statement::DropUser { names: reader.list(Reader::user)?, if_exists },
        "GROUP" => Statement::DropGroup { name: reader.principal()? },
        "ROLE" => Statement::DropRole {
            name: reader.principal()?,
            force: reader.one_of(&["FORCE", "RESTRICT"]) == Some("FORCE"),
        },
        "PROCEDURE" | "FUNCTION" => {
            let signatures = reader.list(signature)?;
            let cascade = cascade(reader);
            Statement::DropRoutine { procedures: kind == "PROCEDURE", signatures, if_exists, cascade }
        }
        "MATERIALIZED VIEW" => {
            Statement::DropMaterializedView { names: reader.names()?, if_exists, cascade: cascade(reader) }
        }
        "RLS POLICY" | "MASKING POLICY" => policy::drop(reader, policy::kind_of(kind), if_exists)?,
        "MODEL" => Statement::DropModel { name: reader.name()?, if_exists },
        kind => {
            reader.names()?;
            cascade(reader);
            match kind {
                "DATASHARE" => not_simulated(Feature::Datashare, "DROP DATASHARE"),
                _ => not_simulated(Feature::ForeignFunction, "DROP LIBRARY"),
            }
        }
    })
}

/// `s [, ...] [DROP EXTERNAL DATABASE] [CASCADE | RESTRICT]`.
fn schema(reader: &mut Reader, if_exists: bool) -> SqlResult<Statement> {
    let names = reader.identifiers()?;
    let external_database = reader.words("DROP EXTERNAL DATABASE");
    let cascade = cascade(reader);
    Ok(Statement::DropSchema { names, if_exists, cascade, external_database })
}

fn cascade(reader: &mut Reader) -> bool {
    reader.one_of(&["CASCADE", "RESTRICT"]) == Some("CASCADE")
}
