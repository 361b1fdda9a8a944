//! Words of values and headings of rows that may not count as revenue, or reduce it.

use super::role::words;

/// Returns and credit notes, lower case; `_` joins the words of a phrase.
pub(super) const RETURNS: &str = "return returns returned refund refunds refunded rma credit_note credit_notes credit_memo \
    credit_memos creditnote creditnotes creditmemo creditmemos sales_credit gutschrift gutschriften gutschr storno stornos \
    stornierung stornorechnung rechnungsstorno retoure retouren rückgabe rücksendung rücklieferung rückerstattung rechnungskorrektur chargeback \
    chargebacks reversal reversals clawback avoir avoirs retour retours remboursement abono abonos devolución \
    devolucion devoluciones devolução devolucao reembolso nota_di_credito nota_de_credito nota_de_crédito note_de_crédit \
    note_credito nota_credito factura_rectificativa rectificativa rimborso reso resi creditnota creditfactuur retourzending \
    kreditnota kreditfaktura zwrot storna ndc refus customer_return price_protection stock_rotation";
/// Words that make a text with those above none of a return.
const NOT_RETURNS: &str = "no non not never without kein keine nicht ohne sans sin senza policy software tax";
/// Rows that do not count in any column.
pub(super) const UNCOUNTED: &str = "cancelled canceled cancellation voided void deleted rejected storniert stornierte annulé annulée \
    anulado anulada cancelado cancelada geannuleerd annullato annullata draft entwurf brouillon borrador bozza write_off writeoff \
    written_off duplicate doublon duplikat on_hold proforma pro_forma unposted parked not_posted failed reversed \
    opening_balance intercompany inter_company test_order test_record";
/// Values that do not count where the heading is one of a status or type, folded.
pub(super) const UNCOUNTED_ALONE: &str = "test demo sample samples interco ic internal intern forecast budget plan planned target warranty \
    garantie foc freeofcharge accrual accrued estimate estimated quote quotation offer angebot devis order salesorder openorder backlog \
    inactive expired pending open unconfirmed projection projected outlook pipeline commit bestcase upside stat statistical muster \
    kostenlos returned notinvoiced unbilled";
/// Values of opportunities that are open, folded.
pub(super) const OPEN_ALONE: &str = "forecast budget plan planned target estimate estimated quote quotation offer angebot devis openorder pending \
    open unconfirmed projection projected outlook pipeline commit bestcase upside";
/// Words of headings of a status or type.
pub(super) const STATUSES: &str = "status state stage type typ typo tipo art kind class code category kategorie flag source origin \
    scenario szenario version data doc document transaction trans txn trx event action movement bewegung reason grund note comment \
    belegart vorgang buchung bill billing voucher subtype record line entry posting view basis wertart measure kpi metric statut estado stato";
/// Words of headings of the kind of a document.
pub(super) const KINDS: &str =
    "type typ art kind code doc document bill billing voucher movement transaction txn trx belegart fkart blart auart";
/// Words of headings of places, whose codes are like those of documents, and of flags of partners that were active once.
pub(super) const PLACES: &str = "country state region province land area zip iso language territory county city currency product item partner customer";
pub(super) const FORMER: &str = "inactive blocked archived expired gesperrt inaktiv pending credit hidden";
/// Headings of the type of a document or movement, folded, beside those that are known.
pub(super) const TYPES: &[&str] = &[
    "billtype",
    "billingdocumenttype",
    "billingdoctype",
    "sddocumentcategory",
    "vbtyp",
    "blart",
    "auart",
    "pstyv",
    "itemcategory",
    "movement",
    "movementtype",
    "bwart",
    "bewegungsart",
    "bewegung",
    "vouchertype",
    "vchtype",
    "txntype",
    "trantype",
    "trxtype",
    "transtype",
    "entrytype",
    "postingtype",
    "buchungsart",
    "buchungstyp",
    "vorgangsart",
    "salestype",
    "rowtype",
    "movetype",
    "sourcetype",
    "debitcredit",
    "postingkey",
    "bschl",
    "kindofdocument",
    "tipodocumento",
    "tipodoc",
    "tipodedocumento",
    "typepiece",
    "naturepiece",
];
/// Codes of invoices and of credit notes.
pub(super) const INVOICE_CODES: &str = "inv in invoice i f2 f1 rv dr zf2 zor or ta sin si fa fac ft rg rech sale s out";
pub(super) const CREDIT_CODES: &str = "cm cn cr crn crm g2 re rma ret s1 s2 l2 ln gs gu st sto av nc rt rtn zg2 zre zs1 scr scn c \
    crmemo arc na ab r ref in";
