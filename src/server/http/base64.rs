//! Bytes in a JSON string: the standard alphabet of base64, with padding (RFC 4648, section 4).

/// Returns the bytes of `text`; `None` where it is not base64.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = text.get(..text.len().checked_sub(padding)?).filter(|_| padding <= 2)?;
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in digits.chunks(4) {
        let mut bits = 0u32;
        for byte in group {
            bits = bits << 6 | value_of(*byte)?;
        }
        let unused = 4 - group.len();
        bits <<= 6 * unused;
        let [_, first, second, third] = bits.to_be_bytes();
        // The bits that no byte uses are zero, so that the same bytes have one text.
        let (taken, rest) = match unused {
            0 => (3, 0),
            1 => (2, third),
            _ => (1, second | third),
        };
        if rest != 0 || unused > 2 {
            return None;
        }
        bytes.extend([first, second, third].iter().take(taken));
    }
    Some(bytes)
}

fn value_of(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn the_examples_of_the_standard_are_decoded_and_anything_else_is_refused() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(decoded(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decoded("//79+g==").as_deref(), Some([0xff, 0xfe, 0xfd, 0xfa].as_slice()));
        for text in ["Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm 9", "Zm-_", "Zg==Zg==", "Zm9v\n"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
