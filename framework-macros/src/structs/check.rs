//! The rules of a handler struct that need more than one attribute. One function a rule.

use syn::ext::IdentExt;

use super::parse::{Model, Presence, Source};
use crate::diagnostics::{Errors, closest};

/// Checks all rules.
pub(super) fn all(model: &Model, errors: &mut Errors) {
    base_is_a_field(model, errors);
    base_is_no_parameter(model, errors);
    parameters_have_fields(model, errors);
    path_fields_are_in_all_routes(model, errors);
    marked_fields_are_no_parameters(model, errors);
    arguments_have_no_conditions(model, errors);
    routes_differ(model, errors);
    values_and_routes_exclude_each_other(model, errors);
    prefix_is_for_bases(model, errors);
}

/// `base = site` names a field.
fn base_is_a_field(model: &Model, errors: &mut Errors) {
    let Some(base) = &model.base else { return };
    if !model
        .fields
        .iter()
        .any(|field| matches!(field.source, Source::Base))
    {
        let names: Vec<&str> = model.fields.iter().map(|field| &*field.name).collect();
        let of_type = model.fields.iter().find(|field| field.has_type(base));
        let advice = match (of_type, closest(&base.to_string(), &names)) {
            (Some(field), _) => format!(
                "it takes the name of the field, not its type: write `base = {}`",
                field.name
            ),
            (None, Some(close)) => format!("did you mean `{close}`?"),
            (None, None) => format!("add `{base}: …`"),
        };
        errors.at(base, format!("`base` names the field that holds the base handler; there is no field `{base}`: {advice}"));
    }
}

/// The base is not a parameter of the route.
fn base_is_no_parameter(model: &Model, errors: &mut Errors) {
    let Some(base) = &model.base else { return };
    for route in &model.routes {
        if route.has_parameter(&base.unraw().to_string()) {
            errors.at(
                &route.text,
                format!("`{base}` is the base handler and cannot be a parameter too"),
            );
        }
    }
}

/// A parameter that no field takes would be lost.
fn parameters_have_fields(model: &Model, errors: &mut Errors) {
    for route in &model.routes {
        for parameter in &route.pattern.parameters {
            // These have errors of their own.
            let is_refused = model.fields.iter().any(|field| match &field.source {
                Source::Base | Source::Marked { .. } | Source::Default(_) => {
                    field.name == *parameter
                }
                Source::Refused { may_be_path } => *may_be_path || field.name == *parameter,
                _ => false,
            });
            if model.field_of(parameter).is_none() && !is_refused {
                errors.at(
                    &route.text,
                    format!("the parameter `{parameter}` has no field: add `{parameter}: String`, or another type that it parses to"),
                );
            }
        }
    }
}

/// A field from the path needs its parameter in every route, or something that stands for it.
fn path_fields_are_in_all_routes(model: &Model, errors: &mut Errors) {
    for field in &model.fields {
        let Source::Path {
            parameter,
            presence,
        } = &field.source
        else {
            continue;
        };
        let lacking = model
            .routes
            .iter()
            .find(|route| !route.has_parameter(parameter));
        match (lacking, presence) {
            _ if !model.has_parameter(parameter) => {
                let message = format!("no route of this struct has a parameter `{parameter}`");
                errors.at_span(field.span, message);
            }
            (_, Presence::Many) => {
                errors.at(
                    &field.ty,
                    "a path parameter has one value: take the type without `Vec`",
                );
            }
            (Some(route), Presence::Required) => {
                let (text, name) = (route.text.value(), &field.name);
                errors.at_span(
                    field.span,
                    format!("the route `{text}` has no parameter `{parameter}`: make `{name}` an `Option`, or mark it `#[path(default = …)]`"),
                );
            }
            _ => {}
        }
    }
}

/// A name in the route and a mark on the field contradict each other.
fn marked_fields_are_no_parameters(model: &Model, errors: &mut Errors) {
    for field in &model.fields {
        let is_marked = matches!(field.source, Source::Marked { .. } | Source::Default(_));
        if is_marked && model.has_parameter(&field.name) && model.field_of(&field.name).is_none() {
            let name = &field.name;
            errors.at_span(
                field.span,
                format!(
                    "`{name}` is a parameter of the route, and so is not marked; rename one of them"
                ),
            );
        }
    }
}

/// The arguments of `url()` and `init()` are the same in every build.
fn arguments_have_no_conditions(model: &Model, errors: &mut Errors) {
    for field in &model.fields {
        let function = match field.source {
            Source::Path { .. } => "url()",
            Source::Init(_) => "init()",
            _ => continue,
        };
        if let Some(condition) = field.conditions.first() {
            errors.at(
                condition,
                format!("this field is an argument of `{function}`, which cannot come and go: take the `#[cfg]` away, or make two structs"),
            );
        }
    }
}

/// Two routes of one struct that match the same paths.
fn routes_differ(model: &Model, errors: &mut Errors) {
    for (index, route) in model.routes.iter().enumerate() {
        let host = |route: &crate::specs::Route| route.host.as_ref().map(syn::LitStr::value);
        let is_same = |other: &&crate::specs::Route| {
            other.pattern.is_same(&route.pattern) && host(other) == host(route)
        };
        if let Some(other) = model.routes[..index].iter().find(is_same) {
            errors.at(
                &route.text,
                format!(
                    "this route matches the same paths as `{}` above; remove one of them",
                    other.text.value()
                ),
            );
        }
    }
}

/// A handler with `Init` fields gets its values and its route together.
fn values_and_routes_exclude_each_other(model: &Model, errors: &mut Errors) {
    let Some(field) = model
        .fields
        .iter()
        .find(|field| matches!(field.source, Source::Init(_)))
    else {
        return;
    };
    if let Some(route) = model.routes.first() {
        let (text, name) = (route.text.value(), &model.name);
        errors.at(
            &field.ty,
            format!("an `Init` value comes with the route: take `#[route(\"{text}\")]` away and write `\"{text}\" => {name}::init(…)` in `routes!`"),
        );
    }
}

/// A prefix stands in front of the routes of others.
fn prefix_is_for_bases(model: &Model, errors: &mut Errors) {
    if let (Some(prefix), false) = (&model.prefix, model.routes.is_empty()) {
        errors.at(
            &prefix.text,
            "a `#[prefix]` is for a base, which has no route; write it into the `#[route]`",
        );
    }
}
