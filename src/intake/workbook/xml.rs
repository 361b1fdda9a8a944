//! Elements and attributes of the parts of a package.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// A package in memory.
pub(super) type Zip<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// A part of the package as text; `None` when there is none or it is not text.
pub(super) fn part(package: &mut Zip<'_>, name: &str) -> Option<String> {
    String::from_utf8(bytes(package, name)?).ok()
}

/// A part of the package.
pub(super) fn bytes(package: &mut Zip<'_>, name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    package.by_name(name).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Paths in the package by the identifier of the relationship that the workbook has with them.
pub(super) fn relationships(package: &mut Zip<'_>, name: &str) -> BTreeMap<String, String> {
    let text = part(package, name).unwrap_or_default();
    let path = |target: String| target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), ToOwned::to_owned);
    let found = elements(&text, "Relationship").into_iter();
    found.filter_map(|one| Some((attribute(&one, "Id")?, path(attribute(&one, "Target")?)))).collect()
}

/// The elements of that name, up to the first fault of the text.
pub(super) fn elements<'x>(text: &'x str, name: &str) -> Vec<BytesStart<'x>> {
    let (mut xml, mut found) = (Reader::from_str(text), Vec::new());
    loop {
        match xml.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) if element.local_name().as_ref() == name => {
                found.push(element);
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

/// Value of an attribute; `None` when there is none or it is not valid.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    Some(quick_xml::escape::unescape(&attribute.value).ok()?.into_owned())
}
