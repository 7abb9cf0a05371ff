//! From the tokens of an impl to what its author wrote. Bodies of functions stay unread.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, FnArg, Generics, Ident, LitStr, Meta, Path, PathArguments, ReceiverKind, ReturnType,
    Signature, Token, Type, Visibility, braced,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    token,
};

use super::waiting;
use crate::{
    attributes::{self, Place, Role, conditions},
    diagnostics::{Errors, closest, list},
};

/// An impl block with its functions, their bodies left out.
pub(crate) struct Input {
    attributes: Vec<Attribute>,
    generics: Generics,
    is_of_trait: Option<TokenStream>,
    pub(crate) self_ty: Type,
    pub(crate) functions: Vec<syn::Result<Function>>,
    /// The attributes of what is no function.
    strays: Vec<Attribute>,
}

/// A function as it was written.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
    /// Whether it may have to wait, should it be `async`.
    waits: bool,
}

impl Input {
    /// Whether the struct has parameters of type or lifetime.
    pub(crate) fn has_parameters(&self) -> bool {
        let Type::Path(path) = &self.self_ty else {
            return !self.generics.params.is_empty();
        };
        let has_arguments = path
            .path
            .segments
            .iter()
            .any(|segment| !matches!(segment.arguments, PathArguments::None));
        has_arguments || !self.generics.params.is_empty()
    }
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        input.parse::<Option<Token![unsafe]>>()?;
        input.parse::<Token![impl]>()?;
        let generics = if input.peek(Token![<]) {
            input.parse()?
        } else {
            Generics::default()
        };
        let mut self_ty: Type = input.parse()?;
        let mut is_of_trait = None;
        if input.peek(Token![for]) {
            is_of_trait = Some(self_ty.to_token_stream());
            input.parse::<Token![for]>()?;
            self_ty = input.parse()?;
        }
        if input.peek(Token![where]) {
            input.parse::<syn::WhereClause>()?;
        }
        let body;
        braced!(body in input);
        let (mut functions, mut strays) = (Vec::new(), Vec::new());
        while !body.is_empty() {
            functions.extend(item(&body, &mut strays)?);
        }
        Ok(Self {
            attributes,
            generics,
            is_of_trait,
            self_ty,
            functions,
            strays,
        })
    }
}

/// One item of the impl; `None` for what is no function. One that is half typed does not take the others with it.
fn item(
    input: ParseStream<'_>,
    strays: &mut Vec<Attribute>,
) -> syn::Result<Option<syn::Result<Function>>> {
    let attributes = input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    if !is_function(input) {
        skip_body(input)?;
        strays.extend(attributes);
        return Ok(None);
    }
    let begin = input.span();
    let signature: syn::Result<Signature> = input.parse();
    let at_end = input.is_empty();
    let body = skip_body(input)?;
    Ok(Some(match signature {
        Ok(signature) => Ok(Function {
            waits: waiting::may_rewrite(&attributes) || waiting::may_wait(body),
            attributes,
            signature,
        }),
        Err(_) if at_end => Err(syn::Error::new(begin, "this function is not complete")),
        Err(error) => Err(error),
    }))
}

fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while ahead.peek(Token![const])
        || ahead.peek(Token![async])
        || ahead.peek(Token![unsafe])
        || ahead.peek(Token![extern])
    {
        let is_extern = ahead.peek(Token![extern]);
        if ahead.call(Ident::parse_any).is_err() {
            return false;
        }
        if is_extern && ahead.peek(LitStr) && ahead.parse::<LitStr>().is_err() {
            return false;
        }
    }
    ahead.peek(Token![fn])
}

/// Skips to the end of an item: behind its braces, or behind a semicolon. Gives what was skipped.
fn skip_body(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut skipped = TokenStream::new();
    while !input.is_empty() {
        let is_body = input.peek(token::Brace);
        let token: TokenTree = input.parse()?;
        let is_semicolon = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';');
        skipped.extend([token]);
        if is_body || is_semicolon {
            break;
        }
    }
    Ok(skipped)
}

/// The methods and hooks of a handler.
pub(crate) struct Model {
    pub(crate) self_ty: Type,
    pub(crate) methods: Vec<Method>,
    pub(crate) hooks: Vec<Hook>,
}

