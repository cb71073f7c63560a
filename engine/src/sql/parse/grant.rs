//! GRANT and REVOKE in all their forms (Developer Guide, "GRANT"): privileges on objects, roles, and the forms
//! that are understood and not simulated.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::routine::signature;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{
    AssumeRole, GrantStatement, GrantTarget, GrantedPrivileges, NamedGrantee, RoleGrantee, Statement,
};
use crate::warehouse::access::{Privilege, Reach};
use crate::warehouse::assume_role::{IamRole, RoleCommand};
use crate::warehouse::system_role::SystemPermission;

/// Which of the two statements is read: they differ in a few words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Grant,
    Revoke,
}

impl Verb {
    fn tag(self) -> &'static str {
        match self {
            Verb::Grant => "GRANT",
            Verb::Revoke => "REVOKE",
        }
    }

    fn preposition(self) -> &'static str {
        match self {
            Verb::Grant => "TO",
            Verb::Revoke => "FROM",
        }
    }
}

pub(super) const PRIVILEGES: [(&str, Privilege); 15] = [
    ("SELECT", Privilege::Select),
    ("INSERT", Privilege::Insert),
    ("UPDATE", Privilege::Update),
    ("DELETE", Privilege::Delete),
    ("DROP", Privilege::Drop),
    ("REFERENCES", Privilege::References),
    ("ALTER", Privilege::Alter),
    ("TRUNCATE", Privilege::Truncate),
    ("RULE", Privilege::Rule),
    ("TRIGGER", Privilege::Trigger),
    ("CREATE", Privilege::Create),
    ("USAGE", Privilege::Usage),
    ("TEMPORARY", Privilege::Temporary),
    ("TEMP", Privilege::Temporary),
    ("EXECUTE", Privilege::Execute),
];

/// The object of a grant, or the feature whose objects are not simulated.
enum Target {
    Known(GrantTarget),
    Gap(Feature),
}

pub(super) fn grant(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("GRANT")?;
    if names_roles(reader) {
        let roles = roles(reader)?;
        reader.expect("TO")?;
        return Ok(Statement::GrantRole { roles, to: reader.list(|reader| role_grantee(reader, true))? });
    }
    match special(reader, Verb::Grant)? {
        Some(statement) => Ok(statement),
        None => on_objects(reader, Verb::Grant, |grant| Statement::Grant(Box::new(grant))),
    }
}

pub(super) fn revoke(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("REVOKE")?;
    let admin_option_only = reader.words("ADMIN OPTION FOR");
    if admin_option_only || names_roles(reader) {
        let roles = roles(reader)?;
        reader.expect("FROM")?;
        let from = reader.list(|reader| role_grantee(reader, false))?;
        return Ok(Statement::RevokeRole { roles, from, admin_option_only });
    }
    let grant_option_only = reader.words("GRANT OPTION FOR");
    match special(reader, Verb::Revoke)? {
        Some(statement) => Ok(statement),
        None => on_objects(reader, Verb::Revoke, |grant| Statement::Revoke {
            grant: Box::new(grant),
            grant_option_only,
        }),
    }
}

/// `ROLE r`, or a name without the keyword that is no privilege: `GRANT sample_role1 TO user1`.
fn names_roles(reader: &Reader) -> bool {
    if reader.peeks("ROLE") {
        return true;
    }
    let known = ["ALL", "ASSUMEROLE", "SHARE"].into_iter().chain(PRIVILEGES.map(|(word, _)| word));
    let permissions = SystemPermission::grantable().map(|(_, words)| words);
    let is_privilege =
        known.chain(permissions).any(|words| reader.peeks(words.split(' ').next().unwrap_or(words)));
    let ends = |ahead| {
        let next = reader.peek_at(ahead);
        reader.peeks_at(ahead, "TO")
            || reader.peeks_at(ahead, "FROM")
            || matches!(next, Token::Comma | Token::Colon)
    };
    !is_privilege && matches!(reader.peek(), Token::Word(_)) && ends(1)
}

