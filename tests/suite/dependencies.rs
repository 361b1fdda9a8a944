//! What the dependencies are allowed to be: the lists of `deny.toml`, held against what cargo says of every package.

use serde_json::Value;
use std::process::Command;

/// A package of the dependency tree.
struct Package {
    name: String,
    license: Option<String>,
    source: Option<String>,
}

/// Every package of the tree on this platform, the crate itself among them.
fn packages() -> Vec<Package> {
    let rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output();
    let version = String::from_utf8_lossy(&rustc.expect("rustc runs").stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let used: Vec<&str> =
        all["resolve"]["nodes"].as_array().expect("nodes").iter().filter_map(|node| node["id"].as_str()).collect();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let package = |package: &Value| Package {
        name: format!(
            "{} {}",
            package["name"].as_str().unwrap_or_default(),
            package["version"].as_str().unwrap_or_default()
        ),
        license: text(&package["license"]),
        source: text(&package["source"]),
    };
    let packages = all["packages"].as_array().expect("packages").iter();
    packages.filter(|package| package["id"].as_str().is_some_and(|id| used.contains(&id))).map(package).collect()
}

/// A list of texts in `deny.toml`.
fn listed(section: &str, key: &str) -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).expect("deny.toml");
    let document: toml::Table = text.parse().expect("deny.toml is TOML");
    let list = document[section][key].as_array().expect("a list");
    list.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// True when the licence expression (SPDX, or the older `MIT/Apache-2.0`) can be met by the accepted licences.
fn is_met(expression: &str, accepted: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any_of(&words, &mut at, accepted);
    met && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize, accepted: &[String]) -> bool {
    let mut met = all_of(words, at, accepted);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all_of(words, at, accepted);
    }
    met
}

fn all_of(words: &[&str], at: &mut usize, accepted: &[String]) -> bool {
    let mut met = one_of(words, at, accepted);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one_of(words, at, accepted);
    }
    met
}

fn one_of(words: &[&str], at: &mut usize, accepted: &[String]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = any_of(words, at, accepted);
        *at += 1;
        return met;
    }
    let mut license = word.trim_end_matches('+').to_owned();
    if words.get(*at) == Some(&"WITH") {
        license = format!("{license} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    accepted.contains(&license)
}

#[test]
fn every_dependency_has_an_accepted_licence() {
    let accepted = listed("licenses", "allow");
    let packages = packages();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package.license.as_deref().is_some_and(|license| is_met(license, &accepted)))
        .map(|package| format!("{}: {}", package.name, package.license.as_deref().unwrap_or("no licence stated")))
        .collect();
    assert!(refused.is_empty(), "licences that `deny.toml` does not accept:\n  {}", refused.join("\n  "));
}

#[test]
fn every_dependency_comes_from_the_accepted_registry() {
    let accepted: Vec<String> =
        listed("sources", "allow-registry").iter().map(|url| format!("registry+{url}")).collect();
    let strangers: Vec<String> = packages()
        .into_iter()
        .filter_map(|package| {
            package
                .source
                .filter(|source| !accepted.contains(source))
                .map(|source| format!("{} from {source}", package.name))
        })
        .collect();
    assert!(strangers.is_empty(), "packages from elsewhere:\n  {}", strangers.join("\n  "));
}

#[test]
fn licence_expressions_are_read_as_spdx_means_them() {
    let accepted: Vec<String> = ["MIT", "BSD-3-Clause", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).to_vec();
    for met in
        ["MIT", "GPL-3.0 OR MIT", "Apache-2.0/MIT", "(MIT OR X) AND BSD-3-Clause", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(is_met(met, &accepted), "{met}");
    }
    for refused in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR X) AND Y", "Apache-2.0", "", "MIT MIT"] {
        assert!(!is_met(refused, &accepted), "{refused}");
    }
}