/// A method that answers requests.
pub(crate) struct Method {
    pub(crate) conditions: Vec<Attribute>,
    pub(crate) ident: Ident,
    /// As it stands in a request.
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) is_async: bool,
    /// Whether it may have to wait.
    pub(crate) waits: bool,
    pub(crate) is_blocking: bool,
    pub(crate) is_shared: bool,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) output: ReturnType,
}

/// An argument behind `self`.
pub(crate) enum Argument {
    Context,
    Extracted(Box<Type>),
}

/// A hook.
pub(crate) struct Hook {
    pub(crate) conditions: Vec<Attribute>,
    pub(crate) kind: HookKind,
    pub(crate) ident: Ident,
    pub(crate) is_async: bool,
    /// Whether it may have to wait.
    pub(crate) waits: bool,
    /// Whether it takes the context, for a hook that may leave it out.
    pub(crate) takes_context: bool,
    pub(crate) output: ReturnType,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookKind {
    Prepare,
    OnFinish,
    OnConnectionClose,
    WriteError,
    DefaultHeaders,
    CurrentUser,
    UserLocale,
}

impl HookKind {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "prepare" => Self::Prepare,
            "on_finish" => Self::OnFinish,
            "on_connection_close" => Self::OnConnectionClose,
            "write_error" => Self::WriteError,
            "default_headers" => Self::DefaultHeaders,
            "current_user" => Self::CurrentUser,
            "user_locale" => Self::UserLocale,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::OnFinish => "on_finish",
            Self::OnConnectionClose => "on_connection_close",
            Self::WriteError => "write_error",
            Self::DefaultHeaders => "default_headers",
            Self::CurrentUser => "current_user",
            Self::UserLocale => "user_locale",
        }
    }

    /// How it is written.
    fn usage(self) -> &'static str {
        match self {
            Self::Prepare => "async fn prepare(&mut self, cx: &mut Context) -> Result<()>",
            Self::OnFinish => "fn on_finish(&self, outcome: &Outcome)",
            Self::OnConnectionClose => "fn on_connection_close(&self)",
            Self::WriteError => {
                "async fn write_error(&self, cx: &mut Context, error: &HttpError) -> impl IntoResponse"
            }
            Self::DefaultHeaders => "fn default_headers(&self, headers: &mut HeaderMap)",
            Self::CurrentUser => {
                "async fn current_user(&self, cx: &mut Context) -> Result<Option<User>>"
            }
            Self::UserLocale => "async fn user_locale(&self, cx: &mut Context) -> Option<Locale>",
        }
    }

    /// The types of its arguments by their last names, as references. The context may be left out.
    fn arguments(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Prepare | Self::CurrentUser | Self::UserLocale => &[("Context", true)],
            Self::OnFinish => &[("Outcome", false)],
            Self::OnConnectionClose => &[],
            Self::WriteError => &[("Context", true), ("HttpError", false)],
            Self::DefaultHeaders => &[("HeaderMap", true)],
        }
    }

    fn may_be_async(self) -> bool {
        !matches!(self, Self::OnConnectionClose | Self::DefaultHeaders)
    }

    /// What it must return, if it must return something.
    fn gives(self) -> Option<&'static str> {
        match self {
            Self::WriteError => Some("the page"),
            Self::CurrentUser => Some("the user"),
            Self::UserLocale => Some("the language"),
            _ => None,
        }
    }

    fn may_borrow_mutably(self) -> bool {
        self == Self::Prepare
    }

    fn has_output(self) -> bool {
        !matches!(
            self,
            Self::OnFinish | Self::OnConnectionClose | Self::DefaultHeaders
        )
    }
}

/// Sorts the functions of an impl into methods and hooks. `None` when nothing can be generated for it.
pub(crate) fn handler(input: Input, errors: &mut Errors) -> Option<Model> {
    input.check(Role::Handler, errors)?;
    let mut model = Model {
        self_ty: input.self_ty,
        methods: Vec::new(),
        hooks: Vec::new(),
    };
    for function in input.functions {
        let Some(function) = errors.take(function) else {
            continue;
        };
        let marks = marks(&function, errors);
        if marks.is_refused {
            continue;
        }
        match marks.hook {
            Some(kind) => model.hooks.extend(hook(function, kind, errors)),
            None => model.methods.extend(method(function, marks, errors)),
        }
    }
    Some(model)
}

