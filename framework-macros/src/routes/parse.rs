//! The entries of a list as they were written.

use syn::{
    Attribute, Expr, LitStr, Path, Token, Type,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::{diagnostics::Errors, specs::Route};

/// A list: entries with commas between them.
pub(super) struct List(Punctuated<syn::Result<Entry>, Token![,]>);

/// One entry.
pub(super) struct Entry {
    /// Its `#[cfg]` attributes.
    pub(super) conditions: Vec<Attribute>,
    pub(super) kind: Kind,
}

/// What an entry is.
pub(super) enum Kind {
    /// `Handler`
    Handler(Type),
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
        // An entry whose meaning is wrong is kept as an error; only what cannot be read at all ends the list.
        let entries =
            Punctuated::parse_terminated_with(input, |input| Ok(entry(input)?.understand()))?;
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
            Self::Entry(entry) => only_conditions(&entry.conditions).map(|()| entry),
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

fn only_conditions(attributes: &[Attribute]) -> syn::Result<()> {
    match attributes
        .iter()
        .find(|attribute| !attribute.path().is_ident("cfg"))
    {
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
    let ty = syn::TypePath {
        attrs: Vec::new(),
        qself: None,
        path,
    };
    Ok(Written::Entry(Entry {
        conditions,
        kind: Kind::Handler(Type::Path(ty)),
    }))
}
