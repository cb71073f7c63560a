//! The files of a new lab: `cargo xtask labs new NAME`.
//!
//! The scaffold is a whole, provable lab of one step, so that an author begins from something that works.

/// Path inside the lab's folder, and text. `id` is the lab's id, `order` its place in the course.
pub fn files(id: &str, order: u32) -> Vec<(&'static str, String)> {
    vec![
        ("lab.toml", TOML.replace("LAB-ID", id).replace("LAB-ORDER", &order.to_string())),
        ("ko.md", KOREAN.to_owned()),
        ("en.md", ENGLISH.to_owned()),
    ]
}

const TOML: &str = r#"# What the lab does, in no language. Every field: lessons/prose/src/definition.rs
format = 1
id = "LAB-ID"
order = LAB-ORDER
minutes = 10
start = "course-warehouse"
languages = ["ko", "en"]

[[step]]
id = "readers"
solution = """
sql admin> CREATE GROUP readers;
sql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP readers;
sql admin> GRANT SELECT ON ALL TABLES IN SCHEMA raw_data TO GROUP readers;
"""

[[step.check]]
id = "may-read"
as = "group readers"
sql = "SELECT COUNT(1) FROM raw_data.user_session_channel"
rows = [["101520"]]

[[step.check]]
id = "may-not-delete"
as = "group readers"
sql = "DELETE FROM raw_data.user_session_channel"
refused = "42501"

[[step.wrong]]
id = "usage-only"
does = """
sql admin> CREATE GROUP readers;
sql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP readers;
"""

[[step.wrong.when]]
as = "group readers"
sql = "SELECT COUNT(1) FROM raw_data.user_session_channel"
refused = "42501"
message = "for relation"
"#;

const KOREAN: &str = r"# 새 랩

이 랩에서 무엇을 하는지 한두 문장으로 씁니다.

```outcome
그룹에 읽기 권한을 줄 수 있습니다.
```

## 읽는 그룹 {#readers}

왜 하는지 먼저 쓰고, 그다음에 할 일을 씁니다.

```sql admin
CREATE GROUP readers;
```

```check may-read
readers에 속한 사람은 raw_data를 읽을 수 있습니다.
```

```check may-not-delete
그래도 지울 수는 없습니다.
```

```hint
스키마에 들어가는 권한과 테이블을 읽는 권한은 따로입니다.
```

```wrong usage-only
스키마까지는 들어갑니다. 테이블의 SELECT가 아직 없습니다.
```
";

const ENGLISH: &str = r"# A new lab

Say in a sentence or two what is done here.

```outcome
You can let a group read.
```

## A group that reads {#readers}

Say why first, then what to do.

```sql admin
CREATE GROUP readers;
```

```check may-read
A member of readers can read raw_data.
```

```check may-not-delete
It still cannot delete.
```

```hint
Entering a schema and reading its tables are two separate privileges.
```

```wrong usage-only
The schema opens now. SELECT on its tables is still missing.
```
";

#[cfg(test)]
mod tests {
    use sandshift_prose::Digest;

    use crate::words;

    #[test]
    fn the_scaffold_is_a_complete_lab() {
        let files: Vec<(String, String)> =
            super::files("new-lab", 9).into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
        let lab = Digest::read("new-lab", &files).unwrap();
        assert_eq!(words::complete(&lab), []);
    }
}
