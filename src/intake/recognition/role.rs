//! Roles of headings by their words: nouns for partners with or without `ID` or `Name`, words for amounts and for dates.

use super::super::table::folded;

/// Nouns for the partners of a sales channel, folded; the closest to the customer first.
const CHANNEL: &str = "partner channelpartner tradepartner retailpartner salespartner businesspartner vertriebspartner \
    handelspartner partenaire parceiro reseller valueaddedreseller wiederverkäufer wiederverkaeufer revendeur revendedor rivenditore \
    wederverkoper dealer autodealer fachhändler fachhaendler händler haendler concessionnaire concesionario concessionario \
    handelaar retailer einzelhändler détaillant detaillant minorista franchisee franchise franquiciado distributor \
    distributeur distribuidor distributore wholesaler großhändler grosshändler grossiste mayorista grossista groothandel";
/// Further nouns for those who buy, folded, as far as no declared heading has them.
const BUYERS: &str = "merchant buyer soldto billto shipto account customer client kunde abnehmer auftraggeber debitor \
    debtor cliente kontrahent nabywca klient kund acheteur comprador klant loja outlet branch filiale sucursal tienda magasin store shop agency broker installer \
    integrator contractor apotheke pharmacy stockist";
/// Words behind a noun: identifiers first, then the noun itself, then names.
const ENDINGS: [&str; 17] = [
    "id",
    "key",
    "code",
    "no",
    "nr",
    "num",
    "number",
    "nummer",
    "kennung",
    "codigo",
    "código",
    "",
    "party",
    "name",
    "bezeichnung",
    "nom",
    "nombre",
];
/// Place of the first ending of names.
const NAMED: usize = 13;
/// Words of articles and prepositions inside a heading.
const LINKS: [&str; 10] = ["de", "del", "della", "di", "du", "des", "la", "of", "the", "da"];

/// Words of amounts of revenue.
const AMOUNTS: [&str; 27] = [
    "sales",
    "revenue",
    "revenues",
    "turnover",
    "amount",
    "amt",
    "billings",
    "bookings",
    "umsatz",
    "umsätze",
    "erlös",
    "erlöse",
    "betrag",
    "montant",
    "ventas",
    "importe",
    "fatturato",
    "importo",
    "omzet",
    "bedrag",
    "faturamento",
    "valor",
    "receita",
    "ingresos",
    "valeur",
    "ca",
    "value",
];
/// Words of figures that are not the revenue of a row, although another word of the heading is one of [`AMOUNTS`].
const OTHER_FIGURES: &str = "price tax taxes vat gst mwst ust iva tva btw discount discounts rabatt remise descuento sconto \
    cost costs profit margin freight shipping fee fees commission comissão qty quantity units unit count volume number no nr id key \
    code year month day py vj lj ly rank pct percent percentage rate growth change variance diff target quota goal budget forecast plan \
    planned expected weighted previous prior last prev annual ytd mtd cumulative cum running average avg mean return returns \
    refund refunds refunded refundable fee debit credit balance rep person agent channel office region territory customers orders";
/// Words of amounts that are converted to the currency of the company.
pub(super) const CONVERTED: &str =
    "local lc lcy company lccurr inlandswährung hauswährung hauswaehrung konzernwährung converted reporting base";
/// Words of dates.
const DATES: [&str; 10] =
    ["date", "datum", "fecha", "timestamp", "data", "datetime", "dt", "datekey", "month", "monat"];
/// Words of dates other than that of the sale.
const OTHER_DATES: &str = "birth birthday dob start begin end due delivery delivered ship shipped shipping required \
    requested load update updated modified change changed hire hired expiry expiration expires contract valid until since \
    join joined payment paid estimated limit approved cancel cancelled return returned fällig geburtsdatum lieferdatum \
    vencimento vencimiento échéance scadenza entrega pagamento";

/// Ranks of headings that their words alone name: behind those of all declared headings.
const BY_WORDS: usize = 500;
/// Ranks of all nouns for partners of a channel.
pub(super) const CHANNEL_RANKS: usize = ENDINGS.len() * 60;

