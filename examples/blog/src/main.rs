//! A blog: `cargo run -p blog -- --port 8903 --author Ann`, then open <http://127.0.0.1:8903/>.
//!
//! The posts are Markdown in one `SQLite` file, `blog.db` unless `--database` says otherwise. A folder of posts is taken in by
//! `cargo run -p blog -- --import FOLDER`: files `*.md` that begin with TOML between two lines `+++`, see [`import`].
//!
//! # Who may write
//!
//! There are no accounts. Without `--author NAME` the blog is read-only. With it, there is a key, that of `--key` or one that is printed at the
//! start, and whoever gives that on the page `/key` may write. [`access`] has the rules with their reasons.
//!
//! # Languages
//!
//! The blog speaks English, German and Arabic: the messages are English in the templates, their translations in the folder `locales`.
//! `--list-untranslated` tells what is missing there, `--messages` writes all of them down for a translator.
//!
//! # Where things are
//!
//! [`store`] keeps the posts and finds them, [`markdown`] makes pages of what was written, [`site`] is what all pages share, [`pages`] has
//! the handlers, [`feed`] the Atom feed. The pages themselves are in the folder `templates`.

use std::{env, io, path::PathBuf, process::ExitCode};

use clap::Parser;
use squall::{
    Application, Options,
    files::Files,
    locale::{Locales, Message, messages, pot},
    routes,
};

use crate::{
    access::{Author, Key},
    site::{About, Site},
    store::Store,
};

mod access;
mod feed;
mod front_matter;
mod import;
mod markdown;
mod pages;
mod site;
mod store;

const ALL: squall::Routes = routes![
    ..pages::ROUTES,
    feed::Feed,
    "/static/{*path}" => Files::new("static"),
    "/favicon.ico" => Files::new("static"),
    "/robots.txt" => Files::new("static"),
];

/// A blog of one author.
#[derive(Parser)]
#[command(about)]
struct Settings {
    /// The file with the posts, made if it is not there; `:memory:` for none
    #[arg(long, env = "BLOG_DATABASE", default_value = "blog.db")]
    database: String,
    /// Who writes here; without it nobody does
    #[arg(long, env = "BLOG_AUTHOR", value_name = "NAME")]
    author: Option<String>,
    /// What the author is known by, at least 16 letters and digits; by default it is made anew at each start, and printed
    #[arg(long, env = "BLOG_KEY", hide_env_values = true, requires = "author", value_parser = Key::read)]
    key: Option<Key>,
    /// What the blog is called
    #[arg(long, env = "BLOG_TITLE", default_value = "Squall Lines")]
    title: String,
    /// Where readers find it, such as `https://blog.example`; by default, where a request has found it
    #[arg(long, env = "BLOG_URL", value_parser = site::origin)]
    url: Option<String>,
    /// Takes in the posts of a folder (`*.md`) and ends; the exit status is 1 where one of them could not be
    #[arg(long, value_name = "FOLDER")]
    import: Option<PathBuf>,
    /// Prints the messages that lack a translation, and ends; the exit status is 1 where there are such
    #[arg(long)]
    list_untranslated: bool,
    /// Prints the messages as a template for translators (`.pot`), and ends
    #[arg(long)]
    messages: bool,
    #[command(flatten)]
    server: Options,
}

fn app(store: Store, about: About, locales: Locales) -> Application {
    Application::new(ALL)
        .state(store)
        .state(about)
        .state(locales)
        .base::<Site>()
        .compression(true)
}

/// English, in which the messages are written, and what they are translated into.
fn locales() -> squall::Result<Locales> {
    Locales::new("en")
        .catalogue("de", include_bytes!("../locales/de.po"))?
        .catalogue("ar", include_bytes!("../locales/ar.po"))
}

/// What the blog says, with the places of it below the folder of the blog.
fn own_messages() -> io::Result<Vec<Message>> {
    env::set_current_dir(env!("CARGO_MANIFEST_DIR"))?;
    messages(["src", "templates"])
}

fn list_untranslated(locales: &Locales) -> squall::Result<ExitCode> {
    let messages = own_messages()?;
    let mut status = ExitCode::SUCCESS;
    for (locale, message) in locales.untranslated(&messages) {
        println!("{}: {}", locale.code(), message.text);
        status = ExitCode::FAILURE;
    }
    Ok(status)
}

/// The author, with the key that was given, or one that is made and printed.
fn author(name: String, key: Option<Key>) -> squall::Result<Author> {
    let key = match key {
        Some(key) => key,
        None => {
            let key = Key::random()?;
            println!("the key of the author is {key}: give it on the page /key");
            key
        }
    };
    Ok(Author { name, key })
}

#[squall::main]
async fn main() -> squall::Result<ExitCode> {
    let settings = Settings::parse();
    if settings.messages {
        print!("{}", pot(&own_messages()?));
        return Ok(ExitCode::SUCCESS);
    }
    let locales = locales()?;
    if settings.list_untranslated {
        return list_untranslated(&locales);
    }
    let (store, is_new) = Store::open(&settings.database).await?;
    if let Some(folder) = &settings.import {
        return import::folder(&store, folder).await;
    }
    if is_new {
        import::first_posts(&store).await?;
    }
    let author = settings.author.map(|name| author(name, settings.key));
    let about = About {
        title: settings.title,
        author: author.transpose()?,
        url: settings.url,
    };
    app(store, about, locales).serve(settings.server).await?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests;
