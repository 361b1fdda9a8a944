//! What is in `deploy/`, held against the program.

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Metrics that the server has, as `/metrics` names them.
const METRICS: [&str; 25] = [
    "quotient_build_info",
    "quotient_decision_records_dropped_total",
    "quotient_decision_records_total",
    "quotient_evaluation_duration_seconds_bucket",
    "quotient_evaluation_duration_seconds_count",
    "quotient_evaluations_total",
    "quotient_http_connections",
    "quotient_http_request_duration_seconds_bucket",
    "quotient_http_request_duration_seconds_count",
    "quotient_lane_busy",
    "quotient_lane_queued",
    "quotient_lane_wait_seconds",
    "quotient_policy_info",
    "quotient_policy_last_reload_successful",
    "quotient_policy_last_reload_timestamp_seconds",
    "quotient_policy_reloads_total",
    "quotient_policy_rules_differing",
    "quotient_policy_set_aside",
    "quotient_policy_stale_seconds",
    "quotient_rejected_rows_total",
    "quotient_requests_shed_total",
    "quotient_spans_dropped_total",
    "quotient_spans_total",
    "quotient_evaluation_duration_seconds",
    "quotient_certificate_expiry_timestamp_seconds",
];

/// Routes that are open to probes and scrapes.
const ROUTES: [&str; 3] = ["/health/live", "/health/ready", "/metrics"];

const PORT: u64 = 7070;
/// Port for health and metrics.
const ADMIN_PORT: u64 = 7071;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(deploy().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The documents of a YAML file.
fn yaml(path: &str) -> Vec<Value> {
    let documents =
        yaml_rust2::YamlLoader::load_from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    documents.iter().map(to_json).collect()
}

fn to_json(yaml: &yaml_rust2::Yaml) -> Value {
    use yaml_rust2::Yaml;
    match yaml {
        Yaml::String(text) | Yaml::Real(text) => Value::String(text.clone()),
        Yaml::Integer(number) => Value::from(*number),
        Yaml::Boolean(truth) => Value::Bool(*truth),
        Yaml::Array(items) => items.iter().map(to_json).collect(),
        Yaml::Hash(members) => {
            let member =
                |(key, value): (&Yaml, &Yaml)| (key.as_str().expect("a text as key").to_owned(), to_json(value));
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Yaml::Null => Value::Null,
        Yaml::Alias(_) | Yaml::BadValue => panic!("an alias or a value that cannot be read"),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The pod templates with the container that is ours.
fn pods() -> Vec<(&'static str, Value, Value)> {
    ["kubernetes/sidecar.yaml", "kubernetes/standalone.yaml"]
        .map(|path| {
            let document =
                yaml(path).into_iter().find(|document| document["kind"] == "Deployment").expect("a deployment");
            let pod = document["spec"]["template"]["spec"].clone();
            let containers = [list(&pod["initContainers"]), list(&pod["containers"])].concat();
            let ours = containers.into_iter().find(|container| container["name"] == "quotient").expect("our container");
            (path, pod, ours)
        })
        .to_vec()
}

/// Every file below `deploy/`, by its path there.
fn files() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&deploy(), &mut found);
    let name = |path: PathBuf| path.strip_prefix(deploy()).unwrap().to_string_lossy().into_owned();
    found.into_iter().map(name).collect()
}

#[test]
fn every_manifest_is_yaml_and_names_its_kind() {
    let manifests: Vec<String> =
        files().into_iter().filter(|path| path.starts_with("kubernetes/") && path.ends_with(".yaml")).collect();
    assert!(manifests.len() >= 4, "{manifests:?}");
    for path in manifests {
        for document in yaml(&path) {
            assert!(document["apiVersion"].is_string() && document["kind"].is_string(), "{path}");
            let is_named = document["kind"] == "Kustomization" || document["metadata"]["name"].is_string();
            assert!(is_named, "{path}");
        }
    }
}

#[test]
fn probes_ask_for_routes_that_exist_or_run_the_program_itself() {
    for (path, _, container) in pods() {
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            let probe = &container[probe];
            if let Some(command) = probe["exec"]["command"].as_array() {
                assert_eq!(command[0], "/quotient", "{path}");
                assert_eq!(command[1], "healthcheck", "{path}");
            } else {
                let route = probe["httpGet"]["path"].as_str().unwrap_or_else(|| panic!("{path}: no probe"));
                assert!(ROUTES.contains(&route), "{path}: {route}");
                assert_eq!(probe["httpGet"]["port"], "admin", "{path}");
            }
        }
    }
    for (path, _, container) in pods() {
        let probe = container["livenessProbe"].to_string();
        assert!(probe.contains("/health/live"), "{path}: a broken vendor must not restart the container: {probe}");
    }
}

#[test]
fn the_sidecar_is_an_init_container_that_is_always_restarted_and_ready_before_the_service() {
    let (_, pod, container) = pods().remove(0);
    assert_eq!(container["restartPolicy"], "Always");
    assert!(container["startupProbe"].is_object());
    let inits = list(&pod["initContainers"]);
    assert!(inits.iter().any(|init| init["name"] == "quotient"));
}

#[test]
fn containers_run_unprivileged_with_nothing_writable_but_their_volumes() {
    for (path, pod, container) in pods() {
        assert_eq!(pod["automountServiceAccountToken"], false, "{path}");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{path}");
        assert_eq!(pod["securityContext"]["runAsUser"], 65532, "{path}");
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true, "{path}");
        assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false, "{path}");
        assert_eq!(container["securityContext"]["capabilities"]["drop"][0], "ALL", "{path}");
        assert!(container["resources"]["requests"]["memory"].is_string(), "{path}");
        assert!(container["resources"]["limits"]["memory"].is_string(), "{path}");
    }
}

