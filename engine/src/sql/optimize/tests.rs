//! Rules against small plans written by hand.
