//! `quotient book`: the proposed mapping on the terminal, in a file and as JSON, and the book that it reads.

use super::Desk;
use serde_json::Value;

/// Orders of two partners in 2024 and 2025: 10.50 + 20 = 30.50, and 5.
const ORDERS: &str = "Order list;;;\n\nCustomer No;Customer;Order Date;Net Amount\n\
    C-1;Alder;31/12/2024;10.50\nC-1;Alder;15/12/2024;20\nC-2;Birch;03/02/2025;5\nTotal;;;35.50\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("orders.csv", ORDERS);
    desk
}

#[test]
fn a_single_file_of_orders_is_read_with_the_proposed_mapping() {
    let output = desk().run(&["book", "orders.csv"]).env("COLUMNS", "100").assert().success();
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    for line in ["header_row = 3", "date_format = \"D/M/YYYY\"", "partner_id = \"Customer No\""] {
        assert!(text.contains(line), "{text}");
    }
    let figures: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let sum = "read 3 revenue rows, 35.50 USD in 2024-12 to 2025-02, 1 month missing, 1 row left out";
    for line in [sum, "2024 30.50 1", "2025 5.00 1", "- 2 partners, all with revenue rows"] {
        assert!(figures.iter().any(|own| own == line), "{line}\n{text}");
    }
}

#[test]
fn the_written_mapping_is_used_by_other_commands_and_never_overwritten() {
    let desk = desk();
    desk.run(&["book", "orders.csv", "--write-map", "map.toml"]).assert().success();
    let written = std::fs::read_to_string(desk.path("map.toml")).unwrap();
    desk.propose(&["--book", "orders.csv", "--map", "map.toml", "--period", "FY2026"]).assert().success();
    desk.write("map.toml", "# mine\n");
    let refused = desk.run(&["book", "orders.csv", "--write-map", "map.toml"]).assert().code(5);
    let message = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(message.contains("`map.toml` already exists") && message.contains("--force"), "{message}");
    assert_eq!(std::fs::read_to_string(desk.path("map.toml")).unwrap(), "# mine\n");
    desk.run(&["book", "orders.csv", "--write-map", "map.toml", "--force"]).assert().success();
    assert_eq!(std::fs::read_to_string(desk.path("map.toml")).unwrap(), written);
}

#[test]
fn the_survey_as_json_fits_its_schema() {
    let output = desk().run(&["book", "orders.csv", "--format", "json"]).assert().success();
    let document: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    let schema: Value = serde_json::from_str(&quotient::report::schema::survey()).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&document), "{document:#}");
    assert_eq!(document["read"]["revenue"]["2024"], "30.50");
    let summary = &document["read"]["summary"];
    let total =
        serde_json::json!([{ "rule": "total", "column": null, "rows": 1, "example_row": 7, "example": "Total" }]);
    assert_eq!(summary["tables"][1]["left_out"], total);
    assert_eq!(summary["tables"][1]["stated_total"], "35.50");
    assert_eq!(summary["missing_months"], serde_json::json!(["2025-01"]));
    assert_eq!(summary["unusual_months"], serde_json::json!([]));
    assert_eq!(document["sources"][0]["tables"], serde_json::json!(["partners", "revenue"]));
}

#[test]
fn several_files_are_read_as_one_book_and_an_unreadable_book_exits_with_3() {
    let desk = desk();
    desk.write("partners.csv", "partner_id,tier\nC-1,Gold\nC-2,Silver\n");
    let output = desk.run(&["book", "orders.csv", "partners.csv", "--format", "json"]).assert().success();
    let document: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    assert_eq!(document["read"]["rows"], serde_json::json!({ "partners": 2, "revenue": 3 }));
    desk.write("bad.csv", "Customer,Order Date,Amount\nC-1,01/02/2025,5\nC-2,03/04/2025,6\n");
    desk.run(&["book", "bad.csv"]).assert().code(3);
    desk.run(&["book", "nowhere.csv"]).assert().code(5);
}

#[test]
fn several_paths_are_one_book_in_every_command() {
    let desk = Desk::new();
    desk.write("customers.csv", "Customer No,Tier\nC-1,Gold\nC-2,Silver\n");
    desk.write("orders.csv", "Customer No,Order Date,Net Amount\nC-1,2025-01-31,10.50\nC-2,2025-02-28,20\n");
    let total = |arguments: &[&str]| {
        let output = desk.run(arguments).assert().success();
        let document: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
        document["read"]["revenue_total"].clone()
    };
    let files = ["book", "customers.csv", "orders.csv", "--format", "json"];
    assert_eq!(total(&[&files[..], &["--write-map", "map.toml"]].concat()), "30.50");
    assert_eq!(total(&[&files[..], &["--map", "map.toml"]].concat()), "30.50");
    let plan = |books: &[&str]| {
        let options = ["--map", "map.toml", "--period", "FY2026", "--format", "csv"];
        let output = desk.propose(&[books, &options[..]].concat()).assert().success();
        String::from_utf8(output.get_output().stdout.clone()).unwrap()
    };
    let several = plan(&["--book", "customers.csv", "--book", "orders.csv"]);
    assert_eq!(several, plan(&["--book", "orders.csv", "--book", "customers.csv"]));
    assert!(several.contains("C-1") && several.contains("C-2"), "{several}");
    std::fs::create_dir(desk.path("all")).unwrap();
    for file in ["customers.csv", "orders.csv"] {
        std::fs::copy(desk.path(file), desk.path("all").join(file)).unwrap();
    }
    assert_eq!(several, plan(&["--book", "all"]));
}
