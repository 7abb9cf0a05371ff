//! From the tokens of a struct to what its author wrote.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Data, DeriveInput, Expr, Fields, GenericArgument, Ident, LitInt, LitStr, Meta, Path,
    PathArguments, Token, Type, Visibility,
    ext::IdentExt,
    meta::ParseNestedMeta,
    parse::{Parse, ParseStream, Parser},
    spanned::Spanned,
};

use crate::{
    attributes::{self, Place, Role},
    diagnostics::{Errors, closest, did_you_mean, list},
    pattern::{Pattern, Segment, Shape},
    quantity::{Quantity, Size, Time},
    specs::{self, Route},
};

/// A handler struct.
pub(super) struct Model {
    pub(super) visibility: Visibility,
    pub(super) name: Ident,
    pub(super) routes: Vec<Route>,
    pub(super) prefix: Option<Prefix>,
    pub(super) base: Option<Ident>,
    pub(super) disconnect: Option<Disconnect>,
    pub(super) body: Body,
    pub(super) fields: Vec<Field>,
}

/// What is said about the content of requests.
#[derive(Default)]
pub(super) struct Body {
    pub(super) max_body: Option<Size>,
    pub(super) max_in_memory: Option<Size>,
    pub(super) deadline: Option<Time>,
    pub(super) max_parts: Option<LitInt>,
}

/// A `#[prefix("…")]`.
pub(super) struct Prefix {
    pub(super) text: LitStr,
    pub(super) segments: Vec<Segment>,
}

#[derive(Clone, Copy)]
pub(super) enum Disconnect {
    Cancel,
    Finish,
}

/// One field.
pub(super) struct Field {
    /// Its `#[cfg]` attributes: they stand on all that is generated for it, and so it is no argument of `url()` or `init()`.
    pub(super) conditions: Vec<Attribute>,
    pub(super) member: syn::Member,
    /// Its name without `r#`; empty in a tuple struct.
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) ty: Type,
    pub(super) source: Source,
}

/// Where a field comes from.
pub(super) enum Source {
    /// The base that the handler builds on.
    Base,
    /// The path: named in a route, or marked `#[path]`.
    Path {
        parameter: String,
        presence: Presence,
    },
    /// A marked field.
    Marked {
        kind: Kind,
        key: LitStr,
        presence: Presence,
    },
    /// A value given with the route: the index of it.
    Init(usize),
    /// Not from the request: its `Default`, or this value.
    Default(Option<Expr>),
    /// Its type is an extractor.
    Extracted,
    /// Unknown: its attribute has an error already.
    Refused { may_be_path: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Query,
    Header,
    Cookie,
}

/// Whether a value must be there, and what stands for it when it is not.
pub(super) enum Presence {
    Required,
    Optional,
    Many,
    Default(Expr),
}

impl Model {
    /// Whether a route names this parameter.
    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.routes.iter().any(|route| route.has_parameter(name))
    }

    /// The number of values that come with the route.
    pub(super) fn values(&self) -> usize {
        let is_value = |field: &&Field| matches!(field.source, Source::Init(_));
        self.fields.iter().filter(is_value).count()
    }

    /// The field that takes a parameter.
    pub(super) fn field_of(&self, parameter: &str) -> Option<&Field> {
        self.fields.iter().find(
            |field| matches!(&field.source, Source::Path { parameter: taken, .. } if taken == parameter),
        )
    }
}

impl Field {
    /// Whether its type has this name.
    pub(super) fn has_type(&self, name: &Ident) -> bool {
        matches!(&self.ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == *name))
    }

    /// The type that is parsed: of `Option<T>` and `Vec<T>`, the `T`.
    pub(super) fn inner(&self) -> &Type {
        let (Source::Path { presence, .. } | Source::Marked { presence, .. }) = &self.source else {
            return &self.ty;
        };
        match presence {
            Presence::Optional => argument_of(&self.ty, "Option").unwrap_or(&self.ty),
            Presence::Many => argument_of(&self.ty, "Vec").unwrap_or(&self.ty),
            _ => &self.ty,
        }
    }
}

