//! Declaration of codes: each with its area, its name and its long text.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $area:ident, $text:literal;)+) => {
        /// Stable code of a finding, written `area::cause`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the list.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The code as users see it, `area::cause`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The code that is written `text`.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }

            /// Area of the code.
            pub fn area(self) -> Area {
                match self { $(Self::$variant => Area::$area,)+ }
            }

            /// The long text: what it means, why it matters, what to do.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc, "\n"),+),)+ }
            }
        }
    };
}

pub(super) use codes;
