//! The blog in its three languages.

use super::{Blog, Page, own_messages};
use crate::{import, locales};

/// A page as a reader of this language gets it.
async fn page(blog: &Blog, target: &str, language: &str) -> Page {
    let answer = blog
        .client
        .get(target)
        .header("accept-language", language)
        .send()
        .await;
    assert_eq!(
        answer.header("content-language"),
        Some(language),
        "{target}"
    );
    let vary = answer.header("vary").unwrap_or_default();
    assert!(vary.contains("accept-language, cookie"), "{vary}");
    Page::of(answer).await
}

#[squall::test]
async fn everything_is_said_in_all_languages() {
    let locales = locales().unwrap();
    let messages = own_messages().unwrap();
    assert!(
        messages.len() > 40,
        "the messages are found: {}",
        messages.len()
    );
    let missing: Vec<_> = locales
        .untranslated(&messages)
        .map(|(locale, message)| (locale.code(), &message.text))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[squall::test]
async fn pages_speak_the_language_of_the_reader() {
    let blog = Blog::new().await;
    import::first_posts(&blog.store).await.unwrap();
    for (language, direction, archive, date) in [
        ("en", "ltr", "Archive", "October 31, 2026"),
        ("de", "ltr", "Archiv", "31. Oktober 2026"),
        ("ar", "rtl", "الأرشيف", "31 أكتوبر 2026"),
    ] {
        let page = page(&blog, "/", language).await;
        let html = page.all("html")[0];
        assert_eq!(
            (html.attr("lang"), html.attr("dir")),
            (Some(language), Some(direction))
        );
        assert_eq!(page.text("nav a[href='/archive']"), archive);
        assert_eq!(page.texts("time")[0], date);
        assert_eq!(
            page.all("time")[0].attr("datetime"),
            Some("2026-10-31"),
            "machines read one language"
        );
        assert_eq!(
            page.texts(".languages button"),
            ["English", "Deutsch", "العربية"]
        );
        assert_eq!(
            page.all(".languages [aria-current]")[0].attr("value"),
            Some(language)
        );
    }
}

#[squall::test]
async fn counts_have_their_forms() {
    let blog = Blog::new().await;
    for number in 1..=12 {
        let words = (1..=number)
            .map(|word| format!("word{word} "))
            .collect::<String>();
        blog.write(&format!("Post {number}"), &words).await;
    }
    for (word, arabic, german) in [
        ("word0", "لا تدوينات", "0 Beiträge"),
        ("word12", "تدوينة واحدة", "1 Beitrag"),
        ("word11", "تدوينتان", "2 Beiträge"),
        ("word10", "3 تدوينات", "3 Beiträge"),
        ("word2", "11 تدوينة", "11 Beiträge"),
    ] {
        let target = format!("/search?q={word}");
        assert_eq!(
            page(&blog, &target, "ar").await.text(".count"),
            arabic,
            "{word}"
        );
        assert_eq!(
            page(&blog, &target, "de").await.text(".count"),
            german,
            "{word}"
        );
    }
    let turned = page(&blog, "/?page=2", "de").await;
    assert_eq!(turned.text(".turn span"), "Seite 2 von 2");
}

#[squall::test]
async fn a_chosen_language_is_kept() {
    let blog = Blog::new().await;
    let path = blog.write("Wind", "Text").await;
    let answer = blog
        .send("/language", &[("to", "ar"), ("back", &path)])
        .await;
    assert_eq!(
        (answer.status().as_u16(), answer.header("location")),
        (303, Some(&*path))
    );
    let cookie = answer.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("locale=ar;") && cookie.contains("Max-Age=31536000"),
        "{cookie}"
    );
    let request = blog.client.get(&path).header("accept-language", "de");
    let page = Page::of(request.header("cookie", "locale=ar").send().await).await;
    assert_eq!(
        page.all("html")[0].attr("lang"),
        Some("ar"),
        "the cookie wins"
    );
    assert_eq!(page.all("[name=back]")[0].attr("value"), Some(&*path));
    for back in ["//evil.example/", "/\\evil.example", "https://evil.example"] {
        let answer = blog
            .send("/language", &[("to", "de"), ("back", back)])
            .await;
        assert_eq!(answer.header("location"), Some("/"), "{back}");
    }
    for to in ["", "fr", "de; x"] {
        assert_eq!(
            blog.send("/language", &[("to", to), ("back", "/")])
                .await
                .status(),
            400,
            "{to}"
        );
    }
}

#[squall::test]
async fn errors_and_faults_speak_it_too() {
    let blog = Blog::new().await;
    let missing = page(&blog, "/nowhere", "de").await;
    assert_eq!(missing.text("h1"), "Hier ist nichts");
    assert_eq!(missing.all("html")[0].attr("lang"), Some("de"));
    let form = blog.post("/compose").header("accept-language", "ar");
    let long = "x".repeat(201);
    let answer = form.form(&[("title", &*long), ("text", "")]).send().await;
    assert_eq!(
        (answer.status().as_u16(), answer.header("content-language")),
        (422, Some("ar"))
    );
    let page = Page::of(answer).await;
    assert_eq!(
        page.texts(".fault"),
        ["الحد الأقصى للعنوان 200 حرف.", "لا بد للتدوينة من نص."]
    );
}