/// What can be seen of a struct that has mistakes, down to one whose fields are half typed.
pub(super) struct Sketch {
    pub(super) name: Ident,
    /// The number of arguments that its `url()` would take, if it has a route.
    pub(super) url: Option<usize>,
}

/// Reads no more than the name and the texts of the routes. `None` for what could never be a handler.
pub(super) fn sketch(item: TokenStream) -> Option<Sketch> {
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.call(Ident::parse_any)?;
        let name = input.parse()?;
        let is_generic = input.peek(Token![<]);
        input.parse::<TokenStream>()?;
        Ok((attributes, name, is_generic))
    };
    let (attributes, name, is_generic) = parser.parse2(item).ok()?;
    let mut routes = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("route"));
    let url = routes.next().map(|route| {
        let text = first_text(&route.meta).unwrap_or_default();
        text.split('/')
            .filter(|segment| segment.contains(['{', '<', ':', '*']))
            .count()
    });
    (!is_generic).then_some(Sketch { name, url })
}

/// The first literal in the arguments of an attribute.
fn first_text(meta: &Meta) -> Option<String> {
    let tokens = match meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => pair.value.to_token_stream(),
        Meta::Path(_) => return None,
    };
    let texts = tokens
        .into_iter()
        .filter_map(|token| syn::parse2::<LitStr>(token.into()).ok());
    texts.map(|text| text.value()).next()
}

/// Reads a struct and its attributes. `None` when nothing can be generated for it.
pub(super) fn handler(
    role: Role,
    arguments: TokenStream,
    input: &DeriveInput,
    errors: &mut Errors,
) -> Option<Model> {
    let fields = struct_fields(role, input, errors);
    let settings = settings(role, arguments, errors);
    let (routes, prefix) = struct_attributes(&input.attrs, errors);
    if !input.generics.params.is_empty() {
        errors.at(
            &input.generics,
            "a handler has no parameters of type or lifetime: its routes are constants, and each request makes a value of \
             its own; name the types, and share what is borrowed with `State<T>`",
        );
        return None;
    }
    let fields = fields?;
    let mut model = Model {
        visibility: input.vis.clone(),
        name: input.ident.clone(),
        routes,
        prefix,
        base: settings.base,
        disconnect: settings.disconnect,
        body: settings.body,
        fields: Vec::new(),
    };
    let mut gifts = 0;
    for (index, field) in fields.iter().enumerate() {
        let field = read_field(index, field, &model, &mut gifts, errors);
        model.fields.push(field);
    }
    Some(model)
}

fn struct_fields<'i>(
    role: Role,
    input: &'i DeriveInput,
    errors: &mut Errors,
) -> Option<&'i Fields> {
    let word: &dyn ToTokens = match &input.data {
        Data::Struct(data) => return Some(&data.fields),
        Data::Enum(data) => &data.enum_token,
        Data::Union(data) => &data.union_token,
    };
    let role = role.name();
    errors.at(
        &word,
        format!("a handler is a struct: `#[{role}]` stands on a struct and on its impl"),
    );
    None
}

#[derive(Default)]
struct Settings {
    base: Option<Ident>,
    disconnect: Option<Disconnect>,
    body: Body,
}

