//! Links between the documents lead somewhere.

use std::path::{Path, PathBuf};

fn documents(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            documents(&path, found);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

#[test]
fn relative_links_lead_to_files() {
    let mut found = Vec::new();
    documents(Path::new(env!("CARGO_MANIFEST_DIR")), &mut found);
    let (mut links, mut dead) = (0, Vec::new());
    for path in &found {
        let text = std::fs::read_to_string(path).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split(['#', ' ']).next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            links += 1;
            if !path.parent().unwrap().join(file).exists() {
                dead.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(links > 50, "{links}");
    assert!(dead.is_empty(), "{dead:#?}");
}
