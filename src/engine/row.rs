//! Rows of the tables of a book, as a program writes them: what is not set is not known.

use crate::intake::Field;
use crate::units::{Currency, Money, plain};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The cells of a row that have a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cells {
    pub values: Vec<(Field, String)>,
    /// Currency of the amounts so far.
    pub currency: Option<Currency>,
    /// Another currency among the amounts of the row.
    pub other_currency: Option<Currency>,
}

/// A value that a cell can hold.
trait Cell {
    fn write(self, field: Field, cells: &mut Cells);
}

impl<T: AsRef<str>> Cell for Text<T> {
    fn write(self, field: Field, cells: &mut Cells) {
        cells.set(field, self.0.as_ref().to_owned());
    }
}

/// A string, so that amounts and strings have one trait.
struct Text<T>(T);

impl Cell for Money {
    fn write(self, field: Field, cells: &mut Cells) {
        let currency = self.currency();
        match cells.currency {
            Some(known) if known != currency => cells.other_currency = Some(currency),
            _ => cells.currency = Some(currency),
        }
        cells.set(field, self.to_exact());
    }
}

impl Cell for Decimal {
    fn write(self, field: Field, cells: &mut Cells) {
        cells.set(field, plain(self));
    }
}

impl Cell for u32 {
    fn write(self, field: Field, cells: &mut Cells) {
        cells.set(field, self.to_string());
    }
}

impl Cell for NaiveDate {
    fn write(self, field: Field, cells: &mut Cells) {
        cells.set(field, self.to_string());
    }
}

impl Cells {
    fn set(&mut self, field: Field, value: String) {
        match self.values.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => *known = value,
            None => self.values.push((field, value)),
        }
    }
}

/// A row of a table of a book.
pub(super) trait Row {
    /// Columns that a row can set.
    const FIELDS: &'static [Field];
    fn into_cells(self) -> Cells;
}