fn roles(reader: &mut Reader) -> SqlResult<Vec<crate::warehouse::identifier::Identifier>> {
    reader.list(|reader| {
        reader.word("ROLE");
        reader.principal()
    })
}

fn role_grantee(reader: &mut Reader, granting: bool) -> SqlResult<RoleGrantee> {
    if reader.word("ROLE") {
        return Ok(RoleGrantee::Role(reader.principal()?));
    }
    let name = reader.user()?;
    Ok(RoleGrantee::User { name, admin_option: granting && reader.words("WITH ADMIN OPTION") })
}

/// ASSUMEROLE, CREATE MODEL and the system permissions.
fn special(reader: &mut Reader, verb: Verb) -> SqlResult<Option<Statement>> {
    if reader.word("ASSUMEROLE") {
        return assume_role(reader, verb).map(Some);
    }
    let to_role = |reader: &Reader, ahead| {
        reader.peeks_at(ahead, verb.preposition()) && reader.peeks_at(ahead + 1, "ROLE")
    };
    let mut permissions = Vec::new();
    if reader.peeks("ALL") && (to_role(reader, 1) || (reader.peeks_at(1, "PRIVILEGES") && to_role(reader, 2)))
    {
        reader.advance();
        reader.word("PRIVILEGES");
    } else if let Some(first) = system_permission(reader) {
        permissions.push(first);
        while reader.symbol(&Token::Comma) {
            match system_permission(reader) {
                Some(permission) => permissions.push(permission),
                None => return reader.unexpected(),
            }
        }
    } else {
        return Ok(None);
    }
    reader.expect(verb.preposition())?;
    // CREATE MODEL is everybody's to hold, all other permissions only a role's.
    if permissions == [SystemPermission::CreateModel] {
        let grantees = grantees(reader, verb)?;
        return Ok(Some(Statement::GrantCreateModel { granting: verb == Verb::Grant, grantees }));
    }
    let roles = reader.list(|reader| {
        reader.expect("ROLE")?;
        reader.principal()
    })?;
    Ok(Some(Statement::SystemPermissions { granting: verb == Verb::Grant, permissions, roles }))
}

fn system_permission(reader: &mut Reader) -> Option<SystemPermission> {
    SystemPermission::grantable().find(|(_, words)| reader.words(words)).map(|(permission, _)| permission)
}

/// `ON {'arn' [, ...] | default | ALL} TO grantee [, ...] FOR {ALL | command [, ...]}`.
fn assume_role(reader: &mut Reader, verb: Verb) -> SqlResult<Statement> {
    reader.expect("ON")?;
    let roles = match reader.one_of(&["DEFAULT", "ALL"]) {
        Some("DEFAULT") => vec![IamRole::Default],
        Some(_) => vec![IamRole::All],
        None => reader.list(Reader::string)?.into_iter().map(IamRole::Arn).collect(),
    };
    reader.expect(verb.preposition())?;
    let grantees = grantees(reader, verb)?;
    reader.expect("FOR")?;
    let commands = if reader.word("ALL") {
        RoleCommand::ALL.to_vec()
    } else {
        reader.list(|reader| match RoleCommand::ALL.into_iter().find(|one| reader.words(one.keyword())) {
            Some(command) => Ok(command),
            None => reader.unexpected(),
        })?
    };
    let granting = verb == Verb::Grant;
    Ok(Statement::AssumeRole(Box::new(AssumeRole { granting, roles, grantees, commands })))
}

