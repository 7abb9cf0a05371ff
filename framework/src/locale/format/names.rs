//! What languages call themselves.

use super::tag::Tag;

/// What a language calls itself, for a list in which a user chooses one: `Deutsch`, `العربية`, `Português (Brasil)`.
///
/// A tag that names a region or a script which the table does not have gets the name of the language: `de-CH` is `Deutsch`. `None` for a
/// language that the table does not have: it has about a hundred. The names are CLDR's, with a capital.
///
/// ```
/// use squall::locale::native_name;
///
/// assert_eq!(native_name("de"), Some("Deutsch"));
/// assert_eq!(native_name("zh-TW"), Some("繁體中文"));
/// assert_eq!(native_name("tlh"), None);
/// ```
pub fn native_name(tag: &str) -> Option<&'static str> {
    Tag::new(tag)
        .find(NAMES.iter(), |(languages, _)| languages)
        .map(|(_, name)| *name)
}

/// Of `languages.json` of CLDR 48, but for Dhivehi, which it has no name for, and those with a region in brackets. Unicode data,
/// © Unicode, Inc., under the Unicode License v3.
#[rustfmt::skip]
const NAMES: &[(&str, &str)] = &[
    ("af", "Afrikaans"),
    ("am", "አማርኛ"),
    ("ar", "العربية"),
    ("as", "অসমীয়া"),
    ("az", "Azərbaycan"),
    ("be", "Беларуская"),
    ("bg", "Български"),
    ("bn", "বাংলা"),
    ("br", "Brezhoneg"),
    ("bs", "Bosanski"),
    ("ca", "Català"),
    ("ckb", "کوردیی ناوەندی"),
    ("cs", "Čeština"),
    ("cy", "Cymraeg"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("dv", "ދިވެހިބަސް"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("en-GB", "English (UK)"),
    ("en-US", "English (US)"),
    ("eo", "Esperanto"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("eu", "Euskara"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fil tl", "Filipino"),
    ("fo", "Føroyskt"),
    ("fr", "Français"),
    ("fr-CA", "Français (Canada)"),
    ("fy", "Frysk"),
    ("ga", "Gaeilge"),
    ("gd", "Gàidhlig"),
    ("gl", "Galego"),
    ("gu", "ગુજરાતી"),
    ("ha", "Hausa"),
    ("he iw", "עברית"),
    ("hi", "हिन्दी"),
    ("hr", "Hrvatski"),
    ("hu", "Magyar"),
    ("hy", "Հայերեն"),
    ("id in", "Indonesia"),
    ("ig", "Igbo"),
    ("is", "Íslenska"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ka", "ქართული"),
    ("kk", "Қазақ тілі"),
    ("km", "ខ្មែរ"),
    ("kn", "ಕನ್ನಡ"),
    ("ko", "한국어"),
    ("ku", "Kurdî (kurmancî)"),
    ("ky", "Кыргызча"),
    ("lb", "Lëtzebuergesch"),
    ("lo", "ລາວ"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("mk", "Македонски"),
    ("ml", "മലയാളം"),
    ("mn", "Монгол"),
    ("mr", "मराठी"),
    ("ms", "Melayu"),
    ("mt", "Malti"),
    ("my", "မြန်မာ"),
    ("nb no", "Norsk bokmål"),
    ("ne", "नेपाली"),
    ("nl", "Nederlands"),
    ("nn", "Norsk nynorsk"),
    ("or", "ଓଡ଼ିଆ"),
    ("pa", "ਪੰਜਾਬੀ"),
    ("pl", "Polski"),
    ("ps", "پښتو"),
    ("pt", "Português"),
    ("pt-BR", "Português (Brasil)"),
    ("pt-PT", "Português (Portugal)"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sd", "سنڌي"),
    ("si", "සිංහල"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("so", "Soomaali"),
    ("sq", "Shqip"),
    ("sr", "Српски"),
    ("sr-Latn", "Srpski"),
    ("sv", "Svenska"),
    ("sw", "Kiswahili"),
    ("ta", "தமிழ்"),
    ("te", "తెలుగు"),
    ("tg", "Тоҷикӣ"),
    ("th", "ไทย"),
    ("ti", "ትግርኛ"),
    ("tk", "Türkmen dili"),
    ("tr", "Türkçe"),
    ("tt", "Татар"),
    ("ug", "ئۇيغۇرچە"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("uz", "O‘zbek"),
    ("vi", "Tiếng Việt"),
    ("yi ji", "ייִדיש"),
    ("yo", "Èdè Yorùbá"),
    ("yue", "粵語"),
    ("zh", "中文"),
    ("zh-Hans zh-CN zh-SG", "简体中文"),
    ("zh-Hant zh-TW zh-HK zh-MO", "繁體中文"),
    ("zu", "isiZulu"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_its_own_name_or_that_of_the_language() {
        assert_eq!(native_name("pt"), Some("Português"));
        assert_eq!(native_name("pt_BR"), Some("Português (Brasil)"));
        assert_eq!(native_name("de-AT"), Some("Deutsch"));
        assert_eq!(native_name("zh-Hant-HK"), Some("繁體中文"));
        assert_eq!(native_name("zh"), Some("中文"));
        assert_eq!(native_name("no"), native_name("nb"));
        assert_eq!(native_name(""), None);
    }

    #[test]
    fn no_language_has_two_names() {
        let mut languages: Vec<_> = NAMES
            .iter()
            .flat_map(|(languages, _)| languages.split(' '))
            .collect();
        let all = languages.len();
        languages.sort_unstable();
        languages.dedup();
        assert_eq!(languages.len(), all);
    }
}
