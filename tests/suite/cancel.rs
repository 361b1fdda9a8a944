//! Cancellation: which work stops.

use quotient::cancel::{Cancel, cancellable, is_cancelled};
use quotient::script::on_script_threads;

#[test]
fn work_stops_for_its_own_cancellation_alone() {
    let (outer, inner) = (Cancel::default(), Cancel::default());
    assert!(!is_cancelled() && !outer.is_cancelled());
    cancellable(&outer, || {
        cancellable(&inner, || {
            assert!(!is_cancelled());
            outer.cancel();
            assert!(outer.is_cancelled() && !is_cancelled(), "the work inside has another caller");
            inner.cancel();
            assert!(is_cancelled());
        });
        assert!(is_cancelled(), "what applied before applies again");
    });
    assert!(!is_cancelled(), "nothing applies to the thread any more");
}

#[test]
fn script_threads_stop_with_the_thread_that_waits_for_them() {
    let cancel = Cancel::default();
    let seen = cancellable(&cancel, || {
        let before = on_script_threads(Some(1), is_cancelled);
        cancel.cancel();
        (before, on_script_threads(Some(1), is_cancelled))
    });
    assert_eq!(seen, (false, true));
    assert!(!on_script_threads(Some(1), is_cancelled));
}
