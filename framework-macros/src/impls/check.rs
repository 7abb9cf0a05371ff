//! The rules of a handler's impl that need more than one function.

use syn::Attribute;

use super::parse::{Hook, Method, Model};
use crate::diagnostics::Errors;

/// Checks all rules.
pub(crate) fn all(model: &Model, errors: &mut Errors) {
    methods_differ(model, errors);
    hooks_differ(&model.hooks, errors);
}

/// Two functions for one method.
fn methods_differ(model: &Model, errors: &mut Errors) {
    for (index, method) in model.methods.iter().enumerate() {
        // Two functions of one name are an error of the language already.
        let repeats = |other: &&Method| {
            other.name == method.name
                && other.ident != method.ident
                && meet(&other.conditions, &method.conditions)
        };
        if let Some(other) = model.methods[..index].iter().find(repeats) {
            let (name, ident) = (&method.name, &other.ident);
            errors.at_span(
                method.name_span,
                format!("`{name}` is answered by `{ident}` already: take one of the two away"),
            );
        }
    }
}

/// Two hooks of one kind.
pub(crate) fn hooks_differ(hooks: &[Hook], errors: &mut Errors) {
    for (index, hook) in hooks.iter().enumerate() {
        let repeats = |other: &&Hook| same_hook(other, hook);
        if let Some(other) = hooks[..index].iter().find(repeats) {
            let (name, ident) = (hook.kind.name(), &other.ident);
            errors.at(&hook.ident, format!("a handler has one `#[{name}]`, and `{ident}` is it already; a base can have another"));
        }
    }
}

/// Whether two functions are one hook.
pub(crate) fn same_hook(one: &Hook, other: &Hook) -> bool {
    one.kind == other.kind && meet(&one.conditions, &other.conditions)
}

/// Whether two functions answer one method, in every build.
pub(crate) fn same_method(one: &Method, other: &Method) -> bool {
    one.name == other.name && one.conditions.is_empty() && other.conditions.is_empty()
}

/// Whether two functions are there together in a build: where one has no `#[cfg]`, they are whenever the other is. Two that have
/// one may exclude each other, which is the usual reason to write them.
fn meet(one: &[Attribute], other: &[Attribute]) -> bool {
    one.is_empty() || other.is_empty()
}