/// Words of flags whose rows with yes may not count.
pub(super) const NEGATIVE_FLAGS: &str = "reversed reversal cancelled canceled cancellation void voided deleted storno storniert \
    returned returns return refunded refund rejected duplicate dup dupe test excluded exclude annulé annulée anulado anulada geannuleerd annullato \
    intercompany interco ic icflag forecast fcst fc budget plan planned internal sample demo archived inactive expired blocked gesperrt inaktiv \
    gelöscht loevm löschkennzeichen credit gutschrift adjustment accrual estimate estimated provisional disputed draft hidden ignore \
    ignored credited retoure pending isdeleted istest isreturn";
/// Words of flags whose rows with no may not count.
pub(super) const POSITIVE_FLAGS: &str = "active aktiv actif activo attivo posted gebucht approved freigegeben confirmed valid gültig current \
    iscurrent latest billable counts eligible include included final finalized actual isactual invoiced recognized recognised actuals real booked \
    isactive commissionable";
/// Words for yes and for no, lower case.
pub(super) const TRUE: [&str; 13] = ["y", "yes", "true", "t", "1", "x", "j", "ja", "oui", "sí", "si", "✓", "wahr"];
pub(super) const FALSE: [&str; 9] = ["n", "no", "false", "0", "nein", "non", "f", "-", "falsch"];
/// Words and letters of actual amounts, and of others beside them, folded.
pub(super) const ACTUALS: &str = "actual actuals act ac a ist réel reel réalisé real reale realizado consuntivo is";
pub(super) const OTHER_SCENARIOS: &str = "f fc fcst fct forecast b bud bdg budget p pl pln plan planned planung t tgt target soll le latestestimate \
    outlook ol est estimate hr hochrechnung prognose prog prévision budgété py ly vj vorjahr prioryear lastyear rf rolling projected projection \
    presupuesto previsto prévu";
/// Words of headings of accounts of a general ledger.
pub(super) const ACCOUNTS: &str = "gl g/l glaccount ledger nominal konto sachkonto hkont saknr kontonummer accountcode accountno accountnumber compte \
    cuenta conto gegenkonto erlöskonto account coa";
/// Words of the names of accounts and lines that are not revenue.
pub(super) const COSTS: &str = "cost costs cogs expense expenses kosten aufwand wareneinsatz materialaufwand vat gst tax taxes mwst ust \
    umsatzsteuer vorsteuer tva iva coût coûts costo costi coste freight shipping fracht porto receivable receivables payable payables bank cash inventory \
    depreciation salary salaries rent interest commission commissions deferred accrued rebates rebate bonus discounts";

/// True when a phrase of `list` is in the words `own`.
pub(super) fn has_phrase(own: &[String], list: &str) -> bool {
    list.split_whitespace().any(|phrase| {
        let phrase: Vec<&str> = phrase.split('_').collect();
        own.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(word, other)| word == other))
    })
}

/// True when `word` is a word of `list`, or of one of its phrases.
pub(super) fn is_word(word: &str, list: &str) -> bool {
    list.split([' ', '_']).any(|other| !other.is_empty() && other == word)
}

/// True for a text of a return or credit note.
pub(super) fn is_return(text: &str) -> bool {
    let own = words(text);
    has_phrase(&own, RETURNS) && !own.iter().any(|word| is_word(word, NOT_RETURNS))
}
