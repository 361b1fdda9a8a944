//! Requests that can be repeated, as rows.

use super::replica;
use super::shared::{Begun, Claim, Repeatable, Response};
use crate::database::{Connection, Error, values};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// Lifetime of a stored response.
const LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Bytes of all stored responses.
pub const MAX_BYTES: usize = 64 << 20;
/// Most stored responses.
const MAX_RESPONSES: i64 = 10_000;

/// A row of a request.
struct Row {
    digest: Vec<u8>,
    replica: String,
    response: Option<Response>,
}

fn find(connection: &Connection, key: &[u8]) -> Result<Option<Row>, Error> {
    let query = "SELECT digest, replica, status, headers, body FROM request WHERE key = ?1";
    connection.first(query, values![key], |row| {
        let (status, headers): (Option<u16>, Option<&str>) = (row.get(2)?, row.get(3)?);
        let body: Option<Vec<u8>> = row.get(4)?;
        let response = status.map(|status| Response {
            status,
            headers: headers.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
            body: body.unwrap_or_default(),
        });
        Ok(Row { digest: row.get(0)?, replica: row.get(1)?, response })
    })
}

/// Begins a request for `replica`; claims of the replicas in `gone`, and of those that are not listed, do not count.
pub fn begin(
    connection: &Connection,
    request: &Repeatable,
    replica: &str,
    gone: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<Begun, Error> {
    forget_old(connection, now)?;
    let claim = Claim { key: request.key, id: uuid::Uuid::now_v7().to_string() };
    match find(connection, &request.key)? {
        None => {
            connection.execute(
                "INSERT INTO request (key, digest, caller, claim, replica, since, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
                values![&request.key, &request.digest, &request.caller, &claim.id, replica, now.timestamp()],
            )?;
            Ok(Begun::Claimed(claim))
        }
        Some(row) if row.digest != request.digest => Ok(Begun::Mismatch),
        Some(Row { response: Some(response), .. }) => Ok(Begun::Decided(response)),
        Some(row) if !gone.contains(&row.replica) && replica::is_listed(connection, &row.replica)? => {
            Ok(Begun::InFlight)
        }
        // The replica that began it is gone; no response was sent.
        Some(_) => {
            connection.execute(
                "UPDATE request SET claim = ?2, replica = ?3, since = ?4 WHERE key = ?1",
                values![&request.key, &claim.id, replica, now.timestamp()],
            )?;
            Ok(Begun::Claimed(claim))
        }
    }
}

/// Stores a response; returns false if the claim was lost.
pub fn finish(connection: &Connection, claim: &Claim, response: &Response) -> Result<bool, Error> {
    let headers = serde_json::to_string(&response.headers).unwrap_or_default();
    let changed = connection.execute(
        "UPDATE request SET status = ?3, headers = ?4, body = ?5, bytes = ?6 WHERE key = ?1 AND claim = ?2",
        values![&claim.key, &claim.id, response.status, &headers, &response.body, response.body.len()],
    )?;
    Ok(changed == 1)
}

/// Removes a claim.
pub fn abandon(connection: &Connection, claim: &Claim) -> Result<(), Error> {
    let claimed = "DELETE FROM request WHERE key = ?1 AND claim = ?2 AND status IS NULL";
    connection.execute(claimed, values![&claim.key, &claim.id]).map(drop)
}

fn forget_old(connection: &Connection, now: DateTime<Utc>) -> Result<(), Error> {
    let oldest = (now - LIFETIME).timestamp();
    let old = "DELETE FROM request WHERE since < ?1 AND status IS NOT NULL";
    connection.execute(old, values![oldest]).map(drop)
}

/// Removes the oldest responses of the callers with most of them, until all are within the limits.
pub fn make_room(connection: &Connection) -> Result<(), Error> {
    let sizes = "SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM request WHERE status IS NOT NULL";
    loop {
        let read = connection.first(sizes, values![], |row| Ok((row.get::<i64>(0)?, row.get::<usize>(1)?)))?;
        let (count, bytes) = read.unwrap_or_default();
        let has_bytes = bytes > MAX_BYTES;
        if !has_bytes && count <= MAX_RESPONSES {
            return Ok(());
        }
        let share = if has_bytes { "sum(bytes)" } else { "count(*)" };
        // As many as are too many, but no more than a tenth at once: then another caller may have most.
        let excess = if has_bytes { 1 } else { (count - MAX_RESPONSES).min(MAX_RESPONSES / 10) };
        let removed = connection.execute(
            &format!(
                "DELETE FROM request WHERE key IN (SELECT key FROM request WHERE status IS NOT NULL AND caller =
                   (SELECT caller FROM request WHERE status IS NOT NULL GROUP BY caller ORDER BY {share} DESC LIMIT 1)
                 ORDER BY since, claim LIMIT ?1)"
            ),
            values![excess],
        )?;
        if removed == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::database::Database;
    use super::super::replica::Identity;
    use super::super::shared::Report;
    use super::*;

    fn request(key: u8, digest: u8) -> Repeatable {
        Repeatable { key: [key; 32], digest: [digest; 32], caller: "orders".to_owned() }
    }

    /// Runs the steps in the database of a new directory.
    fn with_rows<T: Send + 'static>(
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> (T, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(&directory.path().join("shared.db")).unwrap();
        (database.run(work).unwrap(), directory)
    }

    #[test]
    fn a_claim_of_a_present_replica_counts_and_that_of_a_gone_one_is_taken_over_once() {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(10);
        let response = Response { status: 200, headers: vec![("etag".into(), "\"a\"".into())], body: b"done".to_vec() };
        let expected = response.clone();
        let ((in_flight, mismatch, late, own, again), _directory) = with_rows(move |rows| {
            let (both, alone) = (BTreeSet::new(), BTreeSet::from(["a".to_owned()]));
            for id in ["a", "b"] {
                let own = Identity { id: id.to_owned(), name: id.to_owned(), started: now };
                replica::report(rows, &own, 1, &Report::default(), (&both, now))?;
            }
            let Begun::Claimed(first) = begin(rows, &request(1, 1), "a", &both, now)? else { panic!("not claimed") };
            let in_flight = begin(rows, &request(1, 1), "b", &both, now)?;
            let mismatch = begin(rows, &request(1, 2), "b", &both, now)?;
            let Begun::Claimed(second) = begin(rows, &request(1, 1), "b", &alone, now)? else {
                panic!("not taken over")
            };
            let (late, own) = (finish(rows, &first, &response)?, finish(rows, &second, &response)?);
            Ok((in_flight, mismatch, late, own, begin(rows, &request(1, 1), "a", &both, now)?))
        });
        assert_eq!((in_flight, mismatch), (Begun::InFlight, Begun::Mismatch));
        assert_eq!((late, own), (false, true), "the replica that was taken for gone has no say any more");
        assert_eq!(again, Begun::Decided(expected));
    }

    #[test]
    fn responses_are_forgotten_after_a_day_and_claims_with_their_replica() {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(10);
        let (found, _directory) = with_rows(move |rows| {
            let none = BTreeSet::new();
            let Begun::Claimed(claim) = begin(rows, &request(1, 1), "a", &none, now)? else { panic!("not claimed") };
            finish(rows, &claim, &Response { status: 200, headers: Vec::new(), body: Vec::new() })?;
            let within = begin(rows, &request(1, 1), "a", &none, now + TimeDelta::hours(23))?;
            let after = begin(rows, &request(1, 1), "a", &none, now + TimeDelta::hours(25))?;
            Ok((matches!(within, Begun::Decided(_)), matches!(after, Begun::Claimed(_))))
        });
        assert_eq!(found, (true, true));
    }

    #[test]
    fn one_caller_removes_no_response_of_another() {
        let ((orders, flood), _directory) = with_rows(|rows| {
            let insert = |caller: &str, at: i64, bytes: usize| {
                let key = format!("{caller} {at}");
                rows.execute(
                    "INSERT INTO request (key, digest, caller, claim, replica, since, status, headers, bytes, body)
                     VALUES (?1, ?2, ?3, ?4, 'a', ?5, 200, '[]', ?6, ?7)",
                    values![key.as_bytes(), b"0", caller, &key, at, bytes, b""],
                )
            };
            insert("orders", 0, 100)?;
            for at in 0..MAX_RESPONSES + 5 {
                insert("flood", at, 1)?;
            }
            insert("flood", MAX_RESPONSES + 5, MAX_BYTES)?;
            make_room(rows)?;
            let of = |caller: &str| {
                let count = "SELECT count(*) FROM request WHERE caller = ?1";
                Ok::<_, Error>(rows.first(count, values![caller], |row| row.get::<i64>(0))?.unwrap_or_default())
            };
            Ok((of("orders")?, of("flood")?))
        });
        assert_eq!(orders, 1);
        assert!(flood < MAX_RESPONSES, "{flood}");
    }
}