/// Bytes of a quantity such as `512Mi` or `1G`.
fn bytes(quantity: &str) -> usize {
    let digits = quantity.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &quantity[digits.len()..] {
        "Mi" | "M" => 1 << 20,
        "Gi" | "G" => 1 << 30,
        other => panic!("the unit `{other}` of {quantity}"),
    };
    digits.parse::<usize>().unwrap() * unit
}

#[test]
fn accounts_of_the_server_fit_into_the_memory_that_is_granted() {
    let unit = read("systemd/quotient.service");
    let granted = unit.lines().find_map(|line| line.strip_prefix("MemoryMax=")).expect("a limit").to_owned();
    let mut all = vec![("systemd/quotient.service", granted)];
    for (path, _, container) in pods() {
        all.push((path, container["resources"]["limits"]["memory"].as_str().expect("a limit").to_owned()));
        let arguments = list(&container["args"]).iter().filter_map(Value::as_str);
        for option in ["--memory", "--body", "--workers", "--connections"] {
            assert!(!arguments.clone().any(|argument| argument.starts_with(option)), "{path}: {option} is not usual");
        }
    }
    for (path, granted) in all {
        let granted = bytes(&granted);
        let limits = quotient::server::ServerLimits::default().within(granted);
        // The rest is for rules, for books while they are read, and for the process itself.
        assert!(limits.accounted() <= granted / 8 * 5, "{path}: {limits:?}");
        // A body of the usual size fits twice, compressed and not.
        assert!(limits.caller.bodies >= limits.book.bytes + limits.book.unpacked, "{path}: {limits:?}");
    }
}

#[test]
fn config_maps_are_mounted_as_directories() {
    for (path, pod, container) in pods() {
        let mounts = list(&container["volumeMounts"]);
        assert!(mounts.iter().all(|mount| mount["subPath"].is_null() && mount["subPathExpr"].is_null()), "{path}");
        let volumes: BTreeSet<&str> =
            list(&pod["volumes"]).iter().filter_map(|volume| volume["name"].as_str()).collect();
        for mount in mounts {
            assert!(volumes.contains(mount["name"].as_str().unwrap()), "{path}: {mount}");
        }
    }
}

