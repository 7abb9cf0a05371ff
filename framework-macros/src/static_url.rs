//! `static_url!("app.css")`: the versioned URL of a static file, known when the program is compiled.
//!
//! The version is the one that `squall::files` finds at run time: both are the beginning of the SHA-256 of the content.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use proc_macro2::TokenStream;
use quote::quote;
use sha2::{Digest, Sha256};
use syn::{
    Ident, LitStr, Token,
    parse::{Parse, ParseStream},
};

use crate::{
    diagnostics::{closest, did_you_mean},
    pattern::encode,
};

/// The longest file whose tag and version are a hash of its content, in bytes; as in `squall::files`.
const HASHED: u64 = 8 * 1024 * 1024;

/// Expands `static_url!(…)`.
pub(crate) fn expand(arguments: TokenStream) -> TokenStream {
    let url = syn::parse2::<Arguments>(arguments).and_then(|arguments| arguments.url());
    url.unwrap_or_else(|error| {
        let error = error.into_compile_error();
        quote!({ #error "" })
    })
}

/// What the author wrote.
struct Arguments {
    path: LitStr,
    dir: Option<LitStr>,
    prefix: Option<LitStr>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(LitStr) {
            return Err(input.error(
                "`static_url!` takes the path of a file as a literal: `static_url!(\"app.css\")`; for one that is known at run time only there \
                 is `cx.static_url(…)`",
            ));
        }
        let mut arguments = Self {
            path: input.parse()?,
            dir: None,
            prefix: None,
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if !input.is_empty() {
                arguments.option(input)?;
            }
        }
        Ok(arguments)
    }
}

impl Arguments {
    fn option(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        const KNOWN: &[&str] = &["dir", "prefix"];
        let name: Ident = input.parse()?;
        let word = name.to_string();
        let slot = match word.as_str() {
            "dir" => &mut self.dir,
            "prefix" => &mut self.prefix,
            _ => {
                let hint = did_you_mean(&word, KNOWN);
                let message = format!(
                    "`static_url!` has the arguments `dir = \"static\"` and `prefix = \"/static\"`{hint}"
                );
                return Err(syn::Error::new(name.span(), message));
            }
        };
        if slot.is_some() {
            return Err(syn::Error::new(name.span(), format!("`{word}` twice")));
        }
        input.parse::<Token![=]>()?;
        *slot = Some(input.parse()?);
        Ok(())
    }

    fn url(&self) -> syn::Result<TokenStream> {
        let wrong = |message| syn::Error::new(self.path.span(), message);
        let path = self.path.value();
        check_path(&path).map_err(wrong)?;
        let prefix = self.prefix()?;
        let dir = self
            .dir
            .as_ref()
            .map_or_else(|| "static".to_owned(), LitStr::value);
        let home = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
        let version = version(&Path::new(&home).join(&dir), &dir, &path).map_err(wrong)?;
        let mut url = format!("{prefix}/");
        for byte in path.bytes() {
            if byte == b'/' {
                url.push('/');
            } else {
                encode(&mut url, byte);
            }
        }
        let url = format!("{url}?v={version}");
        // The compiler learns of the file, so that a change of it compiles the program anew. Nobody names the bytes, so they do not
        // become a part of it.
        let file = if Path::new(&dir).is_absolute() {
            let file = format!("{dir}/{path}");
            quote!(#file)
        } else {
            let file = format!("/{dir}/{path}");
            quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #file))
        };
        Ok(quote! {
            {
                const _: &[::core::primitive::u8] = ::core::include_bytes!(#file);
                #url
            }
        })
    }

    /// What stands in front of the path.
    fn prefix(&self) -> syn::Result<String> {
        let Some(prefix) = &self.prefix else {
            return Ok("/static".to_owned());
        };
        let text = prefix.value();
        let is_path = text.is_empty() || text.starts_with('/') && !text.starts_with("//");
        let stands =
            |byte: u8| byte.is_ascii_alphanumeric() || b"/%-._~!$&'()*+,;=:@".contains(&byte);
        if !is_path || text.ends_with('/') || !text.bytes().all(stands) {
            return Err(syn::Error::new(
                prefix.span(),
                "a prefix begins with a slash and does not end with one, like `/static`; for files at the root it is empty",
            ));
        }
        Ok(text)
    }
}

/// Refuses what `Files` would not serve.
fn check_path(path: &str) -> Result<(), String> {
    if let Some(rest) = path.strip_prefix('/') {
        return Err(format!(
            "the path is relative to the folder: write `{}`",
            rest.trim_start_matches('/')
        ));
    }
    let is_first_known = path.starts_with(".well-known/");
    for (index, segment) in path.split('/').enumerate() {
        let is_hidden = segment.starts_with('.') && !(index == 0 && is_first_known);
        let is_odd = segment.is_empty()
            || segment.ends_with(['.', ' '])
            || segment.contains(|char: char| char.is_control() || "\\:".contains(char));
        if is_hidden || is_odd {
            return Err(format!("a file at `{path}` is not served: {SERVED}"));
        }
    }
    Ok(())
}

const SERVED: &str = "the parts between the slashes are neither empty nor hidden, hold no backslash and no colon, and end in no dot and no \
                      space";

/// The version of a file.
fn version(folder: &Path, dir: &str, path: &str) -> Result<String, String> {
    let root = folder.canonicalize().map_err(|_| {
        format!("there is no folder `{dir}` in the folder of this crate; `dir = \"…\"` names another one")
    })?;
    let file = match folder.join(path).canonicalize() {
        Ok(file) if file.starts_with(&root) => file,
        Ok(_) => {
            return Err(format!(
                "`{dir}/{path}` is a link that leads out of `{dir}`, and is not served"
            ));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(missing(&root, dir, path));
        }
        Err(error) => return Err(format!("`{dir}/{path}`: {error}")),
    };
    let metadata = fs::metadata(&file).map_err(|error| format!("`{dir}/{path}`: {error}"))?;
    if !metadata.is_file() {
        return Err(format!("`{dir}/{path}` is no file"));
    }
    if metadata.len() > HASHED {
        return Err(format!(
            "`{dir}/{path}` has {} bytes: of a file of more than {HASHED} the version is known at run time only, to `cx.static_url(…)`",
            metadata.len()
        ));
    }
    let content = fs::read(&file).map_err(|error| format!("`{dir}/{path}`: {error}"))?;
    Ok(Sha256::digest(content)[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// That a file is not there, and which one may have been meant.
fn missing(root: &Path, dir: &str, path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let names = names_in(root.join(folder));
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let hint = match closest(name, &names) {
        Some(close) if folder.is_empty() => format!("; did you mean `{close}`?"),
        Some(close) => format!("; did you mean `{folder}/{close}`?"),
        None => String::new(),
    };
    format!("there is no file `{dir}/{path}` in the folder of this crate{hint}")
}

fn names_in(folder: PathBuf) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    // The folder says them in any order, and a message shall not depend on it.
    names.sort();
    names
}