/// Declares rows: the arguments of `new`, then one method per optional cell, each with the value of its example.
macro_rules! rows {
    ($($(#[$doc:meta])* $row:ident($($argument:ident: $argument_type:ty = $argument_cell:expr => $argument_field:ident),*) as $example:literal {
        $($cell_doc:literal $cell:ident: $cell_type:ty = $value:expr => $field:ident as $cell_example:literal;)*
    })*) => {$(
        $(#[$doc])*
        ///
        /// ```
        #[doc = concat!("# use quotient::{Currency, Money, ", stringify!($row), "};")]
        #[doc = concat!("let row = ", stringify!($row), "::new(", $example, ");")]
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $row(Cells);

        impl $row {
            /// Returns the row without optional cells.
            ///
            /// ```
            #[doc = concat!("# use quotient::{Currency, Money, ", stringify!($row), "};")]
            #[doc = concat!("let row = ", stringify!($row), "::new(", $example, ");")]
            /// ```
            #[allow(clippy::new_without_default)] // a row without any cell is of no use
            pub fn new($($argument: $argument_type),*) -> Self {
                #[allow(unused_mut)] // the row of the market table has no argument
                let mut cells = Cells::default();
                $($argument_cell.write(Field::$argument_field, &mut cells);)*
                Self(cells)
            }

            $(
                #[doc = $cell_doc]
                ///
                /// ```
                #[doc = concat!("# use quotient::{Currency, Money, ", stringify!($row), "};")]
                #[doc = concat!("let row = ", stringify!($row), "::new(", $example, ").", stringify!($cell), "(", $cell_example, ");")]
                /// # Ok::<(), Box<dyn std::error::Error>>(())
                /// ```
                #[must_use]
                pub fn $cell(mut self, $cell: $cell_type) -> Self {
                    $value.write(Field::$field, &mut self.0);
                    self
                }
            )*
        }

        impl Row for $row {
            const FIELDS: &'static [Field] = &[$(Field::$argument_field,)* $(Field::$field,)*];

            fn into_cells(self) -> Cells {
                self.0
            }
        }
    )*};
}

rows! {
    /// A channel partner.
    PartnerRow(partner_id: impl AsRef<str> = Text(partner_id) => PartnerId) as "\"P1\"" {
        "Sets the name for people." name: impl AsRef<str> = Text(name) => PartnerName as "\"Bright Systems\"";
        "Sets the tier in the partner program." tier: impl AsRef<str> = Text(tier) => Tier as "\"Gold\"";
        "Sets the home territory." territory: impl AsRef<str> = Text(territory) => Territory as "\"North\"";
        "Sets the industry the partner mainly sells into." vertical: impl AsRef<str> = Text(vertical) => Vertical as "\"Retail\"";
        "Sets the product lines it is authorised for, separated by `;`." product_lines: impl AsRef<str> = Text(product_lines) => ProductLines as "\"Servers; Storage\"";
        "Sets the account manager at the vendor." account_manager: impl AsRef<str> = Text(account_manager) => AccountManager as "\"R. Lind\"";
        "Sets the date the partner joined the program." since: NaiveDate = since => Since as "\"2020-01-15\".parse()?";
        "Sets the last date of the partner in the program." until: NaiveDate = until => Until as "\"2026-06-30\".parse()?";
        "Sets the date from which the row counts, until the next one; from the beginning when it is not set." valid_from: NaiveDate = valid_from => ValidFrom as "\"2025-07-01\".parse()?";
    }
    /// Closed net revenue of a partner in a month such as `2025-12`; negative for credit notes.
    RevenueRow(
        partner_id: impl AsRef<str> = Text(partner_id) => PartnerId,
        month: impl AsRef<str> = Text(month) => Month,
        amount: Money = amount => Amount
    ) as "\"P1\", \"2025-12\", Money::new(1_200, Currency::USD)" {
        "Sets the product line." product_line: impl AsRef<str> = Text(product_line) => ProductLine as "\"Servers\"";
        "Sets the territory it was sold in; the home territory when it is not set." territory: impl AsRef<str> = Text(territory) => Territory as "\"North\"";
    }
    /// Addressable market of a cell; a dimension that is not set means all of it.
    MarketRow() as "" {
        "Sets the territory." territory: impl AsRef<str> = Text(territory) => Territory as "\"North\"";
        "Sets the industry." vertical: impl AsRef<str> = Text(vertical) => Vertical as "\"Retail\"";
        "Sets the product line." product_line: impl AsRef<str> = Text(product_line) => ProductLine as "\"Servers\"";
        "Sets the amount that all customers of the cell could buy per year." addressable: Money = addressable => AddressableMarket as "Money::new(20_000_000, Currency::USD)";
        "Sets the expected growth per year, as a fraction." growth: Decimal = growth => Growth as "\"0.05\".parse()?";
        "Sets the date from which the row counts, until the next one; from the beginning when it is not set." valid_from: NaiveDate = valid_from => ValidFrom as "\"2025-07-01\".parse()?";
    }
    /// Investments of a partner in the vendor's business.
    InvestmentRow(partner_id: impl AsRef<str> = Text(partner_id) => PartnerId) as "\"P1\"" {
        "Sets the number of certified staff." certified_now: u32 = certified_now => CertifiedNow as "12";
        "Sets the number of certified staff one year before." certified_before: u32 = certified_before => CertifiedBefore as "9";
        "Sets its marketing spend for the vendor's products in the last 12 months." marketing_spend: Money = marketing_spend => MarketingSpend as "Money::new(25_000, Currency::USD)";
        "Sets the number of people in its services practice." services_headcount: u32 = services_headcount => ServicesHeadcount as "5";
        "Sets the revenue of its services practice in the last 12 months." services_revenue: Money = services_revenue => ServicesRevenue as "Money::new(300_000, Currency::USD)";
        "Sets the number of people who sell the vendor's products." sellers: u32 = sellers => Sellers as "4";
        "Sets the revenue of one of them in a year at full productivity." productivity: Money = productivity => Productivity as "Money::new(300_000, Currency::USD)";
        "Sets the part of it that they reach in the period, 0 to 1." seller_ramp: Decimal = seller_ramp => SellerRamp as "\"0.9\".parse()?";
        "Sets the completed share of the enablement plan, 0 to 1." enablement: Decimal = enablement => Enablement as "\"0.8\".parse()?";
        "Sets the date from which the row counts, until the next one; from the beginning when it is not set." valid_from: NaiveDate = valid_from => ValidFrom as "\"2025-07-01\".parse()?";
    }
    /// A registered opportunity with its status: `open`, `won` or `lost`.
    OpportunityRow(
        opportunity_id: impl AsRef<str> = Text(opportunity_id) => OpportunityId,
        partner_id: impl AsRef<str> = Text(partner_id) => PartnerId,
        amount: Money = amount => Amount,
        close_date: NaiveDate = close_date => CloseDate,
        status: impl AsRef<str> = Text(status) => Status
    ) as "\"O1\", \"P1\", Money::new(500, Currency::USD), chrono::NaiveDate::MIN, \"open\"" {
        "Sets the stage by its name in the CRM." stage: impl AsRef<str> = Text(stage) => Stage as "\"proposal\"";
        "Sets the probability of winning, 0 to 1." probability: Decimal = probability => Probability as "\"0.3\".parse()?";
        "Sets the product line." product_line: impl AsRef<str> = Text(product_line) => ProductLine as "\"Servers\"";
        "Sets the territory." territory: impl AsRef<str> = Text(territory) => Territory as "\"North\"";
        "Sets the date it was registered." registered_on: NaiveDate = registered_on => RegisteredOn as "\"2025-11-02\".parse()?";
        "Sets the tag of the activity that it came from." tag: impl AsRef<str> = Text(tag) => Tag as "\"roadshow\"";
    }
    /// Historical win rates of a partner.
    WinRateRow(partner_id: impl AsRef<str> = Text(partner_id) => PartnerId) as "\"P1\"" {
        "Sets won ÷ (won + lost) by value, 0 to 1." by_value: Decimal = by_value => ByValue as "\"0.25\".parse()?";
        "Sets won ÷ (won + lost) by count, 0 to 1." by_count: Decimal = by_count => ByCount as "\"0.3\".parse()?";
        "Sets the product line." product_line: impl AsRef<str> = Text(product_line) => ProductLine as "\"Servers\"";
        "Sets the territory." territory: impl AsRef<str> = Text(territory) => Territory as "\"North\"";
        "Sets the date from which the row counts, until the next one; from the beginning when it is not set." valid_from: NaiveDate = valid_from => ValidFrom as "\"2025-07-01\".parse()?";
    }
    /// A forecast of a partner for a period such as `FY2026-Q1` or `2026-01`.
    ForecastRow(
        partner_id: impl AsRef<str> = Text(partner_id) => PartnerId,
        period: impl AsRef<str> = Text(period) => Period,
        amount: Money = amount => Amount
    ) as "\"P1\", \"2026-01\", Money::new(900, Currency::USD)" {
        "Sets the date it was submitted; the latest one counts." submitted_on: NaiveDate = submitted_on => SubmittedOn as "\"2025-12-20\".parse()?";
        "Sets the product line." product_line: impl AsRef<str> = Text(product_line) => ProductLine as "\"Servers\"";
        "Sets the territory." territory: impl AsRef<str> = Text(territory) => Territory as "\"North\"";
    }
    /// A quota of a past or current period such as `FY2025` or `2025-12`.
    QuotaRow(
        partner_id: impl AsRef<str> = Text(partner_id) => PartnerId,
        period: impl AsRef<str> = Text(period) => Period,
        quota: Money = quota => Quota
    ) as "\"P1\", \"2025-12\", Money::new(1_000, Currency::USD)" {
        "Sets the first date on which it is in force; it is prorated by calendar days." effective_from: NaiveDate = effective_from => EffectiveFrom as "\"2025-12-15\".parse()?";
        "Sets the last date on which it is in force." effective_to: NaiveDate = effective_to => EffectiveTo as "\"2025-12-20\".parse()?";
        "Sets the productivity expected by month, fractions separated by `;`; later months are full." ramp: impl AsRef<str> = Text(ramp) => Ramp as "\"0.25; 0.5\"";
        "Sets the product line." product_line: impl AsRef<str> = Text(product_line) => ProductLine as "\"Servers\"";
        "Sets the territory." territory: impl AsRef<str> = Text(territory) => Territory as "\"North\"";
    }
    /// A target for the whole channel, or for a territory, a product line, or both. A proposal without a target takes it.
    TargetRow(
        target: Money = target => Target
    ) as "Money::new(1_000, Currency::USD)" {
        "Sets the product line." product_line: impl AsRef<str> = Text(product_line) => ProductLine as "\"Servers\"";
        "Sets the territory." territory: impl AsRef<str> = Text(territory) => Territory as "\"North\"";
    }
    /// An agreed quota that a proposal keeps.
    LockRow(
        partner_id: impl AsRef<str> = Text(partner_id) => PartnerId,
        quota: Money = quota => Quota
    ) as "\"P1\", Money::new(1_000, Currency::USD)" {
        "Sets why, and who agreed." reason: impl AsRef<str> = Text(reason) => Reason as "\"agreed with R. Lind\"";
        "Sets the product line." product_line: impl AsRef<str> = Text(product_line) => ProductLine as "\"Servers\"";
        "Sets the territory." territory: impl AsRef<str> = Text(territory) => Territory as "\"North\"";
    }
}