fn on_objects(
    reader: &mut Reader,
    verb: Verb,
    finish: impl FnOnce(GrantStatement) -> Statement,
) -> SqlResult<Statement> {
    let Some(privileges) = privileges(reader)? else {
        datashare(reader, verb)?;
        return Ok(not_simulated(Feature::Datashare, verb.tag()));
    };
    if reader.word("FOR") {
        let on = scope(reader)?;
        reader.expect(verb.preposition())?;
        if reader.peeks("GROUP") || reader.peeks("PUBLIC") {
            return reader.unexpected();
        }
        let grantees = grantees(reader, verb)?;
        if verb == Verb::Revoke {
            reader.word("RESTRICT");
        }
        return Ok(finish(GrantStatement { privileges, on, grantees }));
    }
    reader.expect("ON")?;
    if reader.peeks("DATASHARE") {
        return datashare_from_on(reader, verb);
    }
    let target = target(reader)?;
    reader.expect(verb.preposition())?;
    if let Some(policy) = reader.one_of(&["RLS POLICY", "MASKING POLICY"]) {
        return match (target, privileges) {
            (Target::Known(GrantTarget::Relations(tables)), GrantedPrivileges::List(list))
                if list == [(Privilege::Select, Vec::new())] =>
            {
                let kind = super::policy::kind_of(policy);
                let policies = reader.identifiers()?;
                Ok(Statement::GrantToPolicy { granting: verb == Verb::Grant, kind, tables, policies })
            }
            _ => reader.unexpected(),
        };
    }
    let grantees = grantees(reader, verb)?;
    if verb == Verb::Revoke {
        reader.word("RESTRICT");
    }
    match target {
        Target::Known(on) => Ok(finish(GrantStatement { privileges, on, grantees })),
        Target::Gap(feature) => Ok(not_simulated(feature, verb.tag())),
    }
}

/// The privileges before ON or FOR; `None` for SHARE, which only a datashare has.
fn privileges(reader: &mut Reader) -> SqlResult<Option<GrantedPrivileges>> {
    if reader.peeks("SHARE") {
        return Ok(None);
    }
    if reader.word("ALL") {
        reader.word("PRIVILEGES");
        return Ok(Some(match reader.peek() {
            Token::LParen => GrantedPrivileges::AllOfColumns(reader.column_list()?),
            _ => GrantedPrivileges::All,
        }));
    }
    let list = reader.list(|reader| {
        let Some((_, privilege)) = PRIVILEGES.iter().find(|(word, _)| reader.word(word)) else {
            return reader.unexpected();
        };
        let columns = if *reader.peek() == Token::LParen { reader.column_list()? } else { Vec::new() };
        Ok((*privilege, columns))
    })?;
    Ok(Some(GrantedPrivileges::List(list)))
}

fn target(reader: &mut Reader) -> SqlResult<Target> {
    const GROUPS: [&str; 5] = [
        "ALL TABLES IN SCHEMA",
        "ALL FUNCTIONS IN SCHEMA",
        "ALL PROCEDURES IN SCHEMA",
        "EXTERNAL TABLE",
        "EXTERNAL SCHEMA",
    ];
    match reader.one_of(&GROUPS) {
        Some("ALL TABLES IN SCHEMA") => {
            return Ok(Target::Known(GrantTarget::AllTablesInSchemas(reader.identifiers()?)));
        }
        Some("ALL FUNCTIONS IN SCHEMA") => {
            return Ok(Target::Known(GrantTarget::AllFunctionsInSchemas(reader.identifiers()?)));
        }
        Some("ALL PROCEDURES IN SCHEMA") => {
            return Ok(Target::Known(GrantTarget::AllProceduresInSchemas(reader.identifiers()?)));
        }
        // These are written in Lake Formation's catalog, not in the warehouse's, and only where Glue's database is
        // registered there (reference, sections 2.1 and 8.2); nothing else of that service is simulated.
        Some(_) => {
            reader.names()?;
            return Ok(Target::Gap(Feature::LakeFormation));
        }
        None => {}
    }
    // None of these words is reserved: `GRANT SELECT ON model TO u` means a table of that name.
    let names_kind = matches!(reader.peek_at(1), Token::Word(_))
        && !reader.peeks_at(1, "TO")
        && !reader.peeks_at(1, "FROM");
    const KINDS: [&str; 7] = ["TABLE", "SCHEMA", "DATABASE", "LANGUAGE", "FUNCTION", "PROCEDURE", "MODEL"];
    let kind = if names_kind { reader.one_of(&KINDS) } else { None };
    Ok(match kind {
        Some("SCHEMA") => Target::Known(GrantTarget::Schemas(reader.identifiers()?)),
        Some("DATABASE") => Target::Known(GrantTarget::Databases(reader.identifiers()?)),
        Some("LANGUAGE") => Target::Known(GrantTarget::Languages(reader.identifiers()?)),
        Some("FUNCTION") => Target::Known(GrantTarget::Functions(reader.list(signature)?)),
        Some("PROCEDURE") => Target::Known(GrantTarget::Procedures(reader.list(signature)?)),
        Some("MODEL") => Target::Known(GrantTarget::Models(reader.names()?)),
        _ => Target::Known(GrantTarget::Relations(reader.names()?)),
    })
}