/// The words of `heading`, lower case: between other characters, and from a small letter to a capital one.
pub(super) fn words(heading: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_small = false;
    for c in heading.chars() {
        let is_new = !c.is_alphanumeric() || (was_small && c.is_uppercase());
        if is_new && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        was_small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words of `heading` without articles and prepositions, as one.
pub(super) fn unlinked(heading: &str) -> String {
    let words: Vec<String> = words(heading).into_iter().filter(|word| !LINKS.contains(&word.as_str())).collect();
    folded(&words.concat())
}

/// The rank of `heading` among nouns for the partners of a channel.
pub(super) fn channel(heading: &str) -> Option<usize> {
    noun(CHANNEL, heading)
}

/// True for the heading of a store or of a partner of the channel, beside which customers are consumers.
pub(super) fn is_seller(heading: &str) -> bool {
    channel(heading).is_some()
        || has_word(
            heading,
            "store outlet branch shop filiale sucursal tienda magasin loja negozio winkel seller agency",
        )
}

/// The rank of `heading` among further nouns for those who buy.
pub(super) fn buyer(heading: &str) -> Option<usize> {
    noun(BUYERS, heading).map(|rank| BY_WORDS + rank)
}

/// The rank of a heading for the name of a partner or of a buyer.
pub(super) fn name(heading: &str) -> Option<usize> {
    let rank = noun(CHANNEL, heading).or_else(|| Some(CHANNEL_RANKS + noun(BUYERS, heading)?))?;
    (rank % ENDINGS.len() >= NAMED).then_some(BY_WORDS + rank)
}

fn noun(nouns: &str, heading: &str) -> Option<usize> {
    let plain = unlinked(heading);
    let mut nouns = nouns.split_whitespace().enumerate();
    nouns.find_map(|(place, noun)| {
        let (behind, before) = (plain.strip_prefix(noun), plain.strip_suffix(noun));
        let ending = |rest: &str| ENDINGS.iter().position(|ending| *ending == rest);
        let ending = behind.and_then(ending).or_else(|| before.and_then(ending))?;
        Some(place * ENDINGS.len() + ending)
    })
}

/// True when `name` is the heading of the names of what `id` identifies: `Customer Name` beside `Customer ID`.
pub(super) fn is_name_of(name: &str, id: &str) -> bool {
    let stem = |heading: &str| {
        let plain = unlinked(heading);
        let stems = ENDINGS.iter().filter(|ending| !ending.is_empty()).filter_map(|ending| plain.strip_suffix(ending));
        stems.min_by_key(|stem| stem.len()).map_or_else(|| plain.clone(), str::to_owned)
    };
    let (name, id) = (stem(name), stem(id));
    !name.is_empty() && name == id
}

/// The rank of a heading that has a word for amounts and none for other figures.
pub(super) fn amount(heading: &str) -> Option<usize> {
    by_words(heading, &AMOUNTS, OTHER_FIGURES)
}

/// The rank of a heading that has a word for dates and none for other dates than that of the sale.
pub(super) fn date(heading: &str) -> Option<usize> {
    by_words(heading, &DATES, OTHER_DATES)
}

fn by_words(heading: &str, wanted: &[&str], others: &str) -> Option<usize> {
    let words = words(heading);
    let is_other = words.iter().any(|word| others.split_whitespace().any(|other| other == word));
    let place = wanted.iter().position(|wanted| words.iter().any(|word| word == wanted))?;
    (!is_other).then_some(BY_WORDS + place)
}

/// True for the heading of a quantity by one of its words, such as `transaction_qty`.
pub(super) fn is_quantity(heading: &str) -> bool {
    has_word(heading, "qty quantity quantities menge anzahl cantidad quantité quantità quantidade aantal")
        && !has_word(heading, "price cost amount total value revenue sales preis wert")
}

/// True for the heading of a price of one piece by one of its words, such as `Unit Price (ex)`.
pub(super) fn is_unit_price(heading: &str) -> bool {
    has_word(heading, "price preis prix precio prezzo preço prijs")
        && !has_word(heading, "total extended sum gesamt list old original cost discount tax")
}

/// True when a word of `heading` is one of `wanted`, separated by spaces.
pub(super) fn has_word(heading: &str, wanted: &str) -> bool {
    words(heading).iter().any(|word| wanted.split_whitespace().any(|wanted| wanted == word))
}
