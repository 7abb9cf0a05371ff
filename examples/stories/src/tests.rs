//! The site through its public face.
