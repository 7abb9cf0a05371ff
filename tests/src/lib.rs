//! Nothing: the tests stand beside it.
