//! [`Validated`]: an extractor whose value keeps the rules of its type, on the `garde` crate. What the rules are is `garde`'s business.

use std::{
    any::{Any, TypeId, type_name},
    ops::Deref,
};

use ::http::StatusCode;

use super::{
    content::wrapper,
    context::Context,
    error::{HttpError, Misuse, Result},
    extract::{FromRequest, FromRequestParts, OptionalFromRequestParts},
    fault::Fault,
    requirements::Requirements,
};

/// An extractor whose value keeps its rules: `Validated<Json<T>>` and `Validated<Form<T>>` as the last argument of a method,
/// `Validated<Query<T>>` also as a field; any extractor of one's own that is [`Deref`] to its value. Feature `validation`.
///
/// The rules are those that the type of the value derives, `#[derive(garde::Validate)]`. The derive names the crate, so the program has
/// [`garde`](https://docs.rs/garde/0.23) as a dependency of its own, of version 0.23 and with its feature `derive`.
///
/// A value that breaks rules is answered with 422: the page, or the problem details, tell **every** rule that is broken, with the path of
/// the value ([`HttpError::with_fault`]); of more than 100, how many there are, and the first 100. What the extractor itself refuses
/// (400, 413, 415, 422 for another shape) is refused before any rule is tried. `Option<Validated<E>>` is `None` where `Option<E>` is.
///
/// ```json
/// {
///   "title": "Unprocessable Entity",
///   "status": 422,
///   "detail": "2 rules are broken",
///   "errors": [
///     { "path": "title", "detail": "length is lower than 1" },
///     { "path": "items[3].price", "detail": "lower than 1" }
///   ]
/// }
/// ```
///
/// The path has the notation of a value of another shape, but the fields in it are named as in Rust: `garde` does not know what
/// `#[serde(rename = "…")]` says. A list is tried to its end, however long it is: `#[handler(max_in_memory = "64 KiB")]` bounds
/// the work.
///
/// Rules with a context, `#[garde(context(Limits))]`, get it from the application: `Application::state(Limits { … })`. A
/// program that does not give it does not start. The context is `Send + Sync + 'static`.
///
/// # Examples
///
/// ```
/// use garde::Validate;
/// use serde::Deserialize;
/// use squall::{Application, Json, handler, handler::Validated, routes, testing::TestClient};
///
/// #[derive(Deserialize, Validate)]
/// struct Order {
///     #[garde(length(min = 1, max = 100))]
///     customer: String,
///     #[garde(length(min = 1), dive)]
///     items: Vec<Item>,
/// }
///
/// #[derive(Deserialize, Validate)]
/// struct Item {
///     #[garde(range(min = 1))]
///     price: u32,
/// }
///
/// #[handler]
/// #[route("/orders")]
/// struct Orders;
///
/// #[handler]
/// impl Orders {
///     async fn post(&self, order: Validated<Json<Order>>) -> String {
///         format!("{} items for {}", order.items.len(), order.customer)
///     }
/// }
///
/// #[squall::main]
/// async fn main() {
///     let client = TestClient::new(Application::new(routes![Orders]));
///     let order = client.post("/orders").header("content-type", "application/json");
///     let answer = order.body(r#"{"customer": "Ada", "items": [{"price": 0}]}"#).send().await;
///     assert_eq!(answer.status(), 422);
///     assert!(answer.text().await.contains("`items[0].price`: lower than 1"));
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validated<E>(pub E);

wrapper!(Validated);

/// A value with rules: what the extractor in [`Validated`] gives.
///
/// It is there for every type that is `garde::Validate`; nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rules",
    label = "the value in `Validated` has no rules",
    note = "derive them: `#[derive(garde::Validate)]`, with `garde` among the dependencies of the program",
    note = "a context of the rules is `Send + Sync + 'static`"
)]
pub trait Rules: garde::Validate<Context: Send + Sync + 'static> {}

#[diagnostic::do_not_recommend]
impl<T> Rules for T where T: garde::Validate<Context: Send + Sync + 'static> + ?Sized {}

impl<E> FromRequest for Validated<E>
where
    E: FromRequest + Deref<Target: Rules>,
{
    async fn from_request(cx: &mut Context) -> Result<Self> {
        let value = E::from_request(cx).await?;
        check(&*value, cx)?;
        Ok(Self(value))
    }

    fn requirements(requirements: &mut Requirements) {
        <E as FromRequest>::requirements(requirements);
        require_context::<E::Target>(requirements);
    }
}

impl<E> FromRequestParts for Validated<E>
where
    E: FromRequestParts + Deref<Target: Rules>,
{
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let value = E::from_request_parts(cx).await?;
        check(&*value, cx)?;
        Ok(Self(value))
    }

    fn requirements(requirements: &mut Requirements) {
        <E as FromRequestParts>::requirements(requirements);
        require_context::<E::Target>(requirements);
    }
}

impl<E> OptionalFromRequestParts for Validated<E>
where
    E: OptionalFromRequestParts + Deref<Target: Rules>,
{
    async fn optional_from_request_parts(cx: &mut Context) -> Result<Option<Self>> {
        let value = E::optional_from_request_parts(cx).await?;
        if let Some(value) = &value {
            check(&**value, cx)?;
        }
        Ok(value.map(Self))
    }

    fn requirements(requirements: &mut Requirements) {
        <E as OptionalFromRequestParts>::requirements(requirements);
        require_context::<E::Target>(requirements);
    }
}

impl<E> FromRequest for Option<Validated<E>>
where
    Option<E>: FromRequest,
    E: Deref<Target: Rules> + Send + 'static,
{
    async fn from_request(cx: &mut Context) -> Result<Self> {
        let value = Option::<E>::from_request(cx).await?;
        if let Some(value) = &value {
            check(&**value, cx)?;
        }
        Ok(value.map(Validated))
    }

    fn requirements(requirements: &mut Requirements) {
        <Option<E> as FromRequest>::requirements(requirements);
        require_context::<E::Target>(requirements);
    }
}

/// Rules without a context have the unit for one; any other is a state of the application.
fn require_context<T: Rules + ?Sized>(requirements: &mut Requirements) {
    if TypeId::of::<T::Context>() != TypeId::of::<()>() {
        let need = format!("has rules with the context `{}`", type_name::<T::Context>());
        requirements.state_for::<T::Context>(&need);
    }
}

/// # Errors
///
/// 422 with all rules that are broken.
fn check<T: Rules + ?Sized>(value: &T, cx: &Context) -> Result<()> {
    let none: &dyn Any = &();
    let kept = match none.downcast_ref() {
        Some(none) => value.validate_with(none),
        None => value.validate_with(&*cx.state().ok_or_else(missing::<T::Context>)?),
    };
    kept.map_err(|broken| refusal(&broken).into())
}

fn missing<C>() -> super::Error {
    let context = type_name::<C>();
    Misuse::error(format!(
        "the context `{context}` of the rules was not given to the application"
    ))
}

fn refusal(broken: &garde::Report) -> HttpError {
    let faults = broken
        .iter()
        .map(|(path, why)| Fault::new(&path.to_string(), why.message()));
    let error = HttpError::new(StatusCode::UNPROCESSABLE_ENTITY);
    let error = faults.take(Fault::MOST).fold(error, HttpError::with);
    let message = match (broken.iter().count(), error.faults()) {
        (1, [fault]) => fault.to_string(),
        (count, shown) if count > shown.len() => {
            let shown = shown.len();
            format!("{count} rules are broken, of which these are the first {shown}")
        }
        (count, _) => format!("{count} rules are broken"),
    };
    error.with_message(message)
}
