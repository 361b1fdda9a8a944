//! Batches: assessments line by line, decided while the body arrives.

use super::question::{Made, Question, problem_of};
use crate::server::http::conditional::{REVISION, with_revision};
use crate::server::http::media::NDJSON;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::RequestBody;
use crate::server::http::respond;
use crate::server::state::fair_queue::NotRun;
use crate::server::state::lanes::{Lane, Lanes};
use crate::server::state::limits::ServerLimits;
use crate::server::state::metrics::ReasonLabels;
use crate::server::state::spans::traced;
use crate::server::wire::body::Reserved;
use crate::server::wire::patience::Patience;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::header::ETAG;
use axum::http::{HeaderValue, Response};
use futures_util::{StreamExt, stream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Lines that are decided as one piece of work.
const PIECE: usize = 32;
/// Pieces of a response that wait for the peer.
const AHEAD: usize = 4;
/// Pauses before a batch tries again to get a worker, in milliseconds.
const PAUSES: [u64; 9] = [0, 5, 10, 20, 40, 80, 160, 320, 640];

/// Responds line by line while the body arrives; `memory` is reserved for its lines.
pub fn respond(
    question: Question,
    lanes: Arc<Lanes>,
    limits: ServerLimits,
    body: RequestBody,
    memory: Reserved,
) -> Response<Body> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let revision = question.active().revision().to_owned();
    tokio::spawn(async move {
        let _memory = memory;
        let mut batch = Batch { question, lanes, limits, sender, hash: blake3::Hasher::new(), ok: 0, failed: 0 };
        batch.run(body).await;
    });
    let stream = stream::unfold(receiver, |mut receiver| async move {
        let item: Result<Bytes, std::io::Error> = Ok(receiver.recv().await?);
        Some((item, receiver))
    });
    let mut response = with_revision(&revision, respond::body(NDJSON, Body::from_stream(stream)));
    // An entity tag would promise that the response can be cached as a whole.
    response.headers_mut().remove(ETAG);
    response.headers_mut().extend(HeaderValue::from_str(&revision).ok().map(|value| (REVISION, value)));
    response
}

struct Batch {
    question: Question,
    lanes: Arc<Lanes>,
    limits: ServerLimits,
    sender: mpsc::Sender<Bytes>,
    hash: blake3::Hasher,
    ok: u64,
    failed: u64,
}

/// Reason for a batch that ends before its last line.
enum Cut {
    /// The peer is gone.
    Gone,
    /// For a reason that the trailer states.
    Problem(Problem),
}

impl From<Problem> for Cut {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

fn cut(kind: ProblemKind, detail: impl Into<String>) -> Cut {
    Cut::Problem(Problem::new(kind, detail))
}

/// Waits for the next bytes of a body; `is_in_line` is true when a line has begun.
async fn wait_for(
    data: &mut BodyDataStream,
    patience: &mut Patience,
    is_in_line: bool,
) -> Result<Option<Result<Bytes, axum::Error>>, Cut> {
    let (limit, impatience) = patience.next_wait();
    let began = Instant::now();
    let next = tokio::time::timeout(limit, data.next()).await;
    patience.waited(began.elapsed(), is_in_line);
    next.map_err(|_| cut(ProblemKind::BodySlow, impatience.to_string()))
}

impl Batch {
    async fn run(&mut self, body: RequestBody) {
        match self.lines(body).await {
            Ok(()) => self.trailer(None).await,
            Err(Cut::Problem(problem)) => self.trailer(Some(problem)).await,
            Err(Cut::Gone) => {}
        }
    }

