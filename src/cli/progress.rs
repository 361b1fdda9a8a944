//! Progress on stderr; nothing is shown when stderr is not a terminal.

use crate::finding::readable;
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// Shows a spinner for work that may take seconds.
pub fn spinner(message: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(readable(message));
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}

/// A bar that counts partners.
pub struct PartnersBar(ProgressBar);

impl PartnersBar {
    pub fn new(message: &'static str) -> Self {
        Self(bar("{msg} {bar:30} {human_pos} of {human_len} partners, {eta} left", 0).with_message(message))
    }

    /// Callback that sets the number of partners processed, and of all.
    pub fn progress(&self) -> impl Fn(usize, usize) + Sync + '_ {
        |done, all| {
            self.0.set_length(all as u64);
            // Several threads report; the bar never goes back.
            self.0.set_position(self.0.position().max(done as u64));
        }
    }

    pub fn finish(self) {
        self.0.finish_and_clear();
    }
}

/// Shows a bar that counts pieces of work, whose number is set later.
pub fn bar_of(message: &'static str) -> ProgressBar {
    bar("{msg} {bar:30} {human_pos} of {human_len}, {eta} left", 0).with_message(message)
}

/// Shows a bar that counts bytes.
pub fn bytes_bar(message: &'static str, bytes: u64) -> ProgressBar {
    bar("{msg} {bar:30} {bytes} of {total_bytes}, {eta} left", bytes).with_message(message)
}

fn bar(template: &str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}
