//! The inert attributes: those that mean something inside a `#[handler]` item and are gone after it.
//!
//! What is taken away as one of ours, and what is reported, must be the same: an attribute that vanishes without an error may have
//! been a guard.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Meta};

use crate::diagnostics::closest;

/// On the struct.
const STRUCT: &[&str] = &["route", "prefix"];

/// On its fields.
pub(crate) const FIELD: &[&str] = &["path", "query", "header", "cookie", "default"];

/// Hooks, on methods of the impl.
pub(crate) const HOOKS: &[&str] = &[
    "prepare",
    "on_finish",
    "on_connection_close",
    "write_error",
    "default_headers",
    "current_user",
    "user_locale",
];

/// Further marks on methods of the impl.
const METHOD: &[&str] = &["method", "blocking"];

/// What is to come: refused by name, because a guard that is accepted and ignored is an open door.
const TO_COME: &[&str] = &["authenticated"];

/// The methods that have a name of their own in an impl, as they stand in a request.
pub(crate) const METHODS: &[(&str, &str)] = &[
    ("get", "GET"),
    ("head", "HEAD"),
    ("post", "POST"),
    ("put", "PUT"),
    ("delete", "DELETE"),
    ("patch", "PATCH"),
    ("options", "OPTIONS"),
    ("query", "QUERY"),
];

/// The names of the methods alone.
pub(crate) fn method_names() -> Vec<&'static str> {
    METHODS.iter().map(|(name, _)| *name).collect()
}

/// Which of the two an item is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Handler,
    #[cfg(feature = "websocket")]
    WebSocket,
}

impl Role {
    /// What the impl of a `#[websocket]` looks for: a struct that is one too.
    pub(crate) fn mark(self, name: &syn::Ident) -> Option<TokenStream> {
        (self != Self::Handler).then(|| {
            quote! {
                #[automatically_derived]
                impl __squall::WebSocketStruct for #name {}
            }
        })
    }

    /// The attribute above it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Handler => "handler",
            #[cfg(feature = "websocket")]
            Self::WebSocket => "websocket",
        }
    }
}

/// Where an attribute stands.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Struct,
    Field,
    Impl,
    /// A function of the impl.
    Function,
    /// In an item that is no handler: nobody looks for misspelt attributes there.
    Elsewhere,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Struct => "a struct",
            Self::Field => "a field",
            Self::Impl => "an impl",
            Self::Function => "a method",
            Self::Elsewhere => "this item",
        }
    }

    /// The attributes that belong here.
    fn own(self) -> Vec<&'static str> {
        match self {
            Self::Struct => STRUCT.to_vec(),
            Self::Field => FIELD.to_vec(),
            Self::Function => [HOOKS, METHOD].concat(),
            Self::Impl | Self::Elsewhere => Vec::new(),
        }
    }

    /// What a word that is none of ours may be a misspelling of.
    fn expected(self) -> Vec<&'static str> {
        match self {
            Self::Struct | Self::Impl | Self::Function => [&self.own(), TO_COME].concat(),
            Self::Field | Self::Elsewhere => self.own(),
        }
    }

    /// Whether an attribute of this name is one of ours here, or was meant to be one.
    pub(crate) fn claims(self, word: &str) -> bool {
        is_ours(word) || closest(word, &self.expected()).is_some()
    }

    /// What is wrong with an attribute that does not belong here. `None` for what belongs here, and for what is none of ours.
    pub(crate) fn refuse(self, attribute: &Attribute) -> Option<syn::Error> {
        let word = attribute.path().get_ident()?.to_string();
        if self.own().contains(&&*word) {
            return None;
        }
        let message = if TO_COME.contains(&&*word) {
            format!(
                "`#[{word}]` does not work yet, so it is refused: a guard that is ignored would be an open door"
            )
        } else if is_ours(&word) {
            self.misplaced(&word)
        } else {
            let close = closest(&word, &self.expected())?;
            let to_come = if TO_COME.contains(&close) {
                " It does not work yet: take it away"
            } else {
                ""
            };
            format!("unknown attribute `{word}`; did you mean `{close}`?{to_come}")
        };
        Some(syn::Error::new_spanned(attribute.path(), message))
    }

    /// Where an attribute belongs, and what belongs here.
    fn misplaced(self, word: &str) -> String {
        let home = if STRUCT.contains(&word) {
            "above the struct"
        } else if FIELD.contains(&word) {
            "on a field of the struct"
        } else {
            "on a method in the `#[handler] impl`"
        };
        let place = self.name();
        let own: Vec<String> = self
            .own()
            .iter()
            .map(|name| format!("`#[{name}]`"))
            .collect();
        let instead = if own.is_empty() {
            String::new()
        } else {
            format!("; on {place} stand {}", own.join(", "))
        };
        format!("`#[{word}]` stands {home}, not on {place}{instead}")
    }
}

fn is_ours(word: &str) -> bool {
    [STRUCT, FIELD, HOOKS, METHOD, TO_COME]
        .iter()
        .any(|list| list.contains(&word))
}

/// The `#[cfg(…)]` among the attributes of an item. One without its list is left to the compiler, which sees it on the item.
pub(crate) fn conditions(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes
        .iter()
        .filter(|attribute| is_condition(attribute))
        .cloned()
        .collect()
}

/// Whether it is a `#[cfg(…)]`.
pub(crate) fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && matches!(attribute.meta, Meta::List(_))
}

/// Several `#[cfg(…)]` as one predicate: `all(…)`.
pub(crate) fn all_of(conditions: &[Attribute]) -> TokenStream {
    let conditions = conditions.iter().filter_map(|condition| {
        let list = condition.meta.require_list().ok()?;
        Some(&list.tokens)
    });
    quote!(all(#(#conditions),*))
}

/// Whether a text is a token (RFC 9110 §5.6.2): a method, the name of a field of the request or of a cookie.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