/// Reads `base = field, disconnect = cancel, max_body = "1 GiB"`.
fn settings(role: Role, arguments: TokenStream, errors: &mut Errors) -> Settings {
    let attribute = role.name();
    const KNOWN: &[&str] = &[
        "base",
        "disconnect",
        "max_body",
        "max_in_memory",
        "body_deadline",
        "max_parts",
    ];
    let mut settings = Settings::default();
    if let Some(TokenTree::Literal(pattern)) = arguments.clone().into_iter().next() {
        errors.add(syn::Error::new(
            pattern.span(),
            format!("a route has an attribute of its own: write `#[route({pattern})]` below `#[{attribute}]`"),
        ));
        return settings;
    }
    let parser = syn::meta::parser(|meta| {
        let word = meta.path.get_ident().map(ToString::to_string);
        if role != Role::Handler && word.is_some_and(|word| KNOWN[1..].contains(&&*word)) {
            return Err(meta.error("a WebSocket has no content, and lives as long as its connection: its settings are what the function `settings` returns"));
        }
        if meta.path.is_ident("base") {
            once(&meta, settings.base.is_some())?;
            settings.base = Some(value_of(&meta, "base = site", |input| {
                input.call(Ident::parse_any)
            })?);
        } else if meta.path.is_ident("disconnect") {
            once(&meta, settings.disconnect.is_some())?;
            let word: Ident = value_of(&meta, "disconnect = cancel", |input| {
                input.call(Ident::parse_any)
            })?;
            settings.disconnect = Some(match word.to_string().as_str() {
                "cancel" => Disconnect::Cancel,
                "finish" => Disconnect::Finish,
                _ => {
                    return Err(syn::Error::new(
                        word.span(),
                        "`disconnect` is `cancel` or `finish`",
                    ));
                }
            });
        } else if meta.path.is_ident("max_body") {
            set_quantity(&mut settings.body.max_body, &meta)?;
        } else if meta.path.is_ident("max_in_memory") {
            set_quantity(&mut settings.body.max_in_memory, &meta)?;
        } else if meta.path.is_ident("body_deadline") {
            set_quantity(&mut settings.body.deadline, &meta)?;
        } else if meta.path.is_ident("max_parts") {
            set(&mut settings.body.max_parts, &meta, "max_parts = 500")?;
        } else {
            let known = if role == Role::Handler {
                KNOWN
            } else {
                &KNOWN[..1]
            };
            return Err(unknown(&meta.path, &format!("`#[{attribute}]`"), known));
        }
        Ok(())
    });
    errors.take(parser.parse2(arguments));
    settings
}

/// Reads the attributes above the struct that are ours.
fn struct_attributes(
    attributes: &[Attribute],
    errors: &mut Errors,
) -> (Vec<Route>, Option<Prefix>) {
    let mut routes = Vec::new();
    let mut prefix = None;
    for attribute in attributes {
        let path = attribute.path();
        if path.is_ident("route") {
            routes.extend(errors.take(route(attribute)));
        } else if path.is_ident("prefix") && prefix.is_some() {
            errors.at(attribute, "a struct has one `#[prefix]`: join the two");
        } else if path.is_ident("prefix") {
            prefix = errors.take(self::prefix(attribute));
        } else {
            errors.extend(Place::Struct.refuse(attribute));
        }
    }
    (routes, prefix)
}

/// Reads `#[route("…", name = "…", rank = 1, host = "…")]` or `#[route(regex = r"…", …)]`.
fn route(attribute: &Attribute) -> syn::Result<Route> {
    let Meta::List(arguments) = &attribute.meta else {
        return Err(no_pattern(attribute));
    };
    let written = arguments.parse_args_with(RouteArguments::parse)?;
    let (text, pattern) = match (written.text, written.regex) {
        (Some(text), None) => {
            let pattern = specs::parse(&text, Pattern::parse)?;
            (text, pattern)
        }
        (None, Some(regex)) => {
            let pattern = specs::parse(&regex, Pattern::parse_regex)?;
            (regex, pattern)
        }
        (Some(_), Some(regex)) => {
            return Err(syn::Error::new(
                regex.span(),
                "a route has a pattern or a `regex`, not both",
            ));
        }
        (None, None) => return Err(no_pattern(attribute)),
    };
    if let Some(rank) = &written.rank {
        check_rank(rank, &pattern)?;
    }
    let host = written.host.map(|host| check_host(&host)).transpose()?;
    Ok(Route {
        text,
        pattern,
        host,
        name: written.name,
        rank: written.rank,
    })
}

fn no_pattern(attribute: &Attribute) -> syn::Error {
    syn::Error::new_spanned(
        attribute,
        "a route is written `#[route(\"/stories/{id}\")]`",
    )
}

/// The arguments of a `#[route]` as they were written.
#[derive(Default)]
struct RouteArguments {
    text: Option<LitStr>,
    regex: Option<LitStr>,
    name: Option<LitStr>,
    rank: Option<LitInt>,
    host: Option<LitStr>,
}

