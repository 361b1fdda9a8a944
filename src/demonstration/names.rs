//! Names of the partners of the demonstration book.

const FIRST_WORDS: [&str; 40] = [
    "Alder",
    "Beacon",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Granite",
    "Harbor",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Meadow",
    "Nimbus",
    "Orchard",
    "Pioneer",
    "Quarry",
    "Ridge",
    "Summit",
    "Timber",
    "Umbra",
    "Vertex",
    "Willow",
    "Xenon",
    "Yarrow",
    "Zephyr",
    "Anchor",
    "Birch",
    "Copper",
    "Drift",
    "Echo",
    "Falcon",
    "Garnet",
    "Hazel",
    "Iron",
    "Jade",
    "Kite",
    "Larch",
    "Maple",
    "North Star",
];
const SECOND_WORDS: [&str; 12] = [
    "Systems",
    "Consulting",
    "Networks",
    "Software",
    "Data",
    "Solutions",
    "Technologies",
    "Cloud",
    "Integration",
    "Digital",
    "Services",
    "Partners",
];
/// Returns the name of a partner; some have commas, umlauts, quotes, or begin like a formula.
pub(super) fn name(index: usize) -> String {
    match index {
        10 => return "Brandt, Koehler & Partner".to_owned(),
        11 => return "Grünwald Systemhäuser GmbH".to_owned(),
        12 => return "=cmd|' /C calc'!A0".to_owned(),
        13 => return "\"Blue Dot\" Consulting".to_owned(),
        _ => {}
    }
    let (first, second) = (
        FIRST_WORDS[index % FIRST_WORDS.len()],
        SECOND_WORDS[(index / FIRST_WORDS.len() + index) % SECOND_WORDS.len()],
    );
    match index / (FIRST_WORDS.len() * SECOND_WORDS.len()) {
        0 => format!("{first} {second}"),
        round => format!("{first} {second} {}", round + 1),
    }
}
