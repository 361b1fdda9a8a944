//! Headings under which exports of CRM and ERP systems have the columns of a book.

use super::super::table::Field;

/// Headings of one column, folded, separated by spaces, the best first.
pub(super) struct Synonyms {
    pub field: Field,
    pub headings: &'static str,
}

/// The declared headings. English, German, French, Spanish, Italian and Dutch, as Salesforce, HubSpot, Dynamics 365,
/// NetSuite, SAP, Zoho, Pipedrive and plain order lists write them.
pub(super) const SYNONYMS: &[Synonyms] = &[
    Synonyms {
        field: Field::PartnerId,
        headings: "partnerid partneraccountid partnernumber partnerno partnercode partnernr resellerid resellercode \
            resellernumber dealerid dealercode distributorid accountid accountnumber accountno accountcode \
            customerid customernumber customerno customercode customerkey custid custno clientid clientcode \
            kunag kunnr kunrg kunwe soldtoparty soldto soldtopt soldtopty soldtocustomer shiptocustomer billtocustomer shipto debitor debitornr debitorennummer debitorennr \
            kundennummer kundennr kdnr auftraggeber associatedcompanyid associatedcompanyids companyid \
            organizationid organisationid internalid codeclient numeroclient numéroclient codicecliente \
            codigocliente codigodecliente codigodocliente códigodocliente códigocliente códigodecliente nºcliente nocliente numerocliente númerocliente klantnummer klantnr partner reseller dealer distributor account \
            customer client kunde klant cliente associatedcompany company organization organisation \
            channelpartner channelpartnername retailer vendor vendorid supplier supplierid seller sellerid suppliername vendorname sellername händler revendeur cardname invoicepartnerdisplayname partnerdisplayname particulars customerdescription soldtoname \
            billto billtoname buyer partyname agency shop customerproject potentialcustomer entity storenumber storeid storeno shopid outletid branchcode cardcode rowlabels zeilenbeschriftungen étiquettesdelignes etiquetasdefila etichettediriga rijlabels store partneraccount partneraccountname partnername \
            resellername dealername distributorname accountname customername clientname companyname \
            company/account organizationname kundenname firma firmenname nomclient nombrecliente \
            ragionesociale razonsocial razónsocial nomedocliente nomecliente razãosocial raisonsociale billingcompany shippingcompany name1 得意先コード 顧客コード 取引先コード 販売店コード 得意先 顧客 取引先 販売店 代理店 得意先名 顧客名 取引先名 \
            id",
    },
    Synonyms {
        field: Field::PartnerName,
        headings: "partnername partneraccountname resellername dealername distributorname accountname customername \
            clientname companyname organizationname organisationname kundenname name1 firma firmenname \
            得意先名 顧客名 取引先名 販売店名 nomclient nombrecliente ragionesociale razonsocial razónsocial raisonsociale nomedocliente nomecliente razãosocial kundnamn partner reseller account customer client company \
            organization organisation kunde klant storename shopname outletname cardname store name",
    },
    Synonyms {
        field: Field::Month,
        headings: "month period yearmonth bookedon buchdat orderdate invoicedate billingdate postingdate transactiondate \
            documentdate docdate bookingdate saledate salesdate datesold accountingperiod fiscalperiod \
            postingperiod monat rechnungsdatum fakturadatum auftragsdatum bestelldatum buchungsdatum \
            belegdatum datecommande datefacture datedefacture fechafactura fechapedido fecha datafattura \
            factuurdatum orderdatum datum date data closedate closingdate actualclosedate wontime \
            purchasedate billmonth checkin checkindate arrivaldate shipdate createdon createddate createdat closedat weekending weekstart weekbeginning weekof weekdate orderpurchasetimestamp fakturadat fkdat budat erdat audat bldat placedon placedat dateplaced paidat paidon orderedon orderedat ordered invoicedon soldon solddate datadavenda datavenda datadopedido datapedido datadaemissão datafatura datadafatura fechadefactura fechadepedido fechaventa fechadeventa datadocumento dataordine datavendita datedevente jour monthoftheyear calyearmonth calendaryearmonth calmonth created createdtime emissão emissao dataemissão dataemissao datawystawienia datasprzedaży fakturadato ordredato paymentdate datepaid paydate zahldatum clearingdate quarter timeperiod time mois mes mese maand mês periode période periodo week fiscalweek isoweek calendarweek yearweek kw woche kalenderwoche semaine semana settimana 売上日 計上日 請求日 受注日 売上年月 年月 日付",
    },
    Synonyms {
        field: Field::Amount,
        headings: "netamount netrevenue netvalue netsales salesamount amountnet untaxedamount amountuntaxed untaxedtotal totaluntaxed totalexcltax totalexcludingtax wartośćnetto kwotanetto nettobelopp netwr nettoerlös nettoerlöse valorlíquido valorliquido baseimponible imponibile montanthorstaxes totalht totalnet totalnetto net netto nettosumme ht sale netlineamount lineamountnet nettobetrag \
            nettowert nettoumsatz montantht importeneto importonetto nettobedrag linetotal lineamount \
            extendedamount extendedprice salesrevenue revenue sales amount amountconverted \
            ordervalue ordertotal orderamount invoiceamount invoicetotal dealvalue dealamount closevalue \
            actualrevenue actualvalue estrevenue estimatedrevenue estimatedvalue amountincompanycurrency \
            productsales subtotalprice totalamount totalsales totalrevenue totalprice totalvalue turnover umsatz betrag wert montant \
            importe importo bedrag omzet fatturato value subtotal total grandtotal grossamount grosssales \
            valortotal valorneto importetotal importototale totalamountnet gesamtbetrag gesamtpreis gesamtumsatz itemtotal itemsubtotal totalfactura totalfacture totalfattura totalgeral montanttotal montanttotalht belopp beløb kwota bruttobetrag weeklysales bookings acv mrr arr pos sellout sellthrough obsvalue invoiced invoicedamount billedamount federalactionobligation obligatedamount productamount netprice umsatznetto totalexclvat totaldue billed \
            chiffredaffairesht chiffredaffaireshorstaxes chiffredaffaires montantnet ca caht spend gmv payment valor measurevalues extpos posamount posvalue possales salesout sellout sellthrough untaxedamountsigned amountuntaxedsigned amountsigned totalsigned amountincompanycodecurrency amountintransactioncurrency doctotal amountinlc amountinlocalcurrency betraginhauswährung dmbtr wrbtr sumofamount sumofrevenue sumofsales summevonumsatz montantttc totalttc totale gross brutto grossvalue grossrevenue 売上金額税抜 税抜売上 売上金額 税抜金額 売上高 売上 金額",
    },
    Synonyms {
        field: Field::Currency,
        headings: "currency currencycode currencyisocode transactioncurrency documentcurrency curr crcy \
            opportunitycurrency amountcurrency dealcurrency doccurrency doccur waehrung währung währg waers waerk wkurz moeda currencyofvalue convertedcurrency devise moneda valuta",
    },
    Synonyms {
        field: Field::Territory,
        headings: "territory salesterritory region salesregion gebiet verkaufsgebiet vertriebsgebiet área area \
            billingcountry country countryregion shipcountry land pays país paese territoryname market \
            locatedin officelocation shipcity shipstate shippingcountry vkorg bzirk",
    },
    Synonyms {
        field: Field::ProductLine,
        headings: "productline productfamily productgroup productcategory category itemgroup itemclass \
            materialgroup warengruppe produktgruppe produktlinie sparte division famille famillearticle \
            familia linea matkl spart lineofbusiness businessunit product series",
    },
    Synonyms { field: Field::Tier, headings: "tier partnertier partnerlevel level partnerstatus stufe niveau" },
    Synonyms { field: Field::Vertical, headings: "vertical industry sector segment branche secteur sectorindustry" },
    Synonyms {
        field: Field::AccountManager,
        headings: "accountmanager channelmanager accountowner partnermanager salesrep salesperson \
            salesrepresentative salesagent vertriebsmitarbeiter betreuer owner",
    },
    Synonyms { field: Field::Since, headings: "since partnersince joined customersince joindate" },
    Synonyms { field: Field::Until, headings: "until partneruntil leftprogram leavedate terminationdate terminatedon" },
    Synonyms {
        field: Field::ValidFrom,
        headings: "validfrom effectivefrom effectivedate validfromdate dateeffective datevalidfrom validsince gültigab \
            gueltigab gültigvon gueltigvon gültigseit datab wirksamab valableàpartirdu valableapartirdu dateeffet datedeffet \
            válidodesde validodesde vigentedesde fechaefectiva validodal decorrenza datadecorrenza geldigvanaf \
            ingangsdatum 適用開始日 有効開始日",
    },
    Synonyms {
        field: Field::OpportunityId,
        headings: "opportunityid dealid recordid opportunitynumber opportunity id dealname opportunityname topic \
            potentialid",
    },
    Synonyms {
        field: Field::Stage,
        headings: "stage stagename dealstage salesstage opportunitystage pipelinestage phase",
    },
    Synonyms { field: Field::Status, headings: "status opportunitystatus dealstatus statusreason state" },
    Synonyms { field: Field::IsClosed, headings: "isclosed closed isdealclosed" },
    Synonyms { field: Field::IsWon, headings: "iswon won isclosedwon" },
    Synonyms {
        field: Field::Probability,
        headings: "probability probability(%) dealprobability winprobability wahrscheinlichkeit",
    },
    Synonyms {
        field: Field::CloseDate,
        headings: "closedate estclosedate estimatedclosedate expectedclosedate expectedclose expectedclosedate closingdate \
            actualclosedate abschlussdatum closedon",
    },
    Synonyms {
        field: Field::RegisteredOn,
        headings: "registeredon registrationdate createddate createdate createdon engagedate dealcreated",
    },
];

