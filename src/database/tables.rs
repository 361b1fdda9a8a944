//! Tables, declared once: as SQLite reads them, and derived from that for PostgreSQL.

/// A set of tables with its place in either database.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    /// Statements that create the tables, each ending with `;` and a line break. Triggers only refuse.
    pub sql: &'static str,
    /// Id in the header of a file; also the lock of writers in PostgreSQL.
    pub application: i64,
    /// Version of the tables.
    pub version: i64,
    /// Schema that has the tables in a PostgreSQL database.
    pub schema: &'static str,
}

/// The function that triggers of PostgreSQL call, after its schema.
#[cfg(feature = "postgres")]
const REFUSE: &str = "refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''%'', TG_ARGV[0]; END'";

#[cfg(feature = "postgres")]
impl Tables {
    /// Returns the statements that create the tables in a schema of PostgreSQL, each ending with `;` and a line break.
    ///
    /// Texts are ordered by their bytes, as in SQLite. A table of which no row can be removed cannot be emptied as a whole.
    pub fn for_postgres(&self, schema: &str) -> String {
        let statements = self.sql.split(";\n").map(str::trim).filter(|statement| !statement.is_empty());
        let mut sql = format!("CREATE FUNCTION {schema}.{REFUSE};\n");
        for statement in statements {
            sql.push_str(&translated(statement, schema));
            sql.push_str(";\n");
        }
        sql
    }
}

/// Returns a statement of PostgreSQL.
#[cfg(feature = "postgres")]
fn translated(statement: &str, schema: &str) -> String {
    let Some((head, message)) = statement.split_once("BEGIN SELECT RAISE(ABORT, ") else {
        return statement
            .replace(" INTEGER", " BIGINT")
            .replace(" TEXT", " TEXT COLLATE \"C\"")
            .replace(" BLOB", " BYTEA")
            .replace(") STRICT", ")");
    };
    let message = message.trim_end_matches("; END");
    let (head, when) = match head.split_once("WHEN ") {
        Some((head, condition)) => (head, format!("WHEN ({}) ", condition.trim())),
        None => (head, String::new()),
    };
    let head = head.trim();
    let trigger = format!("{head} FOR EACH ROW {when}EXECUTE FUNCTION {schema}.refuse({message}");
    match head.split_once(" BEFORE DELETE ON ") {
        Some((_, table)) => format!(
            "{trigger};\nCREATE TRIGGER {table}_is_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse({message}"
        ),
        None => trigger,
    }
}
