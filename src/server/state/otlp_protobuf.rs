//! Spans in the binary encoding of OTLP (`ExportTraceServiceRequest`, protobuf).
//!
//! The numbers of the fields are those of `opentelemetry/proto/trace/v1/trace.proto` and of the files that it imports.

use super::otlp::{Attribute, Span, Value};

/// Notation of a field, the lowest three bits of its key.
const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const BYTES: u64 = 2;
const FIXED32: u64 = 5;

/// A message while it is written.
#[derive(Debug, Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn key(&mut self, field: u64, wire: u64) {
        self.varint(field << 3 | wire);
    }

    fn number(mut self, field: u64, number: u64) -> Self {
        self.key(field, VARINT);
        self.varint(number);
        self
    }

    fn fixed64(mut self, field: u64, number: u64) -> Self {
        self.key(field, FIXED64);
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn fixed32(mut self, field: u64, number: u32) -> Self {
        self.key(field, FIXED32);
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.key(field, BYTES);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn message(self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    fn messages<T>(self, field: u64, items: &[T], message: impl Fn(&T) -> Self) -> Self {
        items.iter().fold(self, |all, item| all.message(field, &message(item)))
    }
}

fn attribute(attribute: &Attribute) -> Message {
    let value = match &attribute.value {
        Value::Text(text) => Message::default().bytes(1, text.as_bytes()),
        // A negative number has the bits of its 64-bit two's complement.
        Value::Number(number) => Message::default().number(3, number.cast_unsigned()),
    };
    Message::default().bytes(1, attribute.key.as_bytes()).message(2, &value)
}

/// Returns the bytes of an id in hex digits.
fn id(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

fn span(span: &Span) -> Message {
    let mut message = Message::default().bytes(1, &id(&span.trace_id)).bytes(2, &id(&span.span_id));
    if let Some(parent) = &span.parent_span_id {
        message = message.bytes(4, &id(parent));
    }
    message = message
        .bytes(5, span.name.as_bytes())
        .number(6, span.kind.number().into())
        .fixed64(7, span.start_time_unix_nano)
        .fixed64(8, span.end_time_unix_nano)
        .messages(9, &span.attributes, attribute);
    if span.is_error {
        message = message.message(15, &Message::default().number(3, 2));
    }
    message.fixed32(16, span.flags.number())
}

/// Returns the body that carries `spans` of the program that `resource` describes; `version` is that of the program.
pub fn body(resource: &[Attribute], spans: &[Span], version: &str) -> Vec<u8> {
    let scope = Message::default().bytes(1, b"quotient").bytes(2, version.as_bytes());
    let scope_spans = Message::default().message(1, &scope).messages(2, spans, span);
    let resource = Message::default().messages(1, resource, attribute);
    Message::default().message(1, &Message::default().message(1, &resource).message(2, &scope_spans)).0
}

/// A message while it is read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Returns the next field: its number, and its number or bytes.
    fn field(&mut self) -> Option<(u64, u64, &'a [u8])> {
        let key = self.varint()?;
        let (field, wire) = (key >> 3, key & 7);
        match wire {
            VARINT => Some((field, self.varint()?, &[])),
            FIXED64 => self.take(8).map(|bytes| (field, 0, bytes)),
            FIXED32 => self.take(4).map(|bytes| (field, 0, bytes)),
            BYTES => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.take(length).map(|bytes| (field, 0, bytes))
            }
            _ => None,
        }
    }

    fn find(mut self, wanted: u64) -> Option<(u64, &'a [u8])> {
        while let Some((field, number, bytes)) = self.field() {
            if field == wanted {
                return Some((number, bytes));
            }
        }
        None
    }
}

/// Returns the number of spans that the collector rejected, by the body of its response.
pub fn rejected(answer: &[u8]) -> u64 {
    let partial = Reader(answer).find(1).map_or(&[][..], |(_, partial)| partial);
    Reader(partial).find(1).map_or(0, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::super::otlp::{SpanFlags, SpanKind};
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    /// Written by the Python package `opentelemetry-proto` from the same values.
    const EXPECTED: &str = "0aff010a1c0a1a0a0c736572766963652e6e616d65120a0a0871756f7469656e7412de010a110a0871756f7469656e\
        741205392e382e371288010a100af7651916cd43dd8448eb211c80319c120800f067aa0ba902b72208b7ad6b71692033312a0b47455420\
        2f6865616c746830023901002a36fe9c97174102002a36fe9c97174a200a19687474702e726573706f6e73652e7374617475735f636f64\
        65120318f7034a130a046c656674120b18ffffffffffffffffff017a021802850101030000123e0a100af7651916cd43dd8448eb211c80\
        319c120800f067aa0ba902b72a066465636964653001390100000000000000410200000000000000850101010000";

    #[test]
    fn spans_are_written_as_another_implementation_writes_them() {
        let request = Span {
            trace_id: TRACE.to_owned(),
            span_id: "00f067aa0ba902b7".to_owned(),
            parent_span_id: Some("b7ad6b7169203331".to_owned()),
            flags: SpanFlags { is_parent_remote: true },
            name: "GET /health".to_owned(),
            kind: SpanKind::Server,
            start_time_unix_nano: 1_700_000_000_000_000_001,
            end_time_unix_nano: 1_700_000_000_000_000_002,
            attributes: vec![Attribute::number("http.response.status_code", 503), Attribute::number("left", -1)],
            is_error: true,
        };
        let step = Span {
            parent_span_id: None,
            flags: SpanFlags { is_parent_remote: false },
            name: "decide".to_owned(),
            kind: SpanKind::Internal,
            start_time_unix_nano: 1,
            end_time_unix_nano: 2,
            attributes: Vec::new(),
            is_error: false,
            ..request.clone()
        };
        let written = body(&[Attribute::text("service.name", "quotient")], &[request, step], "9.8.7");
        let digits: String = written.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digits, EXPECTED);
    }

    #[test]
    fn rejected_spans_are_read_from_the_response() {
        assert_eq!(rejected(&id("0a0c08ac021207746f6f206f6c64")), 300);
        assert_eq!((rejected(b""), rejected(b"{}"), rejected(&[0x0a, 0xff])), (0, 0, 0));
    }
}