impl Input {
    /// Checks what stands around the functions. `None` where the impl is not that of a struct.
    pub(crate) fn check(&self, role: Role, errors: &mut Errors) -> Option<()> {
        for attribute in &self.attributes {
            errors.extend(Place::Impl.refuse(attribute));
        }
        for attribute in &self.strays {
            errors.extend(stray(attribute, role));
        }
        let Some(of_trait) = &self.is_of_trait else {
            return Some(());
        };
        let (name, role) = (self.self_ty.to_token_stream(), role.name());
        errors.at(
            of_trait,
            format!("`#[{role}]` stands on the impl of the struct itself, not on that of a trait: `#[{role}] impl {name} {{ … }}`"),
        );
        None
    }
}

/// One of our attributes on a constant or a type: it is taken away there too, and so it is reported.
fn stray(attribute: &Attribute, role: Role) -> Option<syn::Error> {
    let (word, role) = (attribute.path().get_ident()?.to_string(), role.name());
    let message = format!(
        "`#[{word}]` says nothing about this item: in a `#[{role}] impl`, only functions are marked"
    );
    Place::Function
        .claims(&word)
        .then(|| syn::Error::new_spanned(attribute.path(), message))
}

/// What the attributes of a function say.
#[derive(Default)]
pub(crate) struct Marks {
    pub(crate) hook: Option<HookKind>,
    pub(crate) method: Option<Mark<LitStr>>,
    pub(crate) blocking: Option<Mark<()>>,
    /// Whether an attribute was refused: the function is then no more than what it is.
    pub(crate) is_refused: bool,
}

/// A mark, and where it stands.
pub(crate) struct Mark<T> {
    pub(crate) path: Path,
    value: T,
}

pub(crate) fn marks(function: &Function, errors: &mut Errors) -> Marks {
    let mut marks = Marks::default();
    for attribute in &function.attributes {
        if let Err(error) = mark(attribute, &mut marks) {
            errors.add(error);
            marks.is_refused = true;
        }
    }
    if let Some(kind) = marks.hook {
        marks.is_refused |= hook_is_marked_alone(kind, &marks, errors);
    }
    marks
}

/// A hook answers no method and stays on its event loop: marks that say otherwise would be ignored.
fn hook_is_marked_alone(kind: HookKind, marks: &Marks, errors: &mut Errors) -> bool {
    let hook = kind.name();
    if let Some(method) = &marks.method {
        errors.at(
            &method.path,
            format!("a function is a hook or answers a method, and this one is `#[{hook}]`: write two functions"),
        );
    }
    if let Some(blocking) = &marks.blocking {
        errors.at(
            &blocking.path,
            format!(
                "only a method can be `#[blocking]`, and this function is the hook `#[{hook}]`: take `#[blocking]` away"
            ),
        );
    }
    marks.method.is_some() || marks.blocking.is_some()
}

fn mark(attribute: &Attribute, marks: &mut Marks) -> syn::Result<()> {
    let path = attribute.path();
    let word = path.get_ident().map(ToString::to_string);
    if let Some(kind) = word.as_deref().and_then(HookKind::parse) {
        mark_hook(attribute, kind, marks)
    } else if path.is_ident("blocking") {
        let path = path.clone();
        stands_alone(attribute, "blocking")?;
        given_once(&path, marks.blocking.is_some())?;
        marks.blocking = Some(Mark { path, value: () });
        Ok(())
    } else if path.is_ident("method") {
        let (path, value) = (path.clone(), method_name(attribute)?);
        given_once(&path, marks.method.is_some())?;
        marks.method = Some(Mark { path, value });
        Ok(())
    } else {
        Place::Function.refuse(attribute).map_or(Ok(()), Err)
    }
}

fn mark_hook(attribute: &Attribute, kind: HookKind, marks: &mut Marks) -> syn::Result<()> {
    given_once(attribute.path(), marks.hook == Some(kind))?;
    if let Some(other) = marks.hook {
        return Err(syn::Error::new_spanned(
            attribute.path(),
            format!(
                "a function is one hook, and this one is `#[{}]` already: write two functions",
                other.name()
            ),
        ));
    }
    stands_alone(attribute, kind.name())?;
    marks.hook = Some(kind);
    Ok(())
}