#[test]
fn directories_of_the_arguments_are_mounted() {
    for (path, _, container) in pods() {
        let mounts: Vec<&str> =
            list(&container["volumeMounts"]).iter().filter_map(|mount| mount["mountPath"].as_str()).collect();
        for option in ["--rules=", "--policies=", "--state="] {
            let arguments = list(&container["args"]);
            let folder = arguments.iter().find_map(|argument| argument.as_str()?.strip_prefix(option));
            let folder = folder.unwrap_or_else(|| panic!("{path}: no {option}"));
            assert!(mounts.iter().any(|mount| mount.starts_with(folder)), "{path}: {folder} is not mounted");
        }
    }
}

#[test]
fn who_can_be_reached_from_elsewhere_asks_for_tokens() {
    for (path, _, container) in pods() {
        let arguments: Vec<&str> = list(&container["args"]).iter().filter_map(Value::as_str).collect();
        let is_local = arguments.iter().any(|argument| argument.starts_with("--listen=127.0.0.1:"));
        let is_guarded = arguments.iter().any(|argument| argument.starts_with("--tokens="));
        assert!(is_local || is_guarded, "{path}: {arguments:?}");
        assert!(!arguments.contains(&"--insecure"), "{path}");
    }
}

#[test]
fn ports_agree() {
    let (_, _, container) = pods().remove(1);
    assert_eq!(container["ports"][0]["containerPort"], PORT);
    let documents = yaml("kubernetes/standalone.yaml");
    let service = documents.iter().find(|document| document["kind"] == "Service").expect("a service");
    assert_eq!(service["spec"]["ports"][0]["port"], PORT);
    assert_eq!(service["spec"]["ports"][0]["targetPort"], container["ports"][0]["name"]);
    let policy = documents.iter().find(|document| document["kind"] == "NetworkPolicy").expect("a policy");
    assert_eq!(policy["spec"]["ingress"][0]["ports"][0]["port"], PORT);
    assert_eq!(policy["spec"]["ingress"][1]["ports"][0]["port"], ADMIN_PORT, "scrapers reach the admin port only");
    assert_eq!(container["ports"][1]["containerPort"], ADMIN_PORT);
    assert_eq!(service["spec"]["ports"][1]["targetPort"], container["ports"][1]["name"]);
    let port = format!(":{PORT}");
    for (path, _, container) in pods() {
        let arguments = list(&container["args"]);
        let listen = arguments.iter().find_map(|argument| argument.as_str()?.strip_prefix("--listen="));
        assert!(listen.is_some_and(|listen| listen.ends_with(&port)), "{path}: {listen:?}");
        let admin = arguments.iter().find_map(|argument| argument.as_str()?.strip_prefix("--admin-listen="));
        let port = format!(":{ADMIN_PORT}");
        assert!(admin.is_some_and(|admin| admin.ends_with(&port)), "{path}: {admin:?}");
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            if let Some(command) = container[probe]["exec"]["command"].as_array() {
                let address = command.iter().find_map(|word| word.as_str()?.strip_prefix("127.0.0.1"));
                assert_eq!(address, Some(&*port), "{path}: {probe}");
            }
        }
    }
    for file in ["systemd/quotient.socket", "Dockerfile"] {
        assert!(read(file).contains(&port), "{file}");
    }
    assert!(read("Dockerfile").contains(&format!("EXPOSE {PORT}")));
}

