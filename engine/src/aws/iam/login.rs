//! Passwords for the console, and what the account demands of them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Iam;
use super::fault::IamFault;
use super::holder::Holder;
use super::user::{User, named_or_self};
use crate::aws::caller::Identity;
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Login {
    password: String,
    created: Instant,
    reset: bool,
}

/// The members of a password policy, with what holds when nothing was said.
const POLICY: [(&str, i64); 9] = [
    ("MinimumPasswordLength", 6),
    ("RequireSymbols", 0),
    ("RequireNumbers", 0),
    ("RequireUppercaseCharacters", 0),
    ("RequireLowercaseCharacters", 0),
    ("AllowUsersToChangePassword", 0),
    ("MaxPasswordAge", -1),
    ("PasswordReusePrevention", -1),
    ("HardExpiry", -1),
];

impl Login {
    fn value(&self, user: &str) -> Value {
        json!({"LoginProfile": {
            "UserName": user,
            "CreateDate": iso(self.created),
            "PasswordResetRequired": self.reset,
        }})
    }
}

fn missing(user: &str) -> IamFault {
    IamFault::NoSuchLogin { user: user.to_owned() }
}

impl Iam {
    fn user_mut(&mut self, name: &str) -> Result<&mut User, IamFault> {
        let missing = || IamFault::NoSuchEntity { kind: Holder::User, name: name.to_owned() };
        self.users.get_mut(name).ok_or_else(missing)
    }

    /// Refuses a password that the account's policy (or, without one, AWS's own rule) does not take.
    fn check_password(&self, password: &str) -> Result<(), IamFault> {
        let policy: Value = self
            .password_policy
            .as_ref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let has = [
            ("RequireSymbols", password.chars().any(|c| c.is_ascii_punctuation())),
            ("RequireNumbers", password.chars().any(|c| c.is_ascii_digit())),
            ("RequireUppercaseCharacters", password.chars().any(|c| c.is_ascii_uppercase())),
            ("RequireLowercaseCharacters", password.chars().any(|c| c.is_ascii_lowercase())),
        ];
        let length = policy["MinimumPasswordLength"].as_i64().unwrap_or(8);
        let fits = match self.password_policy {
            Some(_) => has.iter().all(|(member, found)| *found || policy[*member] != true),
            // Three of the four kinds.
            None => has.iter().filter(|(_, found)| *found).count() >= 3,
        };
        if fits && password.chars().count() as i64 >= length { Ok(()) } else { Err(IamFault::WeakPassword) }
    }

    pub fn create_login(&mut self, parameters: Parameters<'_>, now: Instant) -> Result<Value, IamFault> {
        let (name, password) = (parameters.required("UserName"), parameters.required("Password"));
        self.check_password(password)?;
        let user = self.user_mut(name)?;
        if user.login.is_some() {
            return Err(IamFault::LoginExists { user: name.to_owned() });
        }
        let login = Login {
            password: password.to_owned(),
            created: now,
            reset: parameters.flag("PasswordResetRequired"),
        };
        let value = login.value(name);
        user.login = Some(login);
        Ok(value)
    }

    pub fn get_login(&self, parameters: Parameters<'_>, own: &Identity) -> Result<Value, IamFault> {
        let name = named_or_self(parameters, own)?;
        self.policies(Holder::User, name)?;
        let login = self.users.get(name).and_then(|user| user.login.as_ref());
        Ok(login.ok_or_else(|| missing(name))?.value(name))
    }

    pub fn update_login(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required("UserName");
        if let Some(password) = parameters.text("Password") {
            self.check_password(password)?;
        }
        let login = self.user_mut(name)?.login.as_mut().ok_or_else(|| missing(name))?;
        if let Some(password) = parameters.text("Password") {
            login.password = password.to_owned();
        }
        if parameters.get("PasswordResetRequired").is_some() {
            login.reset = parameters.flag("PasswordResetRequired");
        }
        Ok(Value::Null)
    }

    pub fn delete_login(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let name = parameters.required("UserName");
        self.user_mut(name)?.login.take().map(|_| Value::Null).ok_or_else(|| missing(name))
    }

    pub fn change_password(&mut self, parameters: Parameters<'_>, own: &Identity) -> Result<Value, IamFault> {
        let Identity::User(name) = own else { return Err(IamFault::NotAUser) };
        let password = parameters.required("NewPassword");
        self.check_password(password)?;
        let login = self.user_mut(name)?.login.as_mut().ok_or_else(|| missing(name))?;
        if login.password != parameters.required("OldPassword") {
            return Err(IamFault::WrongPassword);
        }
        login.password = password.to_owned();
        login.reset = false;
        Ok(Value::Null)
    }

    pub fn get_password_policy(&self, account: &str) -> Result<Value, IamFault> {
        let Some(text) = &self.password_policy else {
            return Err(IamFault::NoPasswordPolicy { account: account.to_owned() });
        };
        Ok(json!({"PasswordPolicy": serde_json::from_str::<Value>(text).unwrap_or_default()}))
    }

    /// What is not said goes back to its default.
    pub fn update_password_policy(&mut self, parameters: Parameters<'_>) -> Result<Value, IamFault> {
        let length = parameters.integer("MinimumPasswordLength").unwrap_or(6);
        if !(6..=128).contains(&length) {
            let (bound, limit) = if length < 6 { ("greater", 6) } else { ("less", 128) };
            return Err(IamFault::Invalid {
                field: "minimumPasswordLength",
                value: length.to_string(),
                constraint: format!("have value {bound} than or equal to {limit}"),
            });
        }
        let mut policy = Map::new();
        for (member, default) in POLICY {
            let value = match (parameters.get(member), default) {
                (Some(value), _) => value.clone(),
                (None, 0) => json!(false),
                (None, -1) => continue,
                (None, number) => json!(number),
            };
            policy.insert(member.to_owned(), value);
        }
        policy.insert("ExpirePasswords".to_owned(), json!(policy.contains_key("MaxPasswordAge")));
        self.password_policy = Some(Value::Object(policy).to_string());
        Ok(Value::Null)
    }

    pub fn delete_password_policy(&mut self, account: &str) -> Result<Value, IamFault> {
        match self.password_policy.take() {
            Some(_) => Ok(Value::Null),
            None => Err(IamFault::NoPasswordPolicy { account: account.to_owned() }),
        }
    }
}