impl RouteArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut written = Self {
            text: leading_text(input)?,
            ..Self::default()
        };
        syn::meta::parser(|meta| written.argument(&meta)).parse2(input.parse()?)?;
        Ok(written)
    }

    fn argument(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        const KNOWN: &[&str] = &["regex", "name", "rank", "host"];
        if meta.path.is_ident("regex") {
            set(&mut self.regex, meta, "regex = r\"…\"")
        } else if meta.path.is_ident("name") {
            set(&mut self.name, meta, "name = \"story\"")
        } else if meta.path.is_ident("rank") {
            set(&mut self.rank, meta, "rank = 1")
        } else if meta.path.is_ident("host") {
            set(&mut self.host, meta, "host = \"api.example.com\"")
        } else {
            Err(unknown(&meta.path, "`#[route]`", KNOWN))
        }
    }
}

/// Reads the text that stands before the named arguments, with its comma.
fn leading_text(input: ParseStream<'_>) -> syn::Result<Option<LitStr>> {
    if !input.peek(LitStr) {
        return Ok(None);
    }
    let text = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(Some(text))
}

fn check_rank(rank: &LitInt, pattern: &Pattern) -> syn::Result<()> {
    rank.base10_parse::<i32>()?;
    if pattern.has_expression() {
        return Ok(());
    }
    Err(syn::Error::new(
        rank.span(),
        "`rank` orders expressions at one position, and this route has none: take it away",
    ))
}

/// A host in lower case: a name, or `*.` before a name.
fn check_host(host: &LitStr) -> syn::Result<LitStr> {
    let text = host.value().to_ascii_lowercase();
    let name = text.strip_prefix("*.").unwrap_or(&text);
    let is_name = !name.is_empty()
        && name.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
    let is_address = text.starts_with('[') && text.ends_with(']');
    if is_name || is_address {
        return Ok(LitStr::new(&text, host.span()));
    }
    let message = "a host is a name such as `api.example.com`, or `*.example.com` for all names below; the port does not count";
    Err(syn::Error::new(host.span(), message))
}

/// Reads `#[prefix("/admin")]`.
fn prefix(attribute: &Attribute) -> syn::Result<Prefix> {
    let text: LitStr = match &attribute.meta {
        Meta::List(arguments) => arguments.parse_args()?,
        _ => {
            return Err(syn::Error::new_spanned(
                attribute,
                "a prefix is written `#[prefix(\"/admin\")]`",
            ));
        }
    };
    let error = |message: &str| Err(syn::Error::new(text.span(), message));
    let pattern = specs::parse(&text, Pattern::parse)?;
    if !pattern.parameters.is_empty() {
        return error(
            "a prefix has no parameters: the `url()` of what builds on it could not know them",
        );
    }
    match pattern.shape {
        Shape::Segments(segments)
            if segments
                .last()
                .is_some_and(|last| *last != Segment::Literal(String::new())) =>
        {
            Ok(Prefix { text, segments })
        }
        _ => error("a prefix begins with a slash and does not end with one, like `/admin`"),
    }
}

/// Reads one field and its attributes.
fn read_field(
    index: usize,
    field: &syn::Field,
    model: &Model,
    gifts: &mut usize,
    errors: &mut Errors,
) -> Field {
    let name = field
        .ident
        .as_ref()
        .map(|name| name.unraw().to_string())
        .unwrap_or_default();
    let member = field
        .ident
        .clone()
        .map_or_else(|| syn::Member::from(index), syn::Member::from);
    let span = field
        .ident
        .as_ref()
        .map_or_else(|| field.ty.span(), Ident::span);
    let is_base = field.ident.is_some() && field.ident == model.base;
    let source = match mark(field, &name, is_base, errors) {
        _ if is_base => Source::Base,
        Some(source) => source,
        None if model.has_parameter(&name) => Source::Path {
            parameter: name.clone(),
            presence: presence_of(&field.ty, None),
        },
        None if argument_of(&field.ty, "Init").is_some() => {
            *gifts += 1;
            Source::Init(*gifts - 1)
        }
        None => Source::Extracted,
    };
    Field {
        conditions: attributes::conditions(&field.attrs),
        member,
        name,
        span,
        ty: field.ty.clone(),
        source,
    }
}