/// Headings of quantities. Quantity × unit price is the amount of a table that has no other.
pub(super) const QUANTITIES: &[&str] = &[
    "quantity",
    "qty",
    "quantityordered",
    "units",
    "orderqty",
    "orderquantity",
    "unitssold",
    "salesquantity",
    "qtysold",
    "quantitysold",
    "unitsold",
    "pieces",
    "menge",
    "fkimg",
    "kwmeng",
    "anzahl",
    "stückzahl",
    "quantité",
    "qté",
    "cantidad",
    "quantità",
    "aantal",
    "quantidade",
];
/// Words of columns that say which figure a row has.
pub(super) const MEASURES: &str = "measure measures kpi metric figure kennzahl indicator indicateur item keyfigure";

/// Headings of unit prices.
pub(super) const UNIT_PRICES: &[&str] = &[
    "unitprice",
    "price",
    "priceeach",
    "saleprice",
    "priceperunit",
    "listprice",
    "sellingprice",
    "unitsellingprice",
    "itemprice",
    "productprice",
    "retailprice",
    "salesprice",
    "preis",
    "einzelpreis",
    "stückpreis",
    "prix",
    "prixunitaire",
    "precio",
    "preciounitario",
    "prezzo",
    "prezzounitario",
    "prijs",
    "preço",
    "preçounitário",
];

