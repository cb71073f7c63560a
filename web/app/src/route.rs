//! Places have addresses: `#/`, `#/lab/permissions`, `#/lab/permissions/users`.
//!
//! They live behind the hash because any static host can serve them, under any path.

/// A place of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Home,
    Lab { id: String, room: Room },
}

/// A room of the workbench.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Room {
    Query,
    Users,
    /// Service, page and what it is about, as the address has them: `s3/bucket/raw`. Empty: where one was last.
    Console(String),
    Terminal,
    /// Schema and name of one, as the address has them; empty: the newest.
    Models(String),
}

/// The place that is laid out as a lab and has no lesson: the account alone.
pub const SANDBOX: &str = "sandbox";

/// Where in the console tables are seen as they lie on disk; a room of its own to whoever works.
pub const INSPECT: &str = "inspect/";

impl Route {
    /// Whether it is the account without a lesson.
    pub fn is_sandbox(&self) -> bool {
        matches!(self, Self::Lab { id, .. } if id == SANDBOX)
    }

    /// The account of the open lab, or the one without a lesson.
    pub fn console(&self, place: &str) -> Self {
        self.in_room(Room::Console(place.to_owned()))
    }

    /// Another room of it.
    pub fn in_room(&self, room: Room) -> Self {
        let id = match self {
            Self::Lab { id, .. } => id.clone(),
            Self::Home => SANDBOX.to_owned(),
        };
        Self::Lab { id, room }
    }

    /// Reads a location's hash; what it does not know is home.
    pub fn from_hash(hash: &str) -> Self {
        let path = hash.trim_start_matches('#').trim_start_matches('/');
        let mut parts = path.split('/');
        match (parts.next(), parts.next()) {
            (Some("lab"), Some(id)) if !id.is_empty() => {
                let room = match parts.next() {
                    Some("terminal") => Room::Terminal,
                    Some("users") => Room::Users,
                    Some("models") => Room::Models(parts.next().unwrap_or_default().to_owned()),
                    Some("console") => Room::Console(parts.collect::<Vec<_>>().join("/")),
                    _ => Room::Query,
                };
                Self::Lab { id: id.to_owned(), room }
            }
            _ => Self::Home,
        }
    }

    pub fn href(&self) -> String {
        match self {
            Self::Home => "#/".to_owned(),
            Self::Lab { id, room: Room::Query } => format!("#/lab/{id}"),
            Self::Lab { id, room: Room::Users } => format!("#/lab/{id}/users"),
            Self::Lab { id, room: Room::Terminal } => format!("#/lab/{id}/terminal"),
            Self::Lab { id, room: Room::Models(model) } if model.is_empty() => format!("#/lab/{id}/models"),
            Self::Lab { id, room: Room::Models(model) } => format!("#/lab/{id}/models/{model}"),
            Self::Lab { id, room: Room::Console(place) } if place.is_empty() => format!("#/lab/{id}/console"),
            Self::Lab { id, room: Room::Console(place) } => format!("#/lab/{id}/console/{place}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Room, Route};

    #[test]
    fn every_place_comes_back_from_its_address() {
        for route in [
            Route::Home,
            Route::Lab { id: "permissions".into(), room: Room::Query },
            Route::Lab { id: "permissions".into(), room: Room::Users },
            Route::Lab { id: "permissions".into(), room: Room::Terminal },
            Route::Lab { id: "redshift-ml".into(), room: Room::Models(String::new()) },
            Route::Lab { id: "redshift-ml".into(), room: Room::Models("public.churn".into()) },
            Route::Lab { id: "permissions".into(), room: Room::Console(String::new()) },
            Route::Lab { id: "permissions".into(), room: Room::Console("s3/bucket/raw/2023/".into()) },
        ] {
            assert_eq!(Route::from_hash(&route.href()), route);
        }
        assert_eq!(Route::from_hash(""), Route::Home);
        assert_eq!(Route::from_hash("#/elsewhere"), Route::Home);
        assert_eq!(Route::from_hash("#/lab/"), Route::Home);
    }
}
