//! What may be named in an editor, as the page is told it.

use sandshift_engine::sandbox::NameKind as EngineNameKind;
use sandshift_protocol::{Name, NameKind};

pub(super) fn name(name: sandshift_engine::sandbox::Name) -> Name {
    let kind = match name.kind {
        EngineNameKind::Schema => NameKind::Schema,
        EngineNameKind::Table => NameKind::Table,
        EngineNameKind::View => NameKind::View,
        EngineNameKind::Column => NameKind::Column,
        EngineNameKind::Function => NameKind::Function,
        EngineNameKind::User => NameKind::User,
        EngineNameKind::Group => NameKind::Group,
        EngineNameKind::Role => NameKind::Role,
    };
    Name { kind, text: name.text, detail: name.detail }
}