/// Headings of calendar years beside a month.
pub(super) const YEARS: &[&str] =
    &["year", "calendaryear", "jahr", "kalenderjahr", "année", "annee", "año", "anno", "jaar", "ano"];
/// Headings of fiscal years.
pub(super) const FISCAL_YEARS: &[&str] = &[
    "fiscalyear",
    "financialyear",
    "fy",
    "geschäftsjahr",
    "geschaeftsjahr",
    "wirtschaftsjahr",
    "exercice",
    "ejercicio",
    "boekjaar",
    "gjahr",
];
/// Headings of months or quarters beside a calendar year.
pub(super) const MONTHS: &[&str] = &[
    "month",
    "monthname",
    "monthno",
    "monthnumber",
    "calendarmonth",
    "quarter",
    "qtr",
    "monat",
    "kalendermonat",
    "quartal",
    "mois",
    "trimestre",
    "mes",
    "mese",
    "maand",
    "kwartaal",
    "mês",
];

/// Headings of discounts, which change what a unit costs.
pub(super) const DISCOUNTS: &[&str] = &[
    "discount",
    "discounts",
    "discountpct",
    "discountpercent",
    "discount%",
    "unitpricediscount",
    "rabatt",
    "remise",
    "descuento",
    "sconto",
    "korting",
    "desconto",
];
/// Words of a scenario whose rows are the revenue beside those of budgets and forecasts, folded.
pub(super) const ACTUALS: &[&str] =
    &["actual", "actuals", "ist", "réalisé", "real", "reale", "realizado", "consuntivo"];

