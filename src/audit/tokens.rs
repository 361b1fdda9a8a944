//! JSON text as tokens, so that numbers keep their digits and no tree is built.

/// One token; strings and numbers as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    ObjectStart,
    ObjectEnd,
    ListStart,
    ListEnd,
    /// Name of a member, with its quotes and escapes.
    Key(&'a str),
    /// A string with its quotes and escapes, a number, `true`, `false` or `null`.
    Scalar(&'a str),
}

/// The tokens of a JSON text that is known to be valid; of any other text, some tokens.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// Containers that are open; true for objects.
    open: Vec<bool>,
    expects_key: bool,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, open: Vec::new(), expects_key: false }
    }

    fn close(&mut self, token: Token<'a>) -> Token<'a> {
        self.open.pop();
        self.expects_key = false;
        token
    }

    fn start(&mut self, is_object: bool) -> Token<'a> {
        self.open.push(is_object);
        self.expects_key = is_object;
        if is_object { Token::ObjectStart } else { Token::ListStart }
    }

    /// Takes the text up to `end`.
    fn take(&mut self, end: usize) -> &'a str {
        let taken = &self.text[self.at..end];
        self.at = end;
        taken
    }

    fn end_of_text(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => return at + 1,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        bytes.len()
    }

    fn end_of_word(&self) -> usize {
        let rest = &self.text[self.at..];
        let ends = |c: char| matches!(c, ',' | ':' | '{' | '}' | '[' | ']' | '"') || c.is_ascii_whitespace();
        self.at + rest.find(ends).unwrap_or(rest.len())
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b':' => self.at += 1,
                b',' => {
                    self.at += 1;
                    self.expects_key = self.open.last().copied().unwrap_or_default();
                }
                b'{' | b'[' => {
                    self.at += 1;
                    return Some(self.start(byte == b'{'));
                }
                b'}' => {
                    self.at += 1;
                    return Some(self.close(Token::ObjectEnd));
                }
                b']' => {
                    self.at += 1;
                    return Some(self.close(Token::ListEnd));
                }
                b'"' => {
                    let end = self.end_of_text();
                    let text = self.take(end);
                    return Some(if std::mem::take(&mut self.expects_key) {
                        Token::Key(text)
                    } else {
                        Token::Scalar(text)
                    });
                }
                _ => {
                    // A byte that does not begin a token is skipped, so that the end is always reached.
                    let end = self.end_of_word().max(self.at + 1);
                    return Some(Token::Scalar(self.take(end)));
                }
            }
        }
    }
}

/// Returns a string token without quotes and escapes; `None` if it is not valid.
pub(super) fn unescaped(token: &str) -> Option<std::borrow::Cow<'_, str>> {
    if token.contains('\\') {
        serde_json::from_str(token).ok().map(std::borrow::Cow::Owned)
    } else {
        Some(std::borrow::Cow::Borrowed(token.strip_prefix('"')?.strip_suffix('"')?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_keep_how_they_were_written() {
        let tokens: Vec<Token<'_>> = Tokens::new(" {\"a\\\"\" : [1.50, -0e3 ,null,\"x\"],\n\"b\":{} }").collect();
        let expected = [
            Token::ObjectStart,
            Token::Key("\"a\\\"\""),
            Token::ListStart,
            Token::Scalar("1.50"),
            Token::Scalar("-0e3"),
            Token::Scalar("null"),
            Token::Scalar("\"x\""),
            Token::ListEnd,
            Token::Key("\"b\""),
            Token::ObjectStart,
            Token::ObjectEnd,
            Token::ObjectEnd,
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn text_that_is_not_json_ends_too() {
        for text in ["", "\"", "\"\\", "}", "]]", "{\"a\"", "é\\", ":,", "1é"] {
            assert!(Tokens::new(text).count() <= text.len(), "{text}");
        }
    }
}