    async fn lines(&mut self, body: RequestBody) -> Result<(), Cut> {
        let limits = self.limits;
        let mut data = body.into_stream();
        let mut arrived = Arrived::default();
        let mut piece: Vec<Bytes> = Vec::new();
        let mut patience = Patience::new(limits.batch);
        let mut count = 0;
        loop {
            let next = wait_for(&mut data, &mut patience, !arrived.bytes.is_empty()).await?;
            let is_last = next.is_none();
            match next {
                Some(Ok(bytes)) => arrived.bytes.extend_from_slice(&bytes),
                Some(Err(_)) => return Err(cut(ProblemKind::RequestMalformed, "the body ended early")),
                None => {}
            }
            while let Some(line) = arrived.next_line() {
                patience.line_ended();
                add_line(line, &mut piece);
                if piece.len() >= PIECE {
                    count += piece.len();
                    self.decide(std::mem::take(&mut piece)).await?;
                }
            }
            arrived.drop_taken();
            if is_last {
                add_line(&arrived.bytes, &mut piece);
            } else if arrived.bytes.len() > limits.line.bytes {
                let detail = format!("a line has more than {} bytes", limits.line.bytes);
                return Err(cut(ProblemKind::BodyTooLarge, detail));
            }
            count += piece.len();
            if count > limits.batch_lines {
                let detail = format!("the batch has more than {} lines", limits.batch_lines);
                return Err(cut(ProblemKind::BodyTooLarge, detail));
            }
            // Lines that have arrived are decided before more are awaited, so that a slow sender gets its responses.
            self.decide(std::mem::take(&mut piece)).await?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Decides a piece and sends its lines.
    async fn decide(&mut self, piece: Vec<Bytes>) -> Result<(), Cut> {
        if piece.is_empty() {
            return Ok(());
        }
        // Without a peer the decisions are not needed: dropping them cancels the work.
        let decided = tokio::select! {
            decided = self.decide_on_lane(&piece) => decided?,
            () = self.sender.closed() => return Err(Cut::Gone),
        };
        let mut text: Vec<u8> = Vec::new();
        let mut unrecorded = None;
        for (line, made) in piece.iter().zip(&decided) {
            if let Err(problem) = self.question.record(line, made).await {
                // Decisions that are in the log are sent; the trailer counts exactly those.
                unrecorded = Some(problem);
                break;
            }
            self.write_line(made, &mut text);
        }
        self.hash.update(&text);
        self.send(text).await?;
        unrecorded.map_or(Ok(()), |problem| Err(problem.into()))
    }

    /// Decides lines on a worker. A batch waits its turn; only a lane that stays full ends it.
    async fn decide_on_lane(&self, piece: &[Bytes]) -> Result<Vec<Made>, Problem> {
        let owner = self.question.owner();
        let mut refused = NotRun::Full;
        for pause in PAUSES {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            let (question, lines) = (self.question.clone(), piece.to_vec());
            let work = move || lines.iter().map(|line| question.decide(line)).collect::<Vec<_>>();
            let work = traced(self.question.span().0.as_ref(), "decide", work);
            match self.lanes.try_run(Lane::Decide, owner, work).await {
                Ok(decided) => return Ok(decided),
                Err(why @ (NotRun::VendorBusy | NotRun::CallerBusy | NotRun::Full)) => refused = why,
                Err(why) => return Err(self.lanes.not_run(owner, why)),
            }
        }
        Err(self.lanes.not_run(owner, refused))
    }

    fn write_line(&mut self, (made, _): &Made, text: &mut Vec<u8>) {
        match made {
            Ok(answer) => {
                self.ok += 1;
                text.extend_from_slice(b"{\"ok\":");
                // Inside JSON a line feed is never part of a value.
                text.extend(answer.bytes.iter().filter(|byte| **byte != b'\n'));
                text.extend_from_slice(b"}\n");
            }
            Err(refusal) => {
                self.failed += 1;
                let context = self.question.context();
                let mut problem = problem_of(refusal);
                let reason = ReasonLabels { reason: problem.code.to_owned() };
                self.question.telemetry().metrics.rejected.get_or_create(&reason).inc();
                problem.request_id = Some(context.request_id.clone());
                problem.instance = Some(format!("{}#{}", context.path, self.ok + self.failed));
                text.extend_from_slice(serde_json::json!({"error": problem}).to_string().as_bytes());
                text.push(b'\n');
            }
        }
    }

    async fn send(&self, text: Vec<u8>) -> Result<(), Cut> {
        self.sender.send(text.into()).await.map_err(|_| Cut::Gone)
    }

    async fn trailer(&self, problem: Option<Problem>) {
        let request_id = Some(self.question.context().request_id.clone());
        let problem = problem.map(|problem| Problem { request_id, ..problem });
        let trailer = serde_json::json!({"trailer": {
            "lines": self.ok + self.failed,
            "ok": self.ok,
            "failed": self.failed,
            "revision": self.question.active().revision(),
            "hash": self.hash.finalize().to_hex().to_string(),
            "problem": problem,
        }});
        // A peer that is gone needs no trailer.
        drop(self.send(format!("{trailer}\n").into_bytes()).await);
    }
}

/// Bytes of a batch that have arrived and were not taken yet.
#[derive(Debug, Default)]
struct Arrived {
    bytes: Vec<u8>,
    /// Bytes of lines that were taken.
    taken: usize,
    /// Bytes examined: none is examined twice, however small the parts are in which a long line arrives.
    seen: usize,
}

impl Arrived {
    /// Takes the next whole line, without its end.
    fn next_line(&mut self) -> Option<&[u8]> {
        let new = self.bytes.get(self.seen..).unwrap_or_default();
        let Some(length) = new.iter().position(|byte| *byte == b'\n') else {
            self.seen = self.bytes.len();
            return None;
        };
        let (begin, end) = (self.taken, self.seen + length);
        (self.taken, self.seen) = (end + 1, end + 1);
        self.bytes.get(begin..end)
    }

    /// Drops the lines that were taken.
    fn drop_taken(&mut self) {
        self.bytes.drain(..self.taken);
        self.seen -= self.taken;
        self.taken = 0;
    }
}

/// Adds a line that is not blank.
fn add_line(line: &[u8], piece: &mut Vec<Bytes>) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
        piece.push(Bytes::copy_from_slice(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_in_small_parts_is_examined_once() {
        let mut arrived = Arrived::default();
        for _ in 0..1_000 {
            arrived.bytes.extend_from_slice(b"x");
            assert_eq!(arrived.next_line(), None);
            arrived.drop_taken();
            assert_eq!(arrived.seen, arrived.bytes.len(), "nothing is left to be examined again");
        }
        arrived.bytes.extend_from_slice(b"\n\nab\ncd");
        assert_eq!(arrived.next_line().map(<[u8]>::len), Some(1_000));
        assert_eq!(arrived.next_line(), Some(&b""[..]));
        arrived.drop_taken();
        assert_eq!(arrived.next_line(), Some(&b"ab"[..]));
        assert_eq!(arrived.next_line(), None);
        arrived.drop_taken();
        assert_eq!((&arrived.bytes[..], arrived.seen), (&b"cd"[..], 2));
    }
}