/// Names of currencies that leave open whose they are, with the likeliest code.
pub(super) const CURRENCY_NAMES: &[(&str, &str)] =
    &[("dollar", "USD"), ("dollars", "USD"), ("franken", "CHF"), ("yen", "JPY")];

/// Parts of the headings of amounts that may contain taxes or discounts, folded.
pub(super) const GROSS: &[&str] = &["gross", "brutto", "inclvat", "incltax", "inclmwst", "ttc", "税込"];
/// Words of debit and credit, lower case, ascending.
pub(super) const SIGNS: &[[&str; 2]] = &[
    ["c", "d"],
    ["cr", "dr"],
    ["credit", "debit"],
    ["h", "s"],
    ["haben", "soll"],
    ["crédit", "débit"],
    ["abono", "cargo"],
    ["+", "-"],
    ["40", "50"],
];

/// Headings of amounts that are taken off gross revenue.
pub(super) const DEDUCTIONS: &[&str] = &[
    "returns",
    "return",
    "returnamount",
    "refund",
    "refunds",
    "refundamount",
    "refundedamount",
    "amountrefunded",
    "credits",
    "creditnotes",
    "creditmemos",
    "rebate",
    "rebates",
    "discountamount",
    "retouren",
    "gutschriften",
    "erlösschmälerungen",
    "avoirs",
    "retours",
    "devoluciones",
    "返品",
    "返品金額",
    "値引",
];

/// Headings of the type of a document, whose codes say which rows are invoices and which are not.
pub(super) const DOCUMENT_TYPES: &[&str] = &[
    "type",
    "documenttype",
    "doctype",
    "billingtype",
    "ordertype",
    "transactiontype",
    "invoicetype",
    "fkart",
    "fakturaart",
    "belegart",
    "auftragsart",
    "typedocument",
    "version",
    "scenario",
    "szenario",
    "snapshot",
    "snapshotdate",
    "level",
    "granularity",
    "metric",
    "measure",
    "kpi",
    "kennzahl",
    "valuetype",
    "datatype",
    "amounttype",
    "recordtype",
    "linetype",
    "wertart",
    "ledger",
    "basis",
    "typepièce",
];

/// Words of a status, type or scenario whose rows often do not count as revenue, folded.
pub(super) const UNCOUNTED: &[&str] = &[
    "cancelled",
    "canceled",
    "cancellation",
    "void",
    "voided",
    "draft",
    "deleted",
    "rejected",
    "reversed",
    "parked",
    "refunded",
    "onhold",
    "pending",
    "payment",
    "payout",
    "zahlung",
    "quote",
    "quotation",
    "proforma",
    "budget",
    "forecast",
    "plan",
    "planned",
    "target",
    "order",
    "salesorder",
    "creditmemo",
    "creditnote",
    "units",
    "quantity",
    "disputed",
    "failed",
    "unpaid",
    "declined",
    "expired",
    "incomplete",
    "uncaptured",
    "authorized",
    "returned",
    "storniert",
    "storno",
    "entwurf",
    "angebot",
    "gutschrift",
    "annulé",
    "annulée",
    "brouillon",
    "avoir",
    "devis",
    "anulado",
    "anulada",
    "borrador",
    "geannuleerd",
    "annullato",
    "pendente",
    "rascunho",
];

/// Words of a stage or status that mean closed without a decision, folded; they count as lost.
pub(super) const ABANDONED: &[&str] = &[
    "cancelled",
    "canceled",
    "abandoned",
    "withdrawn",
    "disqualified",
    "omitted",
    "dead",
    "nodecision",
    "closednodecision",
    "storniert",
    "annulé",
    "annulée",
    "anulado",
    "anulada",
    "cancelado",
    "cancelada",
    "geannuleerd",
    "annullato",
];
