//! What the system views list of grants (reference, section 5.1): explicit ones only.

use super::{Answer, Entry, Guard, World};
use crate::tight::act::{Holder, Listing, Name, To};

impl World {
    pub fn list(&self, listing: Listing) -> Answer {
        let mut rows: Vec<Vec<String>> = Vec::new();
        match listing {
            Listing::Relations => {
                for relation in self.relations.values() {
                    let at = [relation.at.schema, relation.at.name];
                    rows.extend(whole(&relation.guard).map(|entry| row(&at, entry)));
                }
            }
            Listing::Columns => {
                for relation in self.relations.values() {
                    for column in &relation.columns {
                        let at = [relation.at.schema, relation.at.name, column.name];
                        let of =
                            relation.guard.entries.keys().filter(|entry| entry.column == Some(column.id));
                        rows.extend(of.map(|entry| row(&at, entry)));
                    }
                }
            }
            Listing::Schemas => {
                for (schema, guard) in &self.schemas {
                    rows.extend(whole(guard).map(|entry| row(&[schema], entry)));
                }
            }
            Listing::RolesOfUsers | Listing::RolesOfRoles => {
                for (role, holder, admin) in self.held() {
                    match (listing, holder) {
                        (Listing::RolesOfUsers, Holder::User(user)) => {
                            rows.push(vec![user.to_owned(), role.to_owned(), admin.to_string()]);
                        }
                        (Listing::RolesOfRoles, Holder::Role(holder)) if !holder.starts_with("sys:") => {
                            rows.push(vec![holder.to_owned(), role.to_owned()]);
                        }
                        _ => {}
                    }
                }
            }
        }
        rows.sort();
        rows.dedup();
        Answer::Rows { names: names(listing), rows }
    }

    fn held(&self) -> impl Iterator<Item = (Name, Holder, bool)> {
        self.roles
            .iter()
            .flat_map(|(role, known)| known.holders.iter().map(|(holder, admin)| (*role, *holder, *admin)))
    }
}

fn whole(guard: &Guard) -> impl Iterator<Item = &Entry> {
    guard.entries.keys().filter(|entry| entry.column.is_none())
}

fn row(at: &[Name], entry: &Entry) -> Vec<String> {
    let (name, kind) = match entry.to {
        To::User(name) => (name, "user"),
        To::Group(name) => (name, "group"),
        To::Role(name) => (name, "role"),
        To::Public => ("public", "public"),
    };
    let mut row: Vec<String> = at.iter().map(|name| (*name).to_owned()).collect();
    row.extend([entry.right.word(), name, kind].map(str::to_owned));
    row
}

fn names(listing: Listing) -> Vec<String> {
    let names: &[&str] = match listing {
        Listing::Relations => {
            &["namespace_name", "relation_name", "privilege_type", "identity_name", "identity_type"]
        }
        Listing::Columns => &[
            "namespace_name",
            "relation_name",
            "column_name",
            "privilege_type",
            "identity_name",
            "identity_type",
        ],
        Listing::Schemas => &["namespace_name", "privilege_type", "identity_name", "identity_type"],
        Listing::RolesOfUsers => &["user_name", "role_name", "admin_option"],
        Listing::RolesOfRoles => &["role_name", "granted_role_name"],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}