#[test]
fn what_is_selected_is_what_is_labelled() {
    let documents = yaml("kubernetes/standalone.yaml");
    let of = |kind: &str| documents.iter().find(|document| document["kind"] == kind).expect("a document").clone();
    let labels = of("Deployment")["spec"]["template"]["metadata"]["labels"].clone();
    assert_eq!(of("Deployment")["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(of("Service")["spec"]["selector"], labels);
    assert_eq!(of("NetworkPolicy")["spec"]["podSelector"]["matchLabels"], labels);
    let monitor = yaml("kubernetes/service-monitor.yaml").remove(0);
    assert_eq!(monitor["spec"]["selector"]["matchLabels"], of("Service")["metadata"]["labels"]);
    assert_eq!(monitor["spec"]["endpoints"][0]["port"], of("Service")["spec"]["ports"][1]["name"]);
    assert!(ROUTES.contains(&monitor["spec"]["endpoints"][0]["path"].as_str().unwrap()));
}

#[test]
fn the_kustomization_names_files_that_exist_and_every_config_map_that_is_mounted() {
    let kustomization = yaml("kubernetes/kustomization.yaml").remove(0);
    let generators = [list(&kustomization["configMapGenerator"]), list(&kustomization["secretGenerator"])].concat();
    let mut named = BTreeSet::new();
    for generator in &generators {
        named.insert(generator["name"].as_str().unwrap().to_owned());
        for file in list(&generator["files"]) {
            let path = deploy().join("kubernetes").join(file.as_str().unwrap());
            assert!(path.is_file(), "{file}");
        }
    }
    for resource in list(&kustomization["resources"]) {
        assert!(deploy().join("kubernetes").join(resource.as_str().unwrap()).is_file(), "{resource}");
    }
    let (_, pod, _) = pods().remove(1);
    for volume in list(&pod["volumes"]) {
        let source = volume["configMap"]["name"].as_str().or(volume["secret"]["secretName"].as_str());
        assert!(source.is_none_or(|name| named.contains(name)), "{volume} is generated nowhere");
    }
    assert_eq!(
        kustomization["generatorOptions"]["disableNameSuffixHash"], true,
        "a hash in the name restarts the pods"
    );
}

#[test]
fn the_vendor_of_the_kustomization_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["rules", "policies"] {
        let target = folder.path().join(kind).join("meridian");
        std::fs::create_dir_all(&target).unwrap();
        for entry in std::fs::read_dir(deploy().join("kubernetes/vendor").join(kind)).unwrap().map(Result::unwrap) {
            std::fs::copy(entry.path(), target.join(entry.file_name())).unwrap();
        }
    }
    let program = env!("CARGO_BIN_EXE_quotient");
    let status = Command::new(program).args(["check", "meridian"]).current_dir(folder.path()).output().unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
}

#[test]
fn one_replica_keeps_what_is_of_one_process() {
    let documents = yaml("kubernetes/standalone.yaml");
    let deployment = documents.iter().find(|document| document["kind"] == "Deployment").expect("a deployment");
    assert_eq!(deployment["spec"]["replicas"], 1);
    assert!(read("kubernetes/standalone.yaml").contains("# One replica: stored books, pins, rollbacks"));
    let (_, _, container) = pods().remove(1);
    assert!(list(&container["args"]).contains(&"--drain-delay=10".into()), "proxies notice the end");
}

#[test]
fn sidecars_are_scraped_on_their_admin_port() {
    let monitor = yaml("kubernetes/pod-monitor.yaml").remove(0);
    let deployment = yaml("kubernetes/sidecar.yaml").remove(0);
    assert_eq!(monitor["spec"]["selector"]["matchLabels"], deployment["spec"]["template"]["metadata"]["labels"]);
    let (_, _, container) = pods().remove(0);
    let arguments = list(&container["args"]);
    assert!(arguments.contains(&"--admin-listen=0.0.0.0:7071".into()), "{arguments:?}");
    assert_eq!(container["ports"][0]["containerPort"], ADMIN_PORT);
    assert_eq!(monitor["spec"]["podMetricsEndpoints"][0]["port"], container["ports"][0]["name"]);
    assert_eq!(monitor["spec"]["podMetricsEndpoints"][0]["path"], "/metrics");
}

#[test]
fn the_overlay_spreads_its_replicas_and_limits_disruption() {
    let labels = yaml("kubernetes/standalone.yaml").remove(0)["spec"]["template"]["metadata"]["labels"].clone();
    let budget = yaml("kubernetes-replicated/disruption-budget.yaml").remove(0);
    assert_eq!((&budget["spec"]["maxUnavailable"], &budget["spec"]["selector"]["matchLabels"]), (&1.into(), &labels));
    let spread = yaml("kubernetes-replicated/spread.yaml").remove(0);
    assert!(spread["spec"]["replicas"].as_u64().unwrap() > 1);
    for constraint in list(&spread["spec"]["template"]["spec"]["topologySpreadConstraints"]) {
        assert_eq!(constraint["labelSelector"]["matchLabels"], labels);
    }
    let kustomization = yaml("kubernetes-replicated/kustomization.yaml").remove(0);
    // What replicas share is on a volume that several nodes can mount.
    let claim = yaml("kubernetes-replicated/state.yaml").remove(0);
    assert_eq!(
        (&claim["kind"], &claim["spec"]["accessModes"][0]),
        (&"PersistentVolumeClaim".into(), &"ReadWriteMany".into())
    );
    let state = &spread["spec"]["template"]["spec"]["volumes"][0];
    assert_eq!(
        (&state["name"], &state["persistentVolumeClaim"]["claimName"]),
        (&"state".into(), &claim["metadata"]["name"])
    );
    assert!(state["emptyDir"].is_null(), "the volume of the base is replaced");
    for named in [list(&kustomization["resources"]), &[kustomization["patches"][0]["path"].clone()]].concat() {
        assert!(deploy().join("kubernetes-replicated").join(named.as_str().unwrap()).exists(), "{named}");
    }
    let built = Command::new("kubectl").arg("kustomize").arg(deploy().join("kubernetes-replicated")).output();
    match built {
        Ok(built) => {
            let text = String::from_utf8_lossy(&built.stdout).into_owned();
            assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
            assert!(text.contains("replicas: 2") && text.contains("kind: PodDisruptionBudget"), "{text}");
        }
        Err(_) => println!("left out: kubectl is not here"),
    }
}

/// Words of the kind `quotient_…` in a text.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    text.split(|letter| !is_part(letter)).filter(|word| word.starts_with("quotient_")).map(str::to_owned).collect()
}