fn stands_alone(attribute: &Attribute, word: &str) -> syn::Result<()> {
    match attribute.meta {
        Meta::Path(_) => Ok(()),
        _ => Err(syn::Error::new_spanned(
            attribute.path(),
            format!("`#[{word}]` has no arguments: write it alone"),
        )),
    }
}

fn given_once(path: &Path, is_there: bool) -> syn::Result<()> {
    if is_there {
        let word = path.to_token_stream();
        return Err(syn::Error::new_spanned(
            path,
            format!("`#[{word}]` is given twice: take one of the two away"),
        ));
    }
    Ok(())
}

/// Reads `#[method("PROPFIND")]`.
fn method_name(attribute: &Attribute) -> syn::Result<LitStr> {
    let usage = || {
        syn::Error::new_spanned(
            attribute,
            "`#[method]` names the method: `#[method(\"PROPFIND\")]`",
        )
    };
    let Meta::List(arguments) = &attribute.meta else {
        return Err(usage());
    };
    arguments.parse_args().map_err(|_| usage())
}

/// Reads a method that answers requests.
fn method(function: Function, marks: Marks, errors: &mut Errors) -> Option<Method> {
    let conditions = conditions(&function.attributes);
    let signature = function.signature;
    let word = signature.ident.unraw().to_string();
    let (name, name_span) = match &marks.method {
        Some(name) => (check_method(&name.value, errors)?, name.value.span()),
        None => match attributes::METHODS.iter().find(|(known, _)| *known == word) {
            Some((_, name)) => ((*name).to_owned(), signature.ident.span()),
            None => {
                errors.at(&signature.ident, stranger(&word));
                return None;
            }
        },
    };
    check_signature(&signature, errors)?;
    let is_shared = receiver(&signature, &format!("async fn {word}(&self, …)"), errors)?;
    if marks.blocking.is_some() && signature.asyncness.is_some() {
        errors.at(&signature.asyncness, "a `#[blocking]` method is a plain `fn`: it runs on a thread of its own; take `async` or `#[blocking]` away");
        return None;
    }
    let arguments = arguments(&signature, errors)?;
    check_output(&signature.output, errors)?;
    Some(Method {
        conditions,
        ident: signature.ident,
        name,
        name_span,
        is_async: signature.asyncness.is_some(),
        waits: signature.asyncness.is_some() && function.waits,
        is_blocking: marks.blocking.is_some(),
        is_shared,
        arguments,
        output: signature.output,
    })
}

/// What may stand in a handler, for a function that may not.
fn stranger(word: &str) -> String {
    let hint = match (closest(&word.to_ascii_lowercase(), &attributes::method_names()), hook_called(word)) {
        (Some(close), _) => format!("did you mean `{close}`?"),
        (None, Some(hook)) => format!("a hook is marked, whatever its name: write `#[{hook}]` above it"),
        (None, None) if word == "initialize" => {
            "what Tornado's `initialize` does, fields do: `State<T>`, or `Init<T>` for a value that comes with the route".to_owned()
        }
        (None, None) => "put helpers into a plain `impl` block".to_owned(),
    };
    format!(
        "`{word}` is no method of a handler: {hint}\nhere stand {}, a function marked `#[method(\"…\")]`, and the hooks {}",
        list(&attributes::method_names()),
        list(attributes::HOOKS),
    )
}

/// The hook that a function is named after, also by the name that Tornado has for it.
pub(crate) fn hook_called(word: &str) -> Option<&'static str> {
    match word {
        "set_default_headers" => Some("default_headers"),
        "on_close" | "on_disconnect" => Some("on_connection_close"),
        "before" | "setup" => Some("prepare"),
        "after" | "teardown" => Some("on_finish"),
        "get_current_user" => Some("current_user"),
        "get_user_locale" => Some("user_locale"),
        _ => closest(word, attributes::HOOKS),
    }
}

