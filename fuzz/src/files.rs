//! Several files in one input, in a form that people can read and edit: each begins with a line `=== name`.

const MARK: &[u8] = b"=== ";

/// The files of an input, with their names; text before the first is ignored.
pub fn split(data: &[u8]) -> Vec<(String, &[u8])> {
    let mut starts: Vec<usize> = Vec::new();
    for at in 0..data.len() {
        if data[at..].starts_with(MARK) && (at == 0 || data[at - 1] == b'\n') {
            starts.push(at);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([data.len()]);
    let file = |(start, end): (usize, usize)| {
        let whole = &data[start + MARK.len()..end];
        let line = whole.iter().position(|byte| *byte == b'\n').unwrap_or(whole.len());
        let name = String::from_utf8_lossy(&whole[..line]).into_owned();
        (name, whole.get(line + 1..).unwrap_or_default())
    };
    starts.iter().copied().zip(ends).map(file).collect()
}