#[test]
fn metrics_of_alerts_and_dashboard_exist() {
    let known = BTreeSet::from(METRICS.map(str::to_owned));
    for file in ["monitoring/alerts.yaml", "monitoring/dashboard.json"] {
        let used = metrics_in(&read(file));
        assert!(used.len() >= 4, "{file}: {used:?}");
        let strangers: Vec<&String> = used.difference(&known).collect();
        assert!(strangers.is_empty(), "{file}: {strangers:?}");
    }
}

#[test]
fn the_metrics_listed_here_are_registered_by_the_server() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/state/metrics.rs");
    let source = std::fs::read_to_string(source).unwrap();
    for metric in METRICS {
        // Suffixes come from the kind of the metric and from its unit.
        let plain =
            ["_total", "_bucket", "_count"].iter().find_map(|suffix| metric.strip_suffix(suffix)).unwrap_or(metric);
        let name = plain.strip_prefix("quotient_").unwrap();
        let bare = ["_seconds", "_bytes"].iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(name);
        assert!(source.contains(&format!("\"{bare}\"")), "{metric} is not registered");
    }
}

#[test]
fn alerts_say_what_is_wrong_and_what_to_do() {
    let document = yaml("monitoring/alerts.yaml").remove(0);
    let alerts = list(&document["groups"][0]["rules"]);
    let names: Vec<&str> = alerts.iter().filter_map(|alert| alert["alert"].as_str()).collect();
    let expected = [
        "QuotientReloadFailing",
        "QuotientStaleRevision",
        "QuotientErrors",
        "QuotientSlow",
        "QuotientRecordsLost",
        "QuotientShedding",
        "QuotientGone",
        "QuotientMemory",
        "QuotientCertificate",
    ];
    assert_eq!(names, expected);
    for alert in alerts {
        assert!(
            alert["expr"].is_string() && alert["for"].is_string() && alert["labels"]["severity"].is_string(),
            "{alert}"
        );
        assert!(
            alert["annotations"]["summary"].is_string() && alert["annotations"]["description"].is_string(),
            "{alert}"
        );
    }
}

