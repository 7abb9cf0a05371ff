//! The rule by which a language chooses among its plural forms: the expression of C in the field `Plural-Forms` of a catalogue.
//!
//! It is the part of C that [gettext](https://www.gnu.org/software/gettext/manual/html_node/Plural-forms.html) takes: numbers are
//! unsigned, and there is one variable, `n`. How long and how deep a rule may be is limited, so that neither reading nor asking it can
//! exhaust the stack.

use std::fmt;

/// How many terms a rule may have. The longest ones in use have about 60.
const MOST_TERMS: usize = 500;

/// How deep parentheses, negations and choices may stand in each other. The deepest ones in use are at 10.
const DEEPEST: usize = 50;

/// The numbers for which a rule is tried when it is read: the last one is where French and Spanish count differently.
fn tried() -> impl Iterator<Item = u64> {
    (0..=1000).chain([1_000_000])
}

/// Which of the plural forms of a message belongs to a number.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    forms: usize,
    text: Box<str>,
    plural: Term,
}

impl Rule {
    /// Reads what `Plural-Forms` says: `nplurals=2; plural=n != 1;`. As in gettext it ends there, whatever stands behind.
    ///
    /// # Errors
    ///
    /// What is wrong with it. A rule that names a form which is not there, or divides by zero, is refused if it does so for a number
    /// up to 1000.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let shape = || format!("`{text}` is not of the shape `nplurals=2; plural=n != 1;`");
        let (forms, rest) = text.split_once(';').ok_or_else(shape)?;
        let forms = assigned(forms, "nplurals").ok_or_else(shape)?;
        let (plural, _) = rest.split_once(';').unwrap_or((rest, ""));
        let plural = assigned(plural, "plural").ok_or_else(shape)?;
        let rule = Self {
            forms: match forms.parse() {
                Ok(forms @ 1..) => forms,
                _ => {
                    return Err(format!(
                        "`nplurals` is `{forms}`, which is no number from 1"
                    ));
                }
            },
            text: plural.into(),
            plural: Parser::parse(plural)
                .map_err(|fault| format!("the plural rule `{plural}`: {fault}"))?,
        };
        rule.check()?;
        Ok(rule)
    }

    fn check(&self) -> Result<(), String> {
        let Self { forms, text, .. } = self;
        for n in tried() {
            match self.plural.value(n) {
                None => return Err(format!("the plural rule `{text}` divides by zero for {n}")),
                Some(form) if self.valid(form).is_none() => {
                    return Err(format!(
                        "the plural rule `{text}` gives form {form} for {n}, and there are {forms} from 0"
                    ));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn valid(&self, form: u64) -> Option<usize> {
        let form = usize::try_from(form).ok()?;
        (form < self.forms).then_some(form)
    }

    /// How many forms there are, from 1.
    pub(crate) fn forms(&self) -> usize {
        self.forms
    }

    /// The form that belongs to a number, below [`forms`](Self::forms). Where the rule has no valid answer it is the first one, as in
    /// gettext.
    pub(crate) fn form(&self, n: u64) -> usize {
        let form = self.plural.value(n);
        form.and_then(|form| self.valid(form)).unwrap_or_default()
    }

    /// Whether another rule chooses alike, however it is written.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.forms == other.forms && tried().all(|n| self.form(n) == other.form(n))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nplurals={}; plural={};", self.forms, self.text)
    }
}

/// The value in `name = value`.
fn assigned<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let value = text.trim_start().strip_prefix(name)?.trim_start();
    Some(value.strip_prefix('=')?.trim())
}

#[derive(Clone, Debug)]
enum Term {
    N,
    Number(u64),
    Not(Box<Term>),
    Pair(Box<[Term; 2]>, Operator),
    Choice(Box<[Term; 3]>),
}

impl Term {
    /// The value for a number; `None` where it is a division by zero. What C leaves out is left out here: `n && 10 / n` is one for all.
    fn value(&self, n: u64) -> Option<u64> {
        Some(match self {
            Self::N => n,
            Self::Number(number) => *number,
            Self::Not(term) => u64::from(term.value(n)? == 0),
            Self::Choice(terms) => {
                let [condition, yes, no] = &**terms;
                let chosen = if condition.value(n)? != 0 { yes } else { no };
                chosen.value(n)?
            }
            Self::Pair(terms, operator) => {
                let left = terms[0].value(n)?;
                match (operator, left) {
                    (Operator::Or, 1..) => 1,
                    (Operator::And, 0) => 0,
                    _ => operator.apply(left, terms[1].value(n)?)?,
                }
            }
        })
    }
}

#[derive(Clone, Copy, Debug)]
enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    AtMost,
    AtLeast,
    Less,
    Greater,
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

impl Operator {
    /// As they are written, the longer ones first, and how closely they bind.
    const ALL: [(&str, Self, u8); 13] = [
        ("||", Self::Or, 0),
        ("&&", Self::And, 1),
        ("==", Self::Equal, 2),
        ("!=", Self::Unequal, 2),
        ("<=", Self::AtMost, 3),
        (">=", Self::AtLeast, 3),
        ("<", Self::Less, 3),
        (">", Self::Greater, 3),
        ("+", Self::Plus, 4),
        ("-", Self::Minus, 4),
        ("*", Self::Times, 5),
        ("/", Self::Over, 5),
        ("%", Self::Modulo, 5),
    ];

    fn apply(self, left: u64, right: u64) -> Option<u64> {
        Some(match self {
            Self::Or => u64::from(left != 0 || right != 0),
            Self::And => u64::from(left != 0 && right != 0),
            Self::Equal => u64::from(left == right),
            Self::Unequal => u64::from(left != right),
            Self::AtMost => u64::from(left <= right),
            Self::AtLeast => u64::from(left >= right),
            Self::Less => u64::from(left < right),
            Self::Greater => u64::from(left > right),
            Self::Plus => left.wrapping_add(right),
            Self::Minus => left.wrapping_sub(right),
            Self::Times => left.wrapping_mul(right),
            Self::Over => left.checked_div(right)?,
            Self::Modulo => left.checked_rem(right)?,
        })
    }
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
    depth: usize,
    terms: usize,
}

impl<'t> Parser<'t> {
    fn parse(text: &'t str) -> Result<Term, String> {
        let mut parser = Self {
            text,
            rest: text,
            depth: 0,
            terms: 0,
        };
        let term = parser.choice()?;
        match parser.peek() {
            None => Ok(term),
            Some(_) => Err(parser.expected("an operator")),
        }
    }

    /// `a ? b : c`, whose parts group from the right.
    fn choice(&mut self) -> Result<Term, String> {
        self.deeper(|parser| {
            let condition = parser.pair(0)?;
            if !parser.eat("?") {
                return Ok(condition);
            }
            let yes = parser.choice()?;
            if !parser.eat(":") {
                return Err(parser.expected("`:`"));
            }
            let no = parser.choice()?;
            parser.term(Term::Choice(Box::new([condition, yes, no])))
        })
    }

    /// Operators that bind at least so closely, which group from the left.
    fn pair(&mut self, closeness: u8) -> Result<Term, String> {
        let mut left = self.single()?;
        while let Some((operator, own)) = self.operator(closeness) {
            let right = self.pair(own + 1)?;
            left = self.term(Term::Pair(Box::new([left, right]), operator))?;
        }
        Ok(left)
    }

    fn operator(&mut self, closeness: u8) -> Option<(Operator, u8)> {
        self.peek()?;
        let (written, operator, own) = Operator::ALL
            .into_iter()
            .find(|(written, ..)| self.rest.starts_with(written))?;
        if own < closeness {
            return None;
        }
        self.rest = &self.rest[written.len()..];
        Some((operator, own))
    }

    fn single(&mut self) -> Result<Term, String> {
        if self.eat("!") {
            let negated = self.deeper(Self::single)?;
            return self.term(Term::Not(Box::new(negated)));
        }
        if self.eat("(") {
            let term = self.choice()?;
            return match self.eat(")") {
                true => Ok(term),
                false => Err(self.expected("`)`")),
            };
        }
        if self.eat("n") {
            return self.term(Term::N);
        }
        let end = self.rest.find(|c: char| !c.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if digits.is_empty() {
            return Err(self.expected("`n`, a number, `!` or `(`"));
        }
        let number = digits.parse();
        self.rest = rest;
        self.term(Term::Number(
            number.map_err(|_| format!("the number {digits} is too big"))?,
        ))
    }

    fn term(&mut self, term: Term) -> Result<Term, String> {
        self.terms += 1;
        match self.terms > MOST_TERMS {
            true => Err(format!("it has more than {MOST_TERMS} terms")),
            false => Ok(term),
        }
    }

    fn deeper(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Term, String>,
    ) -> Result<Term, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("it is more than {DEEPEST} levels deep"));
        }
        let term = inner(self);
        self.depth -= 1;
        term
    }

    fn eat(&mut self, mark: &str) -> bool {
        self.peek();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The next character that is not blank.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        self.rest.chars().next()
    }

    fn expected(&mut self, what: &str) -> String {
        match self.peek() {
            None => format!("{what} is expected at its end"),
            Some(found) => {
                let before = &self.text[..self.text.len() - self.rest.len()];
                let column = before.chars().count() + 1;
                format!("{what} is expected in column {column}, where `{found}` stands")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(forms: usize, plural: &str) -> Rule {
        Rule::parse(&format!("nplurals={forms}; plural={plural};")).unwrap()
    }

    /// The value of an expression, whatever forms there are.
    fn value(plural: &str, n: u64) -> Option<u64> {
        Parser::parse(plural).unwrap().value(n)
    }

    #[track_caller]
    fn check(forms: usize, plural: &str, expected: &[(usize, &[u64])]) {
        let rule = rule(forms, plural);
        for (form, numbers) in expected {
            for n in *numbers {
                assert_eq!(rule.form(*n), *form, "{plural} for {n}");
            }
        }
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let fault = Rule::parse(text).unwrap_err();
        assert!(fault.contains(expected), "{text}: {fault}");
    }

    // The expected forms are those of the table of CLDR, "Language Plural Rules".
    #[test]
    fn languages_choose_as_they_do() {
        check(1, "0", &[(0, &[0, 1, 2, 7, u64::MAX])]);
        check(2, "n != 1", &[(0, &[1]), (1, &[0, 2, 11, u64::MAX])]);
        check(2, "n>1", &[(0, &[0, 1]), (1, &[2, 100])]);
        check(
            3,
            "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2",
            &[
                (0, &[1]),
                (1, &[2, 3, 4, 22, 34, 102]),
                (2, &[0, 5, 11, 12, 13, 14, 21, 25, 112]),
            ],
        );
        check(
            3,
            "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)",
            &[
                (0, &[1, 21, 31, 101, 1001]),
                (1, &[2, 3, 4, 22, 104]),
                (2, &[0, 5, 11, 12, 14, 111, 1000]),
            ],
        );
        check(
            6,
            "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5",
            &[
                (0, &[0]),
                (1, &[1]),
                (2, &[2]),
                (3, &[3, 10, 103, 1010]),
                (4, &[11, 26, 99, 111, 1099]),
                (5, &[100, 101, 102, 1000]),
            ],
        );
    }

    #[test]
    fn operators_bind_as_in_c() {
        assert_eq!(value("1+2*3", 0), Some(7));
        assert_eq!(value("(1+2)*3", 0), Some(9));
        assert_eq!(value("10-3-2", 0), Some(5));
        assert_eq!(value("100/10/5", 0), Some(2));
        assert_eq!(value("1||0&&0", 0), Some(1));
        assert_eq!(value("1+1==2", 0), Some(1));
        assert_eq!(value("3>2>1", 0), Some(0));
        assert_eq!(value("1==2<3", 0), Some(1));
        assert_eq!(value("!n+1", 0), Some(2));
        assert_eq!(value("!!n", 7), Some(1));
        assert_eq!(value("1?2?3:4:5", 0), Some(3));
        assert_eq!(value("0?1:0?2:3", 0), Some(3));
        assert_eq!(value("n<=2", 2), Some(1));
        assert_eq!(value("n>=3", 2), Some(0));
        assert_eq!(value("\tn % 3 ", 5), Some(2));
    }

    #[test]
    fn numbers_are_unsigned() {
        assert_eq!(value("n-1", 0), Some(u64::MAX));
        assert_eq!(value("n*2", u64::MAX), Some(u64::MAX - 1));
        assert_eq!(value("18446744073709551615", 0), Some(u64::MAX));
    }

    #[test]
    fn what_is_left_out_divides_by_nothing() {
        assert_eq!(value("n && 10/n", 0), Some(0));
        assert_eq!(value("!n || 10%n", 0), Some(1));
        assert_eq!(value("n ? 10/n : 3", 0), Some(3));
        assert_eq!(value("10/n", 0), None);
        assert_eq!(value("10%n", 0), None);
    }

    #[test]
    fn what_is_not_tried_falls_back_to_the_first_form() {
        let far = rule(2, "n > 1000000 ? 7 : n != 1");
        assert_eq!((far.form(2), far.form(1_000_001)), (1, 0));
        let divided = rule(2, "n == 2000 ? 1 / (n - 2000) : n != 1");
        assert_eq!((divided.form(1999), divided.form(2000)), (1, 0));
    }

    #[test]
    fn faults_name_what_is_wrong() {
        refused("nplurals=2", "not of the shape");
        refused("plural=n", "not of the shape");
        refused("nplurals=2; n", "not of the shape");
        refused("nplurals=0; plural=0", "`nplurals` is `0`");
        refused("nplurals=two; plural=0", "`nplurals` is `two`");
        refused("nplurals=-1; plural=0", "`nplurals` is `-1`");
        refused("nplurals=2; plural=;", "at its end");
        refused(
            "nplurals=2; plural=n = 1",
            "operator is expected in column 3, where `=`",
        );
        refused("nplurals=2; plural=n != ", "at its end");
        refused("nplurals=2; plural=(n != 1", "`)` is expected at its end");
        refused("nplurals=2; plural=n ? 1", "`:` is expected at its end");
        refused("nplurals=2; plural=m", "in column 1, where `m`");
        refused("nplurals=2; plural=n n", "in column 3, where `n`");
        refused("nplurals=2; plural=-1", "in column 1, where `-`");
        refused("nplurals=2; plural=n & 1", "in column 3, where `&`");
        refused("nplurals=2; plural=18446744073709551616", "too big");
        refused("nplurals=2; plural=n", "gives form 2 for 2");
        refused(
            "nplurals=2; plural=n == 1000 ? 2 : 0",
            "gives form 2 for 1000",
        );
        refused("nplurals=2; plural=1 / n == 7", "divides by zero for 0");
    }

    #[test]
    fn a_rule_ends_with_its_semicolon() {
        for behind in ["", ";", "; ", ";\\n", "; x"] {
            let rule = Rule::parse(&format!("nplurals=2; plural=n != 1{behind}")).unwrap();
            assert_eq!((rule.form(1), rule.form(2)), (0, 1));
        }
    }

    #[test]
    fn length_and_depth_have_limits() {
        let deep = |depth| {
            let (open, close) = ("(".repeat(depth), ")".repeat(depth));
            Parser::parse(&format!("{open}n{close}"))
        };
        assert!(deep(DEEPEST - 1).is_ok());
        assert!(deep(DEEPEST).unwrap_err().contains("deep"));
        assert!(Parser::parse(&"!".repeat(100_000)).is_err());
        assert!(Parser::parse(&"n?n:".repeat(100_000)).is_err());
        assert!(Parser::parse(&format!("n{}", "+n".repeat(249))).is_ok());
        let long = Parser::parse(&format!("n{}", "+n".repeat(250)));
        assert!(long.unwrap_err().contains("500 terms"));
    }

    #[test]
    fn rules_agree_however_they_are_written() {
        assert!(rule(2, "n != 1").agrees_with(&rule(2, "(n==1 ? 0 : 1)")));
        assert!(!rule(2, "n != 1").agrees_with(&rule(2, "n > 1")));
        assert!(!rule(2, "n != 1").agrees_with(&rule(3, "n != 1")));
    }

    proptest! {
        #[test]
        fn any_rule_can_be_read(text in "(nplurals=[1-3]; plural=)?[n0-9%=!<>&|()?: +*/;-]{0,40}", n in any::<u64>()) {
            if let Ok(rule) = Rule::parse(&text) {
                prop_assert!(rule.form(n) < rule.forms());
                let again = Rule::parse(&rule.to_string()).unwrap();
                prop_assert!(again.agrees_with(&rule));
            }
        }
    }
}
