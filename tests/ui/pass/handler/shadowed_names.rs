//! The names of the prelude belong to the author.

#![no_implicit_prelude]
#![allow(dead_code)]

use ::squall::{Json, State, handler, routes};

struct Result;
struct Option;
struct String;
struct Box;
struct Vec;
struct Arc;
struct Send;
struct Future;
struct Error;
struct Response;
struct Context;
fn Some() {}
fn Ok() {}
fn Err() {}
fn None() {}

mod std {}
mod core {}

struct Db;

#[handler]
struct Site;

#[handler]
impl Site {
    #[prepare]
    async fn load(&mut self) {}
}

#[handler(base = site)]
#[route("/stories/{id}/{order}")]
#[route("/stories/{id}")]
struct Story {
    site: Site,
    id: u64,
    order: ::std::option::Option<u32>,
    #[query(default = 20)]
    per_page: u32,
    #[header("accept")]
    accept: ::std::vec::Vec<::std::string::String>,
    db: State<Db>,
}

#[handler]
impl Story {
    async fn get(&self, cx: &mut ::squall::Context) -> ::squall::Result<Json<u64>> {
        let _ = (
            cx,
            &self.site,
            self.order,
            self.per_page,
            &self.accept,
            &self.db,
        );
        ::std::result::Result::Ok(Json(self.id))
    }

    async fn put(&mut self, id: Json<u64>) -> ::squall::Result<()> {
        self.id = id.into_inner();
        ::std::result::Result::Ok(())
    }
}

#[handler]
struct Page {
    text: ::squall::handler::Init<u64>,
}

#[handler]
impl Page {
    fn get(&self) -> Json<u64> {
        Json(*self.text)
    }
}

const ALL: ::squall::Routes = routes![Story, "/about" => Page::init(7)];

#[::squall::test]
async fn a_test() {}

#[::squall::main]
async fn main() {
    let _ = ALL;
    let _: ::std::string::String = Story::url(7, 1_u32);
}
