//! Partitions that do not belong together are refused, each with its reason.

use super::equal::{as_of, compiled, demonstration, vendor};
use super::split::{Numbers, only, part, partitions, planned, surveyed};
use quotient::channel::PartnerBook;
use quotient::finding::Findings;
use quotient::partition::{AssessedPartner, Assessor, PartitionFault, Settler, Survey, Surveyor};
use quotient::planning::Request;
use quotient::plugin::{VendorFiles, VendorPlugin};
use quotient::script::on_script_threads;

fn first(plugin: &VendorPlugin, request: &Request, book: &PartnerBook) -> Survey {
    let mut surveyor = Surveyor::first(plugin, request).expect("a round");
    let part = surveyor.part(book.clone()).expect("a part");
    surveyor.add(part).expect("one part");
    surveyor.survey()
}

fn second(plugin: &VendorPlugin, survey: &Survey, book: &PartnerBook) -> Survey {
    let mut surveyor = Surveyor::after(plugin, survey.clone()).expect("a round");
    let part = surveyor.part(book.clone()).expect("a part");
    surveyor.add(part).expect("one part");
    surveyor.survey()
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(found: Result<T, impl Into<Findings>>, is: impl Fn(&PartitionFault) -> bool) {
    let findings: Findings = found.expect_err("a refusal").into();
    let finding = only(&findings);
    assert!(finding.cause().is_some_and(is), "{}", finding.message());
}

fn halves(book: &PartnerBook) -> [PartnerBook; 2] {
    let all: Vec<usize> = (0..book.partners.len()).collect();
    [part(book, &all[..70]), part(book, &all[70..])]
}

#[test]
fn surveys_of_other_questions_do_not_merge() {
    let plugin = vendor("meridian");
    let book = demonstration(&plugin);
    let [one, other] = halves(&book);
    let survey = first(&plugin, &as_of("2025-12-31"), &one);
    let later = first(&plugin, &as_of("2025-11-30"), &other);
    assert_refused(
        survey.clone().merge(later),
        |fault| matches!(fault, PartitionFault::OtherQuestion { member, .. } if member == "as_of"),
    );
    let halcyon = vendor("halcyon");
    let foreign = first(&halcyon, &as_of("2025-12-31"), &other);
    assert_refused(
        survey.clone().merge(foreign),
        |fault| matches!(fault, PartitionFault::OtherQuestion { member, .. } if member == "vendor"),
    );
    let mut changed = survey.clone();
    changed.question.revision = "another".to_owned();
    assert_refused(
        survey.clone().merge(changed.clone()),
        |fault| matches!(fault, PartitionFault::OtherQuestion { member, .. } if member == "revision"),
    );
    assert_refused(Surveyor::after(&plugin, changed), |fault| matches!(fault, PartitionFault::OtherRevision { .. }));
    assert_refused(Surveyor::after(&halcyon, survey), |fault| matches!(fault, PartitionFault::OtherVendor { .. }));
}

#[test]
fn rounds_that_saw_other_partners_are_refused() {
    let plugin = vendor("meridian");
    let book = demonstration(&plugin);
    let [one, other] = halves(&book);
    let mut survey = first(&plugin, &as_of("2025-12-31"), &one);
    let alone = second(&plugin, &survey, &one);
    survey.merge(first(&plugin, &as_of("2025-12-31"), &other)).expect("one survey");
    // A partition is missing, one is doubled, and one has changed.
    let missing = second(&plugin, &survey, &one);
    assert_refused(Assessor::new(&plugin, missing.clone()), |fault| {
        matches!(fault, PartitionFault::OtherPartners { partners: 70, before: 150, .. })
    });
    let mut doubled = missing.clone();
    doubled.merge(missing.clone()).expect("sums of one round");
    assert_refused(Assessor::new(&plugin, doubled), |fault| {
        matches!(fault, PartitionFault::OtherPartners { partners: 140, .. })
    });
    let mut changed = other.clone();
    changed.partners[3].revenue.pop();
    let mut mixed = missing.clone();
    mixed.merge(second(&plugin, &survey, &changed)).expect("sums of one round");
    assert_refused(Assessor::new(&plugin, mixed), |fault| {
        matches!(fault, PartitionFault::OtherPartners { partners: 150, before: 150, .. })
    });
    // Sums that rest on another first round, and a survey that lacks a round.
    assert_refused(missing.clone().merge(alone), |fault| matches!(fault, PartitionFault::OtherStep { .. }));
    assert_refused(Assessor::new(&plugin, survey), |fault| {
        matches!(fault, PartitionFault::NotSurveyed { round: "sums" })
    });
    let mut whole = missing;
    whole.merge(second(&plugin, &first_of(&plugin, &one, &other), &other)).expect("sums of one round");
    assert!(Assessor::new(&plugin, whole.clone()).is_ok());
    assert_refused(Surveyor::after(&plugin, whole), |fault| matches!(fault, PartitionFault::Surveyed {}));
}

fn first_of(plugin: &VendorPlugin, one: &PartnerBook, other: &PartnerBook) -> Survey {
    let mut survey = first(plugin, &as_of("2025-12-31"), one);
    survey.merge(first(plugin, &as_of("2025-12-31"), other)).expect("one survey");
    survey
}

#[test]
fn a_partner_in_two_partitions_is_refused() {
    let plugin = vendor("meridian");
    let book = demonstration(&plugin);
    let mut parts = partitions(&book, 3, &mut Numbers(7));
    let again = parts[0][0].clone();
    parts[1].push(again.clone());
    let found = planned(&plugin, &as_of("2025-12-31"), &parts, &mut Numbers(7));
    let findings = found.expect_err("a refusal");
    assert_eq!(findings.len(), again.partners.len());
    for (finding, partner) in findings.iter().zip(&again.partners) {
        let is = |fault: &PartitionFault| matches!(fault, PartitionFault::DoubledPartner { partner: id } if *id == *partner.id);
        assert!(finding.cause().is_some_and(is), "{}", finding.message());
    }
}

#[test]
fn assessments_of_another_survey_or_of_fewer_partners_are_refused() {
    let plugin = vendor("meridian");
    let book = demonstration(&plugin);
    let parts = partitions(&book, 2, &mut Numbers(9));
    on_script_threads(Some(1), || {
        let survey = surveyed(&plugin, &as_of("2025-12-31"), &parts, &mut Numbers(9)).expect("a survey");
        let assessor = Assessor::new(&plugin, survey).expect("a whole survey");
        let records: Vec<AssessedPartner> =
            parts.iter().flatten().flat_map(|book| assessor.assess(book.clone()).expect("records")).collect();
        let mut settler = Settler::new(&assessor);
        records.iter().skip(1).for_each(|record| settler.add(record.clone()).expect("a record"));
        let request = assessor.request(&mut Findings::new());
        assert_refused(settler.settle(&request), |fault| {
            matches!(fault, PartitionFault::Missing { partners: 149, surveyed: 150 })
        });
        let other = surveyed(&plugin, &as_of("2025-11-30"), &parts, &mut Numbers(9)).expect("a survey");
        let other = Assessor::new(&plugin, other).expect("a whole survey");
        let found = Settler::new(&other).add(records[0].clone());
        assert_refused(found, |fault| matches!(fault, PartitionFault::OtherSurvey { .. }));
    });
}

#[test]
fn partitions_that_disagree_about_shared_tables_are_refused() {
    let plugin = vendor("meridian");
    let book = demonstration(&plugin);
    let [one, mut other] = halves(&book);
    other.market[0].growth = Some(9.into());
    let mut survey = first(&plugin, &as_of("2025-12-31"), &one);
    let found = survey.merge(first(&plugin, &as_of("2025-12-31"), &other));
    assert_refused(
        found,
        |fault| matches!(fault, PartitionFault::Disagreement { what, .. } if what.contains("market")),
    );
}

#[test]
fn a_survey_that_is_not_one_is_refused() {
    for text in ["", "{}", "[1]", r#"{"schema": "quotient.survey/1"}"#] {
        assert_refused(Survey::read("survey.json", text), |fault| matches!(fault, PartitionFault::Document { .. }));
    }
}

#[test]
fn rules_that_need_all_lines_at_once_are_refused_by_name() {
    let manifest = "api = 1\nname = \"Acme\"\n[weights]\nhistory = 1.0\n";
    let rule = "/// Its rank.\nfn assess(partner) {\n    let peers = partner.peers(\"tier\");\n    \
        let middle = peers.median(\"history.prior_revenue\");\n    \
        if !is_known(middle) { return abstain(\"no peers\"); }\n    indicate(middle).because(\"as its peers\")\n}\n";
    let plugin = compiled(&VendorFiles::from_rules("acme", [("vendor.toml", manifest), ("history.rhai", rule)]));
    assert_refused(Surveyor::first(&plugin, &as_of("2025-12-31")), |fault| {
        matches!(fault, PartitionFault::Peers { rules, facts }
            if rules[..] == ["history.rhai"] && facts[..] == ["history.prior_revenue"])
    });
}

#[test]
fn a_partition_alone_does_not_know_the_date() {
    let plugin = vendor("meridian");
    let found = Surveyor::first(&plugin, &Request::default());
    assert_refused(found, |fault| matches!(fault, PartitionFault::NoDate {}));
}
