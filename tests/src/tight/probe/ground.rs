//! Two accounts that differ in nothing but what `eve` may not see: values of sealed tables, of columns, of rows behind a
//! view's or a policy's predicate, and values behind a mask.

use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_lessons::extensions::linked;

use crate::choice::Choices;
use crate::start::SEED;

/// Who looks where nothing is to be seen.
pub const EVE: &str = "eve";

/// Numbers on which functions stumble.
const NUMBERS: [&str; 11] =
    ["0", "1", "-1", "7", "42", "100", "300", "40000", "9223372036854775807", "-9223372036854775808", "NULL"];
/// Texts on which casts and patterns stumble.
const TEXTS: [&str; 11] = [
    "''",
    "'abc'",
    "'12'",
    "'-7'",
    "'2024-02-29'",
    "'2024-02-30'",
    "'('",
    "'[]'",
    "'{\"a\": 1}'",
    "'99999999999999999999'",
    "NULL",
];

/// What is sealed whole, by column, by row or by value: not a counter may tell.
pub const SEALED: [Target; 9] = [
    Target { name: "shop.sealed", readable: &[] },
    Target { name: "closed.sealed", readable: &[] },
    Target { name: "closed.maybe", readable: &[] },
    Target { name: "shop.people", readable: &["id"] },
    Target { name: "shop.rowed", readable: &["id", "val", "txt"] },
    Target { name: "shop.masked", readable: &["id", "val", "txt"] },
    // Owning a table opens none of its policies, nor does a right on it that is none to read.
    Target { name: "shop.owned", readable: &["id", "val", "txt"] },
    Target { name: "shop.veiled", readable: &["id", "val", "txt"] },
    Target { name: "shop.altered", readable: &[] },
];
/// Views that show some rows. The product has no barrier in a view, and its counters of blocks read and skipped are those of
/// all rows; rows and errors must still be those of the rows shown.
pub const SHOWN: [Target; 3] = [
    Target { name: "shop.shown", readable: &["id", "val", "txt"] },
    Target { name: "shop.shown_late", readable: &["id", "val", "txt"] },
    Target { name: "shop.shown_kept", readable: &["id", "val", "txt"] },
];

/// All of them have the columns id, val and txt.
pub struct Target {
    pub name: &'static str,
    /// What `eve` holds SELECT on, all of it or what a view shows.
    pub readable: &'static [&'static str],
}

/// Run by the admin after the tables are filled.
const RIGHTS: &str = "
    CREATE VIEW shop.shown AS SELECT id, val, txt FROM shop.base WHERE vis = 1;
    CREATE VIEW shop.shown_late AS SELECT id, val, txt FROM shop.base WHERE vis = 1 WITH NO SCHEMA BINDING;
    CREATE MATERIALIZED VIEW shop.shown_kept AS SELECT id, val, txt FROM shop.base WHERE vis = 1;
    GRANT SELECT ON closed.sealed TO PUBLIC;
    GRANT SELECT (id), UPDATE (id) ON shop.people TO eve;
    GRANT SELECT ON shop.shown, shop.shown_late, shop.shown_kept TO eve;
    GRANT SELECT, INSERT, UPDATE, DELETE ON shop.rowed TO eve;
    GRANT SELECT ON shop.masked TO eve;
    GRANT ALTER, INSERT, REFERENCES ON shop.altered TO eve;
    ALTER TABLE shop.owned OWNER TO eve;
    ALTER TABLE shop.veiled OWNER TO eve;
    GRANT CREATE MODEL TO eve;
    CREATE RLS POLICY only_visible WITH (vis int) USING (vis = 1);
    ATTACH RLS POLICY only_visible ON shop.rowed TO PUBLIC;
    ALTER TABLE shop.rowed ROW LEVEL SECURITY ON;
    CREATE FUNCTION public.seen(bigint) RETURNS boolean STABLE AS $$ SELECT $1 = 1 $$ LANGUAGE sql;
    CREATE RLS POLICY only_seen WITH (vis int) USING (seen(vis));
    ATTACH RLS POLICY only_seen ON shop.owned TO PUBLIC;
    ALTER TABLE shop.owned ROW LEVEL SECURITY ON;
    CREATE MASKING POLICY no_number WITH (val bigint) USING (CAST(-1 AS bigint));
    CREATE MASKING POLICY no_text WITH (txt varchar(40)) USING (CAST('***' AS varchar(40)));
    ATTACH MASKING POLICY no_number ON shop.masked (val) TO PUBLIC;
    ATTACH MASKING POLICY no_text ON shop.masked (txt) TO PUBLIC;
    ATTACH MASKING POLICY no_number ON shop.veiled (val) TO PUBLIC;
    ATTACH MASKING POLICY no_text ON shop.veiled (txt) TO PUBLIC;
";

/// What does not fit is noted word for word, for whoever loaded it. (How many rows did fit, `pg_class` would tell.)
const LOADED: &str = "
    UNLOAD ('SELECT txt FROM shop.sealed') TO 's3://probe/sealed/' IAM_ROLE default ALLOWOVERWRITE;
    CREATE TABLE closed.loaded (n int);
    COPY closed.loaded FROM 's3://probe/sealed/' IAM_ROLE default MAXERROR 1000;
    TRUNCATE closed.loaded;
