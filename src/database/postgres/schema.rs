//! The schema that has the tables of a PostgreSQL database.

use super::client::Postgres;
use crate::database::error::Error;
use crate::database::row::Row;
use crate::database::tables::Tables;
use crate::database::value::Value;
use std::collections::BTreeMap;

/// Names and definitions of everything in a schema.
const DEFINITIONS: &str = "
SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
    || coalesce(l.collname, '') || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation l ON l.oid = a.attcollation LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ?1) AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
UNION ALL
SELECT c.relname::text, c.relkind::text || ' ' || c.relrowsecurity || ' '
    || coalesce((SELECT string_agg(r.rulename::text, ',') FROM pg_rewrite r WHERE r.ev_class = c.oid), '')
FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ?1) AND c.relkind <> 'i'
UNION ALL
SELECT c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ?1)
UNION ALL
SELECT c.relname::text, pg_get_indexdef(c.oid) || ' ' || i.indisvalid
FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ?1)
UNION ALL
SELECT t.tgname::text, pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ?1) AND NOT t.tgisinternal
UNION ALL
SELECT p.proname || '()', p.prosrc FROM pg_proc p
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = ?1)";

impl Postgres {
    /// Returns version and application of the schema, as they are recorded with it; `None` if it does not exist.
    pub fn recorded(&self) -> Result<Option<String>, Error> {
        let query = "SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = ?1";
        let rows = self.query(query, &[Value::Text(self.tables.schema)])?;
        Ok(rows.first().and_then(|row| Row::Postgres(row).read(0)))
    }

    /// Creates the schema and the tables, if another process has not.
    pub fn create(&self) -> Result<(), Error> {
        let transaction = self.begin()?;
        if self.recorded()?.is_none() {
            let Tables { schema, application, version, .. } = self.tables;
            let create = self.tables.for_postgres(schema);
            let sql =
                format!("CREATE SCHEMA {schema};\n{create}COMMENT ON SCHEMA {schema} IS '{application} {version}';");
            self.run(|session| session.client.batch_execute(&sql))?;
        }
        transaction.commit()
    }

    /// Returns the names whose definitions are not those of the tables.
    pub fn differences(&self) -> Result<Vec<String>, Error> {
        let found = self.definitions(self.tables.schema)?;
        let transaction = self.begin()?;
        let sql = format!("SET LOCAL search_path TO pg_temp;\n{}", self.tables.for_postgres("pg_temp"));
        self.run(|session| session.client.batch_execute(&sql))?;
        let temporary = "SELECT nspname::text FROM pg_namespace WHERE oid = pg_my_temp_schema()";
        let name: String =
            self.query(temporary, &[])?.first().and_then(|row| Row::Postgres(row).read(0)).unwrap_or_default();
        let expected = self.definitions(&name)?;
        drop(transaction);
        let names = expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name)));
        Ok(names.filter(|name| expected.get(*name) != found.get(*name)).cloned().collect())
    }

    /// Returns the definitions in a schema, by name.
    fn definitions(&self, schema: &str) -> Result<BTreeMap<String, String>, Error> {
        let rows = self.query(DEFINITIONS, &[Value::Text(schema)])?;
        let mut definitions = BTreeMap::new();
        for row in rows.iter().map(Row::Postgres) {
            let (name, definition): (String, String) = (row.get(0)?, row.get(1)?);
            definitions.insert(name, definition.replace(&format!("{schema}."), "").replace("pg_temp.", ""));
        }
        Ok(definitions)
    }

    /// Rewrites a table, so that its file no longer has the values that were removed from it.
    pub fn rewrite(&self, table: &str) -> Result<(), Error> {
        self.run(|session| session.client.batch_execute(&format!("VACUUM FULL {table}")))
    }
}