/// Reads `#[query]`, `#[header("…")]`, `#[cookie]`, `#[path]` or `#[default]` on a field.
fn mark(field: &syn::Field, name: &str, is_base: bool, errors: &mut Errors) -> Option<Source> {
    let mut found = None;
    for attribute in &field.attrs {
        let word = attribute.path().get_ident().map(ToString::to_string);
        let word = word.unwrap_or_default();
        let may_be_path = closest(&word, &["path"]).is_some();
        if !attributes::FIELD.contains(&&*word) {
            if let Some(error) = Place::Field.refuse(attribute) {
                errors.add(error);
                found = Some(Source::Refused { may_be_path });
            }
        } else if is_base {
            errors.at(
                attribute,
                format!("the base takes its own fields from the request: take `#[{word}]` away"),
            );
        } else if found.is_some() {
            errors.at(attribute, second_mark(&word, found.as_ref()));
        } else {
            found = errors
                .take(read_mark(attribute, &word, field, name))
                .or(Some(Source::Refused { may_be_path }));
        }
    }
    found
}

/// What is wrong with an attribute behind another one.
fn second_mark(word: &str, first: Option<&Source>) -> &'static str {
    match first {
        Some(Source::Default(_)) if word == "default" => {
            "this attribute stands here twice: take one of them away"
        }
        Some(Source::Default(_)) => DEFAULT_BESIDE_ANOTHER,
        Some(_) if word == "default" => DEFAULT_BESIDE_ANOTHER,
        _ => "a field comes from one place: take one of the two attributes away",
    }
}

const DEFAULT_BESIDE_ANOTHER: &str = "a field with `#[default]` is not taken from the request: take one of the two attributes away; \
     for a value in place of one that is absent, write `#[query(default = …)]`";

fn read_mark(
    attribute: &Attribute,
    word: &str,
    field: &syn::Field,
    name: &str,
) -> syn::Result<Source> {
    if word == "default" {
        return Ok(Source::Default(read_default(attribute)?));
    }
    let (key, default) = mark_arguments(attribute, word)?;
    let key = match key {
        Some(key) => key,
        None => key_from_name(attribute, word, name)?,
    };
    if let (Some(default), Some(_)) = (&default, argument_of(&field.ty, "Option")) {
        return Err(syn::Error::new_spanned(
            default,
            "a field with a default is never `None`: take the type without `Option`",
        ));
    }
    let presence = presence_of(&field.ty, default);
    let kind = match word {
        "query" => Kind::Query,
        "header" => Kind::Header,
        "cookie" => Kind::Cookie,
        _ => {
            return Ok(Source::Path {
                parameter: key.value(),
                presence,
            });
        }
    };
    check_key(kind, &key)?;
    if let (Kind::Cookie, Presence::Many) = (kind, &presence) {
        return Err(syn::Error::new_spanned(
            &field.ty,
            "a cookie has one value: take the type without `Vec`",
        ));
    }
    Ok(Source::Marked {
        kind,
        key,
        presence,
    })
}

/// Reads `#[default]` or `#[default = 20]`.
fn read_default(attribute: &Attribute) -> syn::Result<Option<Expr>> {
    match &attribute.meta {
        Meta::Path(_) => Ok(None),
        Meta::NameValue(pair) => Ok(Some(pair.value.clone())),
        Meta::List(list) => {
            let message = match list.parse_args::<Expr>() {
                Ok(value) => format!("write `#[default = {}]`", value.to_token_stream()),
                Err(_) => "write `#[default]`, or `#[default = 20]` for a value".to_owned(),
            };
            Err(syn::Error::new_spanned(attribute, message))
        }
    }
}