#[test]
fn the_dashboard_is_json_whose_panels_do_not_overlap() {
    let dashboard: Value = serde_json::from_str(&read("monitoring/dashboard.json")).unwrap();
    let panels = list(&dashboard["panels"]);
    assert!(panels.len() >= 10);
    let mut taken = BTreeSet::new();
    for panel in panels {
        let at = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(at("x") + at("w") <= 24, "{}", panel["title"]);
        for x in at("x")..at("x") + at("w") {
            for y in at("y")..at("y") + at("h") {
                assert!(taken.insert((x, y)), "{} overlaps", panel["title"]);
            }
        }
    }
}

#[test]
fn the_image_copies_the_program_and_runs_it_unprivileged_with_a_healthcheck() {
    let dockerfile = read("Dockerfile");
    let instructions: Vec<&str> = dockerfile.lines().filter(|line| !line.starts_with('#')).collect();
    let text = instructions.join("\n");
    assert!(!text.contains("RUN "), "nothing is run while it is put together");
    assert!(text.contains("USER 65532:65532"));
    assert!(text.contains(r#"CMD ["/quotient", "healthcheck"]"#));
    assert!(text.contains(r#"ENTRYPOINT ["/quotient"]"#));
    let command = text.lines().find_map(|line| line.strip_prefix("CMD ")).expect("a command");
    let arguments: Vec<String> = serde_json::from_str(command).expect("a list");
    assert_eq!(arguments[0], "serve");
}

/// What `--help` of a command says.
fn help_of(command: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_quotient")).args([command, "--help"]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Options of `serve` that any file of `deploy/` uses.
fn options_used() -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (_, _, container) in pods() {
        for argument in list(&container["args"]).iter().filter_map(Value::as_str) {
            used.extend(argument.strip_prefix("--").map(|option| option.split('=').next().unwrap().to_owned()));
        }
    }
    let unit = read("systemd/quotient.service");
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a command").to_owned();
    used.extend(start.split_whitespace().filter_map(|word| word.strip_prefix("--")).map(str::to_owned));
    used
}

#[test]
fn options_are_those_of_serve() {
    let help = help_of("serve");
    let used = options_used();
    assert!(used.contains("listen") && used.contains("state"), "{used:?}");
    for option in used {
        assert!(help.contains(&format!("--{option} ")), "`serve` has no --{option}:\n{help}");
    }
    let help = help_of("healthcheck");
    for (path, _, container) in pods() {
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            let words = list(&container[probe]["exec"]["command"]).iter().filter_map(Value::as_str);
            for option in words.filter(|word| word.starts_with("--")) {
                assert!(help.contains(&format!("{option} ")), "{path}: `healthcheck` has no {option}:\n{help}");
            }
        }
    }
    let default = format!("[default: 127.0.0.1:{PORT}]");
    assert!(help.contains(&default), "probes name no address, so the usual one has to be ours:\n{help}");
}

#[test]
fn the_unit_reports_readiness_and_is_sandboxed() {
    let unit = read("systemd/quotient.service");
    for line in [
        "Type=notify",
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "StateDirectory=quotient",
        "NoNewPrivileges=yes",
        "Requires=quotient.socket",
    ] {
        assert!(unit.lines().any(|found| found == line), "no line {line}");
    }
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["quotient.service", "quotient.socket"] {
        // The program stands elsewhere here; everything else is as it is.
        let text = read(&format!("systemd/{name}")).replace("/usr/bin/quotient", env!("CARGO_BIN_EXE_quotient"));
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let units = ["quotient.service", "quotient.socket"].map(|name| folder.path().join(name));
    let output = match Command::new("systemd-analyze").arg("verify").args(units).output() {
        Ok(output) => output,
        Err(error) => return println!("left out: systemd-analyze is not here ({error})"),
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_about_us = |line: &&str| line.contains("quotient.service:") || line.contains("quotient.socket:");
    let wrong: Vec<&str> = said.lines().filter(is_about_us).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
