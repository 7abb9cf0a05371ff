//! The entries of a list as they were written.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{
    Attribute, Expr, LitStr, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use crate::{attributes::is_condition, diagnostics::Errors, specs::Route};

/// A list: entries with commas between them.
pub(super) struct List(Vec<syn::Result<Entry>>);

/// One entry.
pub(super) struct Entry {
    /// Its `#[cfg]` attributes.
    pub(super) conditions: Vec<Attribute>,
    pub(super) kind: Kind,
}

/// What an entry is.
pub(super) enum Kind {
    /// `Handler`
    Handler(Path),
    /// `..stories::ROUTES`
    Spread(Expr),
    /// `"/about" => target`
    Target { route: Box<Route>, target: Expr },
}

impl List {
    /// The entries that could be understood.
    pub(super) fn into_entries(self, errors: &mut Errors) -> Vec<Entry> {
        self.0
            .into_iter()
            .filter_map(|entry| errors.take(entry))
            .collect()
    }
}

impl Parse for List {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut entries = Vec::new();
        while !input.is_empty() {
            let begin = input.span();
            let read = match entry(input) {
                // What is half typed at the end of the list has no place of its own there.
                Err(error) if input.is_empty() => Err(syn::Error::new(begin, error)),
                Ok(_) if !input.is_empty() && !input.peek(Token![,]) => {
                    Err(input.error("expected a comma between two entries"))
                }
                read => read,
            };
            entries.push(read.and_then(Written::understand));
            while !input.is_empty() && !input.peek(Token![,]) {
                input.parse::<TokenTree>()?;
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(Self(entries))
    }
}

/// An entry before its meaning is checked.
enum Written {
    Entry(Entry),
    Target {
        conditions: Vec<Attribute>,
        text: LitStr,
        target: Expr,
    },
}

impl Written {
    fn understand(self) -> syn::Result<Entry> {
        match self {
            Self::Entry(entry) => {
                only_conditions(&entry.conditions)?;
                if let Kind::Handler(path) = &entry.kind {
                    looks_like_a_handler(path)?;
                }
                Ok(entry)
            }
            Self::Target {
                conditions,
                text,
                target,
            } => {
                only_conditions(&conditions)?;
                if text.value().is_empty() {
                    return Err(syn::Error::new(
                        text.span(),
                        "a pattern begins with a slash: `\"/\"`",
                    ));
                }
                let route = Box::new(Route::plain(text)?);
                Ok(Entry {
                    conditions,
                    kind: Kind::Target { route, target },
                })
            }
        }
    }
}

/// What is written like a list or like a function is one, and would be an error of the language that says less.
fn looks_like_a_handler(path: &Path) -> syn::Result<()> {
    let Some(last) = path.segments.last() else {
        return Ok(());
    };
    let name = last.ident.unraw().to_string();
    let written = path.to_token_stream().to_string().replace(' ', "");
    let message = if name == "ROUTES" || name.ends_with("_ROUTES") {
        format!("a list is spread into another one: write `..{written}`")
    } else if name.starts_with(|first: char| first.is_ascii_lowercase()) {
        format!(
            "`{written}` is named like a function or a module; an entry is a handler struct, a list spread with `..`, or `\"/pattern\" => target`"
        )
    } else {
        return Ok(());
    };
    Err(syn::Error::new_spanned(path, message))
}

fn only_conditions(attributes: &[Attribute]) -> syn::Result<()> {
    match attributes.iter().find(|attribute| !is_condition(attribute)) {
        Some(other) => Err(syn::Error::new_spanned(
            other,
            "only `#[cfg(…)]` stands on an entry of a list",
        )),
        None => Ok(()),
    }
}

fn entry(input: ParseStream<'_>) -> syn::Result<Written> {
    let conditions = input.call(Attribute::parse_outer)?;
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        if input.peek(Token![,]) || input.is_empty() {
            return Err(syn::Error::new(
                text.span(),
                "a pattern needs a target: `\"/about\" => Page::init(…)`, or a `Redirect`",
            ));
        }
        if !input.peek(Token![=>]) {
            return Err(input.error("a pattern and its target have `=>` between them"));
        }
        input.parse::<Token![=>]>()?;
        return Ok(Written::Target {
            conditions,
            text,
            target: input.parse()?,
        });
    }
    if input.peek(Token![..]) {
        input.parse::<Token![..]>()?;
        return Ok(Written::Entry(Entry {
            conditions,
            kind: Kind::Spread(input.parse()?),
        }));
    }
    let path = input.parse::<Path>().map_err(|error| {
        syn::Error::new(
            error.span(),
            "an entry is a handler, a list spread with `..`, or `\"/pattern\" => target`",
        )
    })?;
    Ok(Written::Entry(Entry {
        conditions,
        kind: Kind::Handler(path),
    }))
}
