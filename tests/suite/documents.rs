//! What README and docs show is what the program prints.

/// README's examples run; `TRYCMD=overwrite cargo test --test suite documents` writes them anew.
#[test]
fn the_readme_shows_real_output() {
    trycmd::TestCases::new().env("COLUMNS", "100").env("NO_COLOR", "1").case("README.md").run();
}

/// The first command of the README and the first example below it do the same.
#[test]
fn the_readmes_main_job_is_the_example_it_shows() {
    let readme = std::fs::read_to_string("README.md").expect("the README");
    let command =
        readme.lines().find_map(|line| line.strip_prefix("cargo run --release --quiet -- ")).expect("the main job");
    let example = readme.lines().find_map(|line| line.strip_prefix("$ quotient ")).expect("its output");
    assert_eq!(command, example);
}