/// A method is a token (RFC 9110 §9.1), and case counts.
fn check_method(name: &LitStr, errors: &mut Errors) -> Option<String> {
    let text = name.value();
    if !attributes::is_token(&text) {
        errors.at(
            name,
            format!("`{text}` is no method: a method is a token such as `PROPFIND`"),
        );
        return None;
    }
    let upper = text.to_ascii_uppercase();
    if text != upper && attributes::METHODS.iter().any(|(_, known)| *known == upper) {
        errors.at(
            name,
            format!("methods are told apart by case: write `{upper}`"),
        );
        return None;
    }
    Some(text)
}

/// What no function of a handler may have.
pub(crate) fn check_signature(signature: &Signature, errors: &mut Errors) -> Option<()> {
    if !signature.generics.params.is_empty() {
        errors.at(&signature.generics, "a method of a handler has no parameters of type or lifetime, as nobody could say what they are: name the types");
        return None;
    }
    if signature.constness.is_some()
        || !matches!(signature.safety, syn::Safety::Default)
        || signature.abi.is_some()
    {
        errors.at(
            &signature.ident,
            "a method of a handler is a plain `fn` or an `async fn`: take the other words before `fn` away",
        );
        return None;
    }
    Some(())
}

/// Reads `&self` or `&mut self`: whether it is shared.
pub(crate) fn receiver(signature: &Signature, usage: &str, errors: &mut Errors) -> Option<bool> {
    match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) => match &receiver.kind {
            ReceiverKind::Reference(_, None, mutability) => Some(mutability.is_none()),
            _ => {
                errors.at(receiver, "take `&self` or `&mut self`: the handler lives on until its answer has been sent");
                None
            }
        },
        _ => {
            errors.at(
                &signature.ident,
                format!("a method of a handler takes `&self` or `&mut self`: `{usage}`"),
            );
            None
        }
    }
}

/// Reads the arguments behind `self`.
fn arguments(signature: &Signature, errors: &mut Errors) -> Option<Vec<Argument>> {
    let mut arguments = Vec::new();
    for argument in signature.inputs.iter().skip(1) {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        let ty = &*argument.ty;
        match ty {
            Type::Reference(reference)
                if last_name(&reference.elem).as_deref() == Some("Context") =>
            {
                if reference.mutability.is_none() {
                    errors.at(
                        ty,
                        "the context is taken by unique reference: write `&mut Context`",
                    );
                    return None;
                }
                if arguments
                    .iter()
                    .any(|argument| matches!(argument, Argument::Context))
                {
                    errors.at(ty, "the context is taken once: take one of the two away");
                    return None;
                }
                arguments.push(Argument::Context);
            }
            Type::Path(path)
                if path
                    .path
                    .segments
                    .last()
                    .is_some_and(|last| last.ident == "Context") =>
            {
                errors.at(
                    ty,
                    "the context is lent to the method: write `&mut Context`",
                );
                return None;
            }
            Type::Reference(_) => {
                errors.at(ty, "an argument is the context, `&mut Context`, or an extractor by value, such as `Json<T>`");
                return None;
            }
            Type::ImplTrait(_) => {
                errors.at(
                    ty,
                    "an argument is an extractor, chosen by its type: name the type, such as `Json<T>` or `String`",
                );
                return None;
            }
            _ => arguments.push(Argument::Extracted(Box::new(ty.clone()))),
        }
    }
    Some(arguments)
}

/// The last name of a path type.
pub(crate) fn last_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

/// A `&str` borrowed from the handler is no answer.
fn check_output(output: &ReturnType, errors: &mut Errors) -> Option<()> {
    let ReturnType::Type(_, ty) = output else {
        return Some(());
    };
    if let Some(borrowed) = borrowed_text(ty) {
        errors.at(
            borrowed,
            "a `&str` borrowed from the handler is no answer: return a `String`, which goes out as plain text; \
             `&'static str` is HTML that the author wrote",
        );
        return None;
    }
    Some(())
}

