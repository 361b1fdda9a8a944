//! Faults of files: kind, size, encoding, and the package of a workbook.

use crate::finding::listed;

/// Help for a workbook that cannot be read.
const SAVE_AGAIN: &str = "open it and save it again as .xlsx";
/// Help for a workbook that is too large.
const USE_CSV: &str = "convert the book to a directory of CSV files";
/// Help for a text in the wrong encoding.
const EXPORT_AGAIN: &str = "export the file again as UTF-8";
/// Shape of a JSON book.
const BOOK_SHAPE: &str = "write one object with a list per table: `{\"partners\": [{…}], \"revenue\": [{…}]}`";

crate::faults! {
    /// Faults of files.
    pub enum FileFault {
        /// A file cannot be read.
        Unreadable { reason: String } = FileUnreadable {
            message: format!("the file cannot be read: {reason}"),
            help: "check the path and the permissions",
        }
        /// A directory cannot be read.
        DirectoryUnreadable { reason: String } = FileUnreadable {
            message: format!("the directory cannot be read: {reason}"),
            help: "check the path and the permissions",
        }
        /// A book is a single CSV file.
        SingleCsv {} = BookShape {
            message: "a book is a directory of CSV files, not one CSV file",
            help: "put `partners.csv` and `revenue.csv` into a directory and name the directory; `quotient book FILE` \
                   proposes a mapping file that reads partners and revenue from one file",
        }
        /// A directory or file has no table that can be read.
        NothingToRead { unread: Vec<String> } = BookShape {
            message: "nothing here can be read as a table",
            help: match unread.as_slice() {
                [] => "name a directory or file with CSV, JSON or XLSX data".to_owned(),
                names => format!("a file with another ending is read when it is named itself: {}", listed(names)),
            },
        }
        /// A file has no ending.
        NoEnding {} = BookShape {
            message: "the file has no extension that shows its kind",
            help: "save it as .csv, .json or .xlsx",
        }
        /// Files of this kind are not read.
        UnknownEnding { extension: String } = BookShape {
            message: format!("`.{extension}` files are not read"),
            help: "save it as .csv, .json or .xlsx",
        }
        /// A file is larger than the limit.
        TooLarge { mebibytes: u64, limit: u64 } = FileTooLarge {
            message: format!("the file has {mebibytes} MiB, more than {limit} MiB"),
            help: "split the book, or leave out old rows",
        }
        /// A JSON answer is one page of several.
        OnePage { member: String, value: String } = BookShape {
            message: format!("the file is one page of several: `{member}` is `{value}`, so rows are missing"),
            help: "fetch all pages, and put their rows into one list",
            severity: Warning,
        }
        /// A table has no row of column names.
        Empty {} = BookShape {
            message: "the table is empty: it has no column names",
            help: "write the column names into the first row; `quotient template` writes an empty table",
        }
        /// A list of rows is not valid JSON.
        NotJson { reason: String } = BookShape {
            message: format!("not valid JSON: {reason}"),
            help: "write a list of objects: `[{…}, {…}]`",
        }
        /// A line of a file with a JSON object per line is not one.
        NotJsonLine { reason: String } = BookShape {
            message: format!("the line is not a JSON object: {reason}"),
            help: "write one object per line: `{\"partner_id\": \"A-1\", …}`",
        }
        /// A book is not valid JSON.
        NotJsonBook { reason: String } = BookShape {
            message: format!("not a valid JSON book: {reason}"),
            help: BOOK_SHAPE,
        }
        /// A key occurs twice in a JSON book.
        DuplicateKey { key: String } = BookShape {
            message: format!("duplicate key `{key}`"),
            help: "merge the two lists",
        }
        /// A table of a JSON book is not a list.
        NotList { key: String } = BookShape {
            message: format!("`{key}` is not a list"),
            help: BOOK_SHAPE,
        }
        /// A table of a JSON document is not a list of objects.
        NotObjects {} = BookShape {
            message: "the value is not a list of objects",
            help: "write each row as an object: `{\"partner_id\": \"A-1\", …}`",
        }
        /// A row of a JSON table is not an object.
        NotObject {} = BookShape {
            message: "the row is not an object",
            help: "write each row as an object: `{\"partner_id\": \"A-1\", …}`",
        }
        /// A row of a JSON table has a key twice.
        DuplicateMember { key: String } = BookShape {
            message: format!("the row has the key `{key}` twice"),
            help: "write each row as an object: `{\"partner_id\": \"A-1\", …}`",
        }
        /// The rows of a JSON table have too many different keys.
        TooManyKeys { limit: usize } = BookShape {
            message: format!("the rows up to this one have more than {limit} different keys"),
            help: "write each row as an object: `{\"partner_id\": \"A-1\", …}`",
        }
        /// A table has too many columns.
        TooManyColumns { columns: usize, limit: usize } = BookShape {
            message: format!("the table has {columns} columns, more than {limit}"),
            help: "remove the columns that are not needed, or write a row for each period instead of a column",
        }
        /// A text is not valid in its encoding.
        WrongEncoding { encoding: String } = BookEncoding {
            message: format!("the text is not valid {encoding}"),
            help: EXPORT_AGAIN,
        }
        /// A text is in no encoding that is recognised.
        UnknownEncoding { byte: String } = BookEncoding {
            message: format!("the text is neither UTF-8 nor Windows-1252 (byte {byte})"),
            help: EXPORT_AGAIN,
        }
        /// The encoding of a text was assumed.
        AssumedEncoding { line: usize } = BookEncoding {
            message: format!("the text is not UTF-8 (first at line {line}) and was read as Windows-1252"),
            help: "check names with accents, or export the file as UTF-8; `encoding = \"windows-1252\"` in the mapping file \
                   confirms it",
            severity: Warning,
        }
        /// The letters of a text are those of Mac OS Roman.
        AssumedMac { line: usize } = BookEncoding {
            message: format!("the text is not UTF-8 (first at line {line}) and was read as Mac OS Roman"),
            help: "check names with accents, or export the file as UTF-8; `encoding = \"macintosh\"` in the mapping file \
                   confirms it, `encoding = \"windows-1252\"` reads it as that",
            severity: Warning,
        }
        /// The characters of a text are those of Shift-JIS.
        AssumedJapanese { line: usize } = BookEncoding {
            message: format!("the text is not UTF-8 (first at line {line}) and was read as Shift-JIS"),
            help: "check the names, or export the file as UTF-8; `encoding = \"shift_jis\"` in the mapping file confirms it, \
                   `encoding = \"windows-1252\"` reads it as that",
            severity: Warning,
        }
        /// The letters of a text are those of a DOS code page.
        DosEncoding { line: usize } = BookEncoding {
            message: format!("the text is in a DOS code page such as 850 or 437 (first at line {line})"),
            help: EXPORT_AGAIN,
        }
        /// A text was UTF-8 and was read as Windows-1252 before it was saved as UTF-8 again.
        DoubleEncoding { line: usize, word: String, original: String } = BookEncoding {
            message: format!("`{word}` at line {line} is probably `{original}`: the text was converted to UTF-8 twice"),
            help: "export the file again as UTF-8, or convert it only once: names with accents differ from those of other files",
            severity: Warning,
        }
        /// A text has replacement characters.
        LostCharacters { line: usize, word: String } = BookEncoding {
            message: format!("`{word}` at line {line} has a replacement character: letters were lost when the file was written"),
            help: "export the file again as UTF-8: different names may have become the same",
            severity: Warning,
        }
        /// A text has two encodings.
        MixedEncoding { utf8: usize, other: usize } = BookEncoding {
            message: format!("line {utf8} is UTF-8 and line {other} is not: one name may be read as two"),
            help: "export the file again as UTF-8 and do not join files of different encodings; \
                   `encoding = \"windows-1252\"` in the mapping file reads all of it as that, and a text from East Asia needs \
                   its encoding, such as `encoding = \"gbk\"`, `\"euc-jp\"` or `\"big5\"`",
        }
        /// A file has a zero byte.
        ZeroByte { line: usize } = BookEncoding {
            message: format!("the file has a zero byte at line {line}, so it is not text"),
            help: "export it as UTF-8 text; UTF-16 needs its byte order mark",
        }
        /// A workbook cannot be read.
        BrokenWorkbook { reason: String } = BookShape {
            message: format!("the workbook cannot be read: {reason}"),
            help: SAVE_AGAIN,
        }
        /// A workbook is damaged in a way that the reader cannot handle.
        DamagedWorkbook {} = BookShape {
            message: "the workbook cannot be read: its contents are damaged in a way the workbook reader cannot handle",
            help: "open it and save it again as .xlsx, or export its sheets to CSV",
        }
        /// A file with the extension of a workbook is not one.
        NotWorkbook { found: &'static str } = BookShape {
            message: format!("the file is {found}, not a workbook"),
            help: if *found == "text" { "rename it to .csv" } else { SAVE_AGAIN },
        }
        /// A workbook is encrypted.
        ProtectedWorkbook {} = BookShape {
            message: "the workbook is protected by a password",
            help: "save a copy of it without a password",
        }
        /// A sheet has no cells by its kind.
        SheetKind { kind: &'static str } = BookShape {
            message: format!("the sheet is {kind} and has no rows"),
            help: "name a worksheet",
        }
        /// A sheet cannot be read, and the book does not need it.
        SheetLeftOut { reason: String } = BookShape {
            message: format!("the sheet is left out: {reason}"),
            help: "ignore this if the sheet has no data for the book",
            severity: Warning,
        }
        /// A sheet that is read is hidden.
        HiddenSheet {} = BookShape {
            message: "the hidden sheet is included",
            help: "delete the sheet if its rows should not count",
            severity: Warning,
        }
        /// Rows that are read are hidden, by a filter for example.
        HiddenRows { rows: usize, first: u64 } = BookShape {
            message: match rows {
                1 => format!("row {first} is hidden and included"),
                rows => format!("{rows} hidden rows are included; the first is row {first}"),
            },
            help: "remove the hidden rows if they do not count",
            severity: Warning,
        }
        /// A sheet has too many columns.
        TooWide { sheet: String, columns: u64 } = FileTooLarge {
            message: format!("the sheet `{sheet}` has more than {columns} columns"),
            help: USE_CSV,
        }
        /// A workbook has too many cells.
        TooManyCells { cells: u64 } = FileTooLarge {
            message: format!("the workbook has more than {cells} cells"),
            help: USE_CSV,
        }
        /// The package of a workbook has too many parts.
        TooManyParts { parts: usize, limit: usize } = FileTooLarge {
            message: format!("the workbook has {parts} parts, more than {limit}"),
            help: USE_CSV,
        }
        /// A part of a workbook unpacks to many times its size.
        PackedPart { part: String, ratio: u64 } = FileTooLarge {
            message: format!("the part `{part}` unpacks to more than {ratio} times its size"),
            help: USE_CSV,
        }
        /// A part of a workbook is larger than stated.
        UnderstatedPart { part: String } = FileTooLarge {
            message: format!("the part `{part}` is larger than the workbook's directory states"),
            help: USE_CSV,
        }
        /// A workbook unpacks to more than the limit.
        UnpackedWorkbook { limit: u64 } = FileTooLarge {
            message: format!("the workbook unpacks to more than {limit} MiB"),
            help: USE_CSV,
        }
        /// A template would overwrite a file.
        Exists {} = FileUnwritable {
            message: "the file already exists and is not overwritten",
            help: "choose another directory, or remove the file",
        }
        /// A template cannot be written.
        TemplateUnwritable { reason: String } = FileUnwritable {
            message: format!("the template cannot be written: {reason}"),
            help: "check the directory and the permissions",
        }
    }
}

impl FileFault {
    /// The message, as a part of another one.
    pub(in crate::intake) fn reason(&self) -> String {
        crate::finding::Fault::message(self)
    }
}
