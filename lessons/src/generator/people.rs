//! Invented people for the `pii` schema: the course's users, given a name, a phone number and a birthday.
//!
//! Nobody real: names are put together from lists, numbers come from the 555 and 0000 ranges nobody has.

use super::random::Random;
use super::sessions::SEEN;

/// A row of `pii.user_profile`.
pub struct Person {
    pub user: i32,
    pub name: String,
    pub gender: &'static str,
    pub age: i32,
    pub phone: String,
    pub email: String,
}

const FAMILIES: [(&str, &str); 10] = [
    ("김", "kim"),
    ("이", "lee"),
    ("박", "park"),
    ("최", "choi"),
    ("정", "jung"),
    ("강", "kang"),
    ("조", "cho"),
    ("윤", "yoon"),
    ("장", "jang"),
    ("임", "lim"),
];
const GIVEN: [(&str, &str, &str); 12] = [
    ("서연", "seoyeon", "female"),
    ("지우", "jiwoo", "female"),
    ("하윤", "hayoon", "female"),
    ("민서", "minseo", "female"),
    ("수아", "sua", "female"),
    ("다은", "daeun", "female"),
    ("민준", "minjun", "male"),
    ("도윤", "doyoon", "male"),
    ("예준", "yejun", "male"),
    ("시우", "siwoo", "male"),
    ("주원", "juwon", "male"),
    ("건우", "gunwoo", "male"),
];

/// `count` people, in order of their user id; the users of the first five sessions are among them.
pub fn people(seed: u64, count: usize) -> Vec<Person> {
    let mut random = Random::new(seed, 9);
    let mut users: Vec<i32> = SEEN.iter().map(|(user, ..)| *user).collect();
    while users.len() < count {
        let user = 1 + random.below(999) as i32;
        if !users.contains(&user) {
            users.push(user);
        }
    }
    sandshift_engine::sorted::sort(&mut users);
    users.into_iter().map(|user| person(&mut random, user)).collect()
}

fn person(random: &mut Random, user: i32) -> Person {
    let (family, family_latin) = FAMILIES[random.below(FAMILIES.len() as u32) as usize];
    let (given, given_latin, gender) = GIVEN[random.below(GIVEN.len() as u32) as usize];
    Person {
        user,
        name: format!("{family}{given}"),
        gender,
        age: 18 + random.below(51) as i32,
        phone: format!("010-0000-{:04}", random.below(10_000)),
        email: format!("{given_latin}.{family_latin}{user}@example.com"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_many_different_and_nobody_real() {
        let people = people(1, 100);
        assert_eq!(people.len(), 100);
        assert!(people.is_sorted_by(|a, b| a.user < b.user));
        assert!(people.iter().any(|person| person.user == 779));
        assert!(people.iter().all(|p| p.phone.starts_with("010-0000-") && p.email.ends_with("@example.com")));
        assert!(people.iter().all(|person| (18..=68).contains(&person.age)));
    }
}