pub(super) fn grantees(reader: &mut Reader, verb: Verb) -> SqlResult<Vec<NamedGrantee>> {
    reader.list(|reader| {
        let grantee = if reader.word("GROUP") {
            NamedGrantee::Group(reader.principal()?)
        } else if reader.word("ROLE") {
            NamedGrantee::Role(reader.principal()?)
        } else if reader.word("PUBLIC") {
            NamedGrantee::Public
        } else if reader.word("IAM_ROLE") {
            return reader.string().and(Err(SqlError::not_simulated(Feature::LakeFormation)));
        } else {
            let name = reader.user()?;
            let grant_option = verb == Verb::Grant && reader.words("WITH GRANT OPTION");
            return Ok(NamedGrantee::User { name, grant_option });
        };
        if verb == Verb::Grant && reader.words("WITH GRANT OPTION") {
            let message = "grant options can only be granted to individual users";
            return Err(SqlError::product("0LP01", message));
        }
        Ok(grantee)
    })
}

/// `{SCHEMAS | TABLES | FUNCTIONS | PROCEDURES | LANGUAGES} IN {SCHEMA s [DATABASE d] | DATABASE d}`.
fn scope(reader: &mut Reader) -> SqlResult<GrantTarget> {
    const REACHES: [Reach; 5] =
        [Reach::Schemas, Reach::Tables, Reach::Functions, Reach::Procedures, Reach::Languages];
    let Some(reach) = REACHES.into_iter().find(|reach| reader.word(reach.keyword())) else {
        return reader.unexpected();
    };
    reader.expect("IN")?;
    let in_schema = !matches!(reach, Reach::Schemas | Reach::Languages) && reader.word("SCHEMA");
    let schema = if in_schema { Some(reader.identifier()?) } else { None };
    let database = if schema.is_none() || reader.peeks("DATABASE") {
        reader.expect("DATABASE")?;
        Some(reader.identifier()?)
    } else {
        None
    };
    Ok(GrantTarget::Scope { reach, schema, database })
}

fn datashare(reader: &mut Reader, verb: Verb) -> SqlResult<()> {
    reader.expect("SHARE ON")?;
    datashare_from_on(reader, verb).map(|_| ())
}

/// `DATASHARE share TO {grantee | NAMESPACE 'guid' | ACCOUNT 'n' [VIA DATA CATALOG]}`.
fn datashare_from_on(reader: &mut Reader, verb: Verb) -> SqlResult<Statement> {
    reader.expect("DATASHARE")?;
    reader.identifier()?;
    reader.expect(verb.preposition())?;
    if reader.one_of(&["NAMESPACE", "ACCOUNT"]).is_some() {
        reader.list(Reader::string)?;
        reader.words("VIA DATA CATALOG");
    } else {
        grantees(reader, verb)?;
    }
    Ok(not_simulated(Feature::Datashare, verb.tag()))
}
