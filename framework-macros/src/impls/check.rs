//! The rules of a handler's impl that need more than one function.

use super::parse::{Hook, Method, Model};
use crate::diagnostics::Errors;

/// Checks all rules.
pub(super) fn all(model: &Model, errors: &mut Errors) {
    methods_differ(model, errors);
    hooks_differ(model, errors);
}

/// Two functions for one method. Those that stand under a `#[cfg]` are left to the compiler.
fn methods_differ(model: &Model, errors: &mut Errors) {
    let counts = |method: &&Method| method.conditions.is_empty();
    for (index, method) in model
        .methods
        .iter()
        .enumerate()
        .filter(|(_, method)| counts(method))
    {
        if let Some(other) = model.methods[..index]
            .iter()
            .filter(counts)
            .find(|other| other.name == method.name)
        {
            // Two functions of one name are an error of the language already.
            if other.ident != method.ident {
                let (name, ident) = (&method.name, &other.ident);
                errors.at_span(
                    method.name_span,
                    format!("`{name}` is answered by `{ident}` already: take one of the two away"),
                );
            }
        }
    }
}

/// Two hooks of one kind.
fn hooks_differ(model: &Model, errors: &mut Errors) {
    let counts = |hook: &&Hook| hook.conditions.is_empty();
    for (index, hook) in model
        .hooks
        .iter()
        .enumerate()
        .filter(|(_, hook)| counts(hook))
    {
        if let Some(other) = model.hooks[..index]
            .iter()
            .filter(counts)
            .find(|other| other.kind == hook.kind)
        {
            let (name, ident) = (hook.kind.name(), &other.ident);
            errors.at(&hook.ident, format!("a handler has one `#[{name}]`, and `{ident}` is it already; a base can have another"));
        }
    }
}