";

/// Where the cluster's role may write, and read again.
const BUCKET: [&str; 5] = [
    "s3 mb s3://probe",
    r#"iam create-role --role-name probe --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["redshift.amazonaws.com","sagemaker.amazonaws.com"]},"Action":"sts:AssumeRole"}]}'"#,
    "iam attach-role-policy --role-name probe --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess",
    "iam attach-role-policy --role-name probe --policy-arn arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",
    "redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles arn:aws:iam::123456789012:role/probe --default-iam-role-arn arn:aws:iam::123456789012:role/probe",
];

/// What `eve` has of her own.
const OWN: &str = "
    CREATE TABLE mine.helper (id bigint, val bigint, txt varchar(40));
    INSERT INTO mine.helper VALUES (1, 7, 'abc'), (2, 0, '12'), (3, 42, '2024-02-29');
    ANALYZE mine.helper;
    CREATE FUNCTION public.seen(int) RETURNS boolean STABLE AS $$ SELECT true $$ LANGUAGE sql;
    CREATE TABLE mine.sink (id bigint, val bigint, txt varchar(40));
    CREATE FUNCTION mine.div(bigint) RETURNS bigint IMMUTABLE AS $$ SELECT 100 / $1 $$ LANGUAGE sql;
    CREATE FUNCTION mine.num(varchar) RETURNS bigint IMMUTABLE AS $$ SELECT CAST($1 AS bigint) $$ LANGUAGE sql;
";

const TABLES: [&str; 9] = [
    "shop.sealed",
    "closed.sealed",
    "shop.people",
    "shop.base",
    "shop.rowed",
    "shop.masked",
    "shop.owned",
    "shop.veiled",
    "shop.altered",
];

/// A script that makes one of the two accounts: `shared` decides what both have, `hidden` what they differ in; with `counted`
/// also how many rows are hidden. (Everybody may read `pg_class.reltuples`, so that is no secret of the product's.)
pub fn script(shared: &mut Choices, hidden: &mut Choices, counted: bool) -> String {
    let mut script = "CREATE USER eve PASSWORD 'Password1';
        CREATE SCHEMA shop; CREATE SCHEMA closed; CREATE SCHEMA mine AUTHORIZATION eve;
        GRANT USAGE ON SCHEMA shop TO eve;\n"
        .to_owned();
    for table in TABLES {
        script += &format!("CREATE TABLE {table} (id bigint, vis int, val bigint, txt varchar(40));\n");
        let mut rows: Vec<String> =
            (0..4 + shared.below(4)).map(|row| values(table, row, shared, hidden)).collect();
        if counted && !matches!(table, "shop.people" | "shop.masked" | "shop.veiled") {
            rows.extend((0..hidden.below(4)).map(|_| hidden_row(hidden)));
        }
        script += &format!("INSERT INTO {table} VALUES {};\n", rows.join(", "));
        if shared.chance(50) {
            script += &format!("ANALYZE {table};\n");
        }
    }
    // Whether a table is there is nothing to know for whoever may not look into its schema.
    if counted && hidden.chance(50) {
        script += "CREATE TABLE closed.maybe (id bigint, val bigint, txt varchar(40));\n";
    } else {
        // A COPY's refusal tells how many statements there have been before it.
        script += "SELECT 1;\n";
    }
    script + LOADED + RIGHTS
}

/// One row. Where whole rows are hidden, some are seen and the same for both.
fn values(table: &str, row: usize, shared: &mut Choices, hidden: &mut Choices) -> String {
    let by_row = matches!(table, "shop.base" | "shop.rowed" | "shop.owned");
    let seen = by_row && shared.chance(50);
    let (id, from) = match (seen, table) {
        (true, _) => (row.to_string(), &mut *shared),
        // An id is something to see in these.
        (false, "shop.people" | "shop.masked" | "shop.veiled") => (row.to_string(), hidden),
        (false, _) => (hidden.of(&NUMBERS).to_owned(), hidden),
    };
    format!("({id}, {}, {}, {})", i32::from(seen), from.of(&NUMBERS), from.of(&TEXTS))
}

fn hidden_row(hidden: &mut Choices) -> String {
    format!("({}, 0, {}, {})", hidden.of(&NUMBERS), hidden.of(&NUMBERS), hidden.of(&TEXTS))
}

/// The account, with everything in place.
///
/// # Errors
/// A statement of it that is refused.
pub fn account(script: &str) -> Result<Sandbox, String> {
    let mut sandbox = Sandbox::new(SEED);
    sandbox.extensions = linked();
    for line in BUCKET {
        let output = sandbox.aws("learner", line);
        if output.code != 0 {
            return Err(format!("{line}: {}", output.stderr));
        }
    }
    for (user, text) in [(ADMIN, script), (EVE, OWN)] {
        let session = sandbox.connect(user, None).map_err(|error| error.to_string())?;
        for executed in sandbox.execute(session, text) {
            if let Err(error) = executed.result {
                return Err(format!("{error}: {}", executed.text));
            }
        }
        sandbox.disconnect(session);
    }
    Ok(sandbox)
}
