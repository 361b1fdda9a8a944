//! Parts of a partner's business, and how books find partners.

mod dated;
mod digest;
mod known_months;

use crate::performance::{book, partner, segment};
use quotient::channel::{
    CurrentQuota, Forecast, Partner, RegisteredOpportunity, RevenueEntry, SegmentKey, SharedSegment, WinRate,
};
use quotient::quota::Grain;

#[test]
fn a_segment_contains_itself_and_what_is_narrower() {
    let all = segment("", "");
    let (line, territory, both) = (segment("Platform", ""), segment("", "North"), segment("Platform", "North"));
    for part in [&all, &line, &territory, &both] {
        assert!(part.contains(part) && all.contains(part), "{part:?}");
    }
    assert!(line.contains(&both) && territory.contains(&both));
    assert!(!line.contains(&all) && !both.contains(&line) && !both.contains(&territory));
    assert!(!line.contains(&territory) && !territory.contains(&line));
    assert!(!line.contains(&segment("Services", "North")) && !territory.contains(&segment("Platform", "South")));
}

#[test]
fn each_part_of_a_partners_business_belongs_to_exactly_one_line_of_every_grain() {
    let north = partner("P");
    let cases = [
        (segment("", ""), ["|", "|", "|North"]),
        (segment("Platform", ""), ["|", "Platform|", "Platform|North"]),
        (segment("", "South"), ["|", "|", "|South"]),
        (segment("Platform", "South"), ["|", "Platform|", "Platform|South"]),
    ];
    let grains = [Grain::Partner, Grain::ProductLine, Grain::ProductLineTerritory];
    for (part, expected) in &cases {
        for (grain, expected) in grains.into_iter().zip(expected) {
            let line = grain.line_of(&north, part);
            let shown =
                format!("{}|{}", line.product_line.as_deref().unwrap_or(""), line.territory.as_deref().unwrap_or(""));
            assert_eq!(shown, *expected, "{part:?} at {grain:?}");
            assert!(grain.holds(&north, &line, part));
            let others = cases.iter().map(|(other, _)| grain.line_of(&north, other)).filter(|other| *other != line);
            others
                .for_each(|other| assert!(!grain.holds(&north, &other, part), "{other:?} holds {part:?} at {grain:?}"));
        }
    }
}

#[test]
fn a_book_finds_each_partner_by_its_id_and_no_other() {
    let book = book(["C", "A", "B"].map(partner).to_vec());
    let ids: Vec<&str> = book.partners.iter().map(|partner| &*partner.id).collect();
    assert_eq!(ids, ["A", "B", "C"]);
    for id in ["A", "B", "C"] {
        assert_eq!(book.partner(id).map(|partner| &*partner.id), Some(id));
    }
    assert!(["", "AA", "D", "a"].iter().all(|id| book.partner(id).is_none()));
    assert!(book.has_table("revenue") && !book.has_table("market"));
    assert_eq!(book.revenue_months(), None);
}

#[test]
fn facts_of_a_partner_take_few_bytes() {
    // A book of a million partners has some millions of each.
    assert_eq!(size_of::<SharedSegment>(), 8);
    assert!(size_of::<RevenueEntry>() <= 32, "{}", size_of::<RevenueEntry>());
    assert!(size_of::<WinRate>() <= 48, "{}", size_of::<WinRate>());
    assert!(size_of::<Forecast>() <= 40, "{}", size_of::<Forecast>());
    assert!(size_of::<CurrentQuota>() <= 72, "{}", size_of::<CurrentQuota>());
    assert!(size_of::<RegisteredOpportunity>() <= 112, "{}", size_of::<RegisteredOpportunity>());
    assert!(size_of::<Partner>() <= 288, "{}", size_of::<Partner>());
}

#[test]
fn shared_segments_have_the_order_of_segments() {
    let all = [segment("", ""), segment("", "North"), segment("Platform", ""), segment("Platform", "North")];
    for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (one, other))) {
        let shared = |segment: &SegmentKey| SharedSegment::from(segment.clone());
        assert_eq!(shared(one).cmp(&shared(other)), one.cmp(other), "{one:?} {other:?}");
    }
}