/// Reads `("name", default = 20)`; both may be left out.
fn mark_arguments(
    attribute: &Attribute,
    word: &str,
) -> syn::Result<(Option<LitStr>, Option<Expr>)> {
    let arguments = match &attribute.meta {
        Meta::List(arguments) => arguments,
        Meta::Path(_) => return Ok((None, None)),
        Meta::NameValue(_) => {
            return Err(syn::Error::new_spanned(
                attribute,
                format!("write `#[{word}(\"name\")]`"),
            ));
        }
    };
    arguments.parse_args_with(|input: ParseStream<'_>| {
        let (key, mut default) = (leading_text(input)?, None);
        let named = syn::meta::parser(|meta| {
            if meta.path.is_ident("default") {
                return set(&mut default, &meta, "default = 20");
            }
            Err(unknown(&meta.path, &format!("`#[{word}]`"), &["default"]))
        });
        named.parse2(input.parse()?)?;
        Ok((key, default))
    })
}

/// What a marked field reads when its mark has no name: what is named like the field.
fn key_from_name(attribute: &Attribute, word: &str, name: &str) -> syn::Result<LitStr> {
    let message = if name.is_empty() {
        format!("a field without a name needs one here: `#[{word}(\"…\")]`")
    } else if word == "header" {
        let usual = name.replace('_', "-");
        format!("a header is named: `#[header(\"{usual}\")]`")
    } else {
        return Ok(LitStr::new(name, attribute.span()));
    };
    Err(syn::Error::new_spanned(attribute, message))
}

/// The name of a field of the request or of a cookie is a token (RFC 9110 §5.6.2).
fn check_key(kind: Kind, key: &LitStr) -> syn::Result<()> {
    let text = key.value();
    match kind {
        Kind::Query => Ok(()),
        Kind::Header | Kind::Cookie if attributes::is_token(&text) => Ok(()),
        Kind::Header => Err(syn::Error::new(
            key.span(),
            format!(
                "`{text}` is no name of a header: that has no spaces and no signs but `-`, `_` and their like, as `accept-language`"
            ),
        )),
        Kind::Cookie => Err(syn::Error::new(
            key.span(),
            format!("`{text}` is no name of a cookie: that has no spaces, commas or quotes"),
        )),
    }
}

fn presence_of(ty: &Type, default: Option<Expr>) -> Presence {
    match default {
        Some(default) => Presence::Default(default),
        None if argument_of(ty, "Option").is_some() => Presence::Optional,
        None if argument_of(ty, "Vec").is_some() => Presence::Many,
        None => Presence::Required,
    }
}

/// The `T` of `Wrapper<T>`.
pub(super) fn argument_of<'t>(ty: &'t Type, wrapper: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == wrapper)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match (arguments.args.first()?, arguments.args.len()) {
        (GenericArgument::Type(ty), 1) => Some(ty),
        _ => None,
    }
}

/// Reads what stands behind `=`; without it, the error shows how it is written.
fn value_of<T>(
    meta: &ParseNestedMeta<'_>,
    usage: &str,
    parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let wrong = |span: Span| syn::Error::new(span, format!("write `{usage}`"));
    let input = meta.value().map_err(|_| wrong(meta.path.span()))?;
    let span = input.span();
    parse(input).map_err(|_| wrong(span))
}

/// Reads the value of an argument that may be given once.
fn set<T: Parse>(
    place: &mut Option<T>,
    meta: &ParseNestedMeta<'_>,
    usage: &str,
) -> syn::Result<()> {
    once(meta, place.is_some())?;
    *place = Some(value_of(meta, usage, T::parse)?);
    Ok(())
}

/// Reads a size or a time that may be given once; what is wrong with it, it says itself.
fn set_quantity<T: Quantity>(place: &mut Option<T>, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    once(meta, place.is_some())?;
    let missing = |_| syn::Error::new(meta.path.span(), T::USAGE);
    *place = Some(meta.value().map_err(missing)?.parse()?);
    Ok(())
}

fn once(meta: &ParseNestedMeta<'_>, is_there: bool) -> syn::Result<()> {
    if is_there {
        let name = meta.path.to_token_stream();
        return Err(syn::Error::new(
            meta.path.span(),
            format!("`{name}` is given twice: take one of them away"),
        ));
    }
    Ok(())
}

fn unknown(path: &Path, place: &str, known: &[&str]) -> syn::Error {
    let word = path.to_token_stream().to_string();
    let message = format!(
        "{place} knows {}, not `{word}`{}",
        list(known),
        did_you_mean(&word, known)
    );
    syn::Error::new(path.span(), message)
}