/// The `&str` in an answer: alone, in a `Result` or `Option`, or last in a tuple.
fn borrowed_text(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Reference(reference) => {
            let is_static = reference
                .lifetime
                .as_ref()
                .is_some_and(|lifetime| lifetime.ident == "static");
            (!is_static && last_name(&reference.elem).as_deref() == Some("str")).then_some(ty)
        }
        Type::Tuple(tuple) => borrowed_text(tuple.elems.last()?),
        Type::Path(path) => {
            let last = path
                .path
                .segments
                .last()
                .filter(|last| last.ident == "Result" || last.ident == "Option")?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return None;
            };
            match arguments.args.first()? {
                syn::GenericArgument::Type(ty) => borrowed_text(ty),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Reads a hook.
pub(crate) fn hook(function: Function, kind: HookKind, errors: &mut Errors) -> Option<Hook> {
    let conditions = conditions(&function.attributes);
    let signature = function.signature;
    let wrong = |errors: &mut Errors, place: TokenStream, what: &str| {
        errors.at(
            &place,
            format!("{what}; this hook is written `{}`", kind.usage()),
        );
    };
    check_signature(&signature, errors)?;
    let is_shared = receiver(&signature, kind.usage(), errors)?;
    if !is_shared && !kind.may_borrow_mutably() {
        wrong(
            errors,
            signature.inputs.first().to_token_stream(),
            &format!("`#[{}]` takes `&self`", kind.name()),
        );
        return None;
    }
    if signature.asyncness.is_some() && !kind.may_be_async() {
        wrong(
            errors,
            signature.asyncness.to_token_stream(),
            &format!("`#[{}]` is no `async fn`", kind.name()),
        );
        return None;
    }
    if let (ReturnType::Type(_, ty), false) = (&signature.output, kind.has_output()) {
        wrong(
            errors,
            ty.to_token_stream(),
            &format!("`#[{}]` returns nothing", kind.name()),
        );
        return None;
    }
    if let (ReturnType::Default, Some(answer)) = (&signature.output, kind.gives()) {
        wrong(
            errors,
            signature.ident.to_token_stream(),
            &format!("`#[{}]` returns {answer}", kind.name()),
        );
        return None;
    }
    if kind == HookKind::UserLocale && cfg!(not(feature = "locale")) {
        errors.at(
            &signature.ident,
            "`#[user_locale]` needs the feature `locale` of `squall`: add it to the features of the dependency",
        );
        return None;
    }
    if let ReturnType::Type(_, _) = &signature.output {
        check_output(&signature.output, errors)?;
    }
    let takes_context = hook_arguments(&signature, kind, errors)?;
    Some(Hook {
        conditions,
        kind,
        ident: signature.ident,
        is_async: signature.asyncness.is_some(),
        waits: signature.asyncness.is_some() && function.waits,
        takes_context,
        output: signature.output,
    })
}

/// Checks the arguments of a hook: whether the context is among them.
fn hook_arguments(signature: &Signature, kind: HookKind, errors: &mut Errors) -> Option<bool> {
    let expected = kind.arguments();
    let given: Vec<_> = signature.inputs.iter().skip(1).collect();
    let skips_context =
        given.len() + 1 == expected.len() && expected.first() == Some(&("Context", true));
    let expected = if skips_context {
        &expected[1..]
    } else {
        expected
    };
    let fits = |(argument, (name, is_mutable)): (&&FnArg, &(&str, bool))| match argument {
        FnArg::Typed(argument) => match &*argument.ty {
            Type::Reference(reference) => {
                last_name(&reference.elem).as_deref() == Some(*name)
                    && (reference.mutability.is_some() == *is_mutable)
            }
            _ => false,
        },
        FnArg::Receiver(_) => false,
    };
    let misfit = given
        .iter()
        .zip(expected)
        .find(|pair| !fits((pair.0, pair.1)))
        .map(|(argument, _)| argument.to_token_stream());
    let surplus = given.get(expected.len()).map(ToTokens::to_token_stream);
    let missing = (given.len() < expected.len()).then(|| signature.ident.to_token_stream());
    match misfit.or(surplus).or(missing) {
        Some(place) => {
            errors.at(
                &place,
                format!(
                    "`#[{}]` has other arguments; it is written `{}`",
                    kind.name(),
                    kind.usage()
                ),
            );
            None
        }
        None => Some(!skips_context),
    }
}

/// The type that a function returns, as tokens.
pub(crate) fn output_type(output: &ReturnType) -> TokenStream {
    match output {
        ReturnType::Default => quote::quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    }
}
