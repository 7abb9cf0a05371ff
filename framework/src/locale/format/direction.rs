//! Which way a language is written.

use std::fmt;

use super::tag::Tag;

/// Which way a language is written: what the attribute `dir` of `<html>` says.
///
/// ```
/// use squall::locale::Direction;
///
/// assert_eq!(Direction::of("fa-IR"), Direction::RightToLeft);
/// assert_eq!(Direction::of("de").to_string(), "ltr");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `ltr`
    LeftToRight,
    /// `rtl`
    RightToLeft,
}

impl Direction {
    /// The direction of a language, by its tag: by the script that it names (`ku-Arab`), else by its language, or language and region
    /// (`pa-PK`). A language that is not known is written from left to right.
    pub fn of(tag: &str) -> Self {
        let tag = Tag::new(tag);
        let from_the_right = match &tag.script {
            Some(script) => SCRIPTS.split(' ').any(|known| known == script),
            None => tag
                .find([LANGUAGES].into_iter(), |languages| *languages)
                .is_some(),
        };
        if from_the_right {
            Self::RightToLeft
        } else {
            Self::LeftToRight
        }
    }

    /// `ltr` or `rtl`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The scripts that CLDR 48 (`scriptMetadata.json`) marks as written from the right.
const SCRIPTS: &str = "Adlm Arab Armi Avst Chrs Cprt Elym Gara Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero Narb Nbat Nkoo Orkh \
    Ougr Palm Phli Phlp Phnx Prti Rohg Samr Sarb Sidt Sogd Sogo Syrc Thaa Yezi";

/// The living languages, of those that are written today, whose script is one of these by `likelySubtags.json` of CLDR 48.
const LANGUAGES: &str = "acm acq aeb aec aii apc apd ar arc arq ars ary arz ayl az-IQ az-IR azb bal bgn bqi brh ckb dv fa glk gwc ha-SD \
    he iw ji khw kk-AF kk-CN kk-IR ks ku-IQ ku-IR ku-LB ky-CN lad lki lrc luz ms-CC mzn nqo ota pa-PK pbt phr ps rhg sam sd sdh \
    skr syr tg-PK trw ug ur uz-AF yi";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(direction: Direction, tags: &[&str]) {
        for tag in tags {
            assert_eq!(Direction::of(tag), direction, "{tag}");
        }
    }

    #[test]
    fn the_language_tells() {
        let from_the_right = [
            "ar", "ar-EG", "he_IL", "iw", "FA", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "nqo",
            "syr", "pa-PK",
        ];
        check(Direction::RightToLeft, &from_the_right);
        check(
            Direction::LeftToRight,
            &[
                "en", "de-CH", "ku", "pa", "pa-IN", "tr", "ja", "xx", "", "-", "arx",
            ],
        );
    }

    #[test]
    fn the_script_tells_first() {
        check(
            Direction::RightToLeft,
            &["ku-Arab", "az-arab-IR", "ff-Adlm", "en-Hebr"],
        );
        check(
            Direction::LeftToRight,
            &["ar-Latn", "sd-Deva", "ks-Deva-IN", "uz-Cyrl-AF"],
        );
    }

    #[test]
    fn it_is_written_as_html_has_it() {
        assert_eq!(
            format!("{} {}", Direction::LeftToRight, Direction::RightToLeft),
            "ltr rtl"
        );
    }
}
