//! Number of fields of a row against that of the headings.

use super::binding::Binding;
use super::cell::Fields;
use super::fault::TableFault;
use super::log::Log;
use crate::finding::Finding;

impl Binding<'_> {
    /// Reports a row that has more or fewer fields than the headings; true when the row can be used.
    ///
    /// Where the heading row ends with delimiters, rows may do so or not, but all alike: a delimiter that is lost or
    /// written twice moves values to other columns, and shows in nothing but the number of fields.
    pub fn check_width(&self, row: u64, fields: Fields<'_>, log: &mut Log) -> bool {
        let Fields::Record(record) = fields else { return true };
        let (found, headings) = (record.len(), self.columns);
        if found == self.row_width.get() {
            return true;
        }
        let fault = match self.row_width.get() {
            0 if found == headings || found == self.width => {
                self.row_width.set(found);
                return true;
            }
            above if found == headings || found == self.width => TableFault::UnevenWidth { fields: found, above },
            _ => TableFault::Width { fields: found, columns: headings },
        };
        log.add(Finding::from(fault).at(self.location.place(row, "", "")));
        false
    }
}
